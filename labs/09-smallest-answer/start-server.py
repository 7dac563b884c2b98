# Lab 9 · your server. It reads the request to its end, but its answer has no head. Write the answer.
#
# It must send the five lines and the twelve bytes of the README's transcript, and hang up.
# Check it with: cargo lab check 9
import os
import socket
import sys

host, port = os.environ.get("WIRELAB_ADDR", "127.0.0.1:8009").rsplit(":", 1)


def serve(client):
    head = b""
    while b"\r\n\r\n" not in head:
        piece = client.recv(4096)
        if not piece:
            return
        head += piece

    # Here: a status line, the header lines, the empty line, and the body.
    client.sendall(b"three tacos\n")


server = socket.create_server((host, int(port)))
print("listening on %s:%s" % server.getsockname(), flush=True)
while True:
    client, _ = server.accept()
    with client:
        try:
            serve(client)
        except OSError as error:
            print(f"this client failed: {error}; the next one, please", file=sys.stderr)
