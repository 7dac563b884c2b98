# Lab 20 · your server. It waits at most five seconds for each byte. A client that sends a byte every four
# seconds keeps its connection for over two minutes. A client that never stops uses up the memory.
#
# Give the whole head one second. Allow 8,000 bytes for the request line and 16,000 for the head. Answer 408,
# 414 or 431, and make sure that no reset destroys the answer. Check it with: cargo lab check 20
import os
import socket
import sys
import threading

host, port = os.environ.get("WIRELAB_ADDR", "127.0.0.1:8020").rsplit(":", 1)


def serve(client):
    # Here: five seconds for each byte do not limit the time of all bytes together.
    client.settimeout(5)
    head = b""
    while b"\r\n\r\n" not in head:
        piece = client.recv(16_384)
        if not piece:
            return
        head += piece
    client.sendall(
        b"HTTP/1.1 200 OK\r\n"
        b"Content-Length: 12\r\n"
        b"Connection: close\r\n"
        b"\r\n"
        b"three tacos\n"
    )


def run(client):
    with client:
        try:
            serve(client)
        except OSError as error:
            print("this connection failed:", error, file=sys.stderr)


server = socket.create_server((host, int(port)))
print("listening on %s:%s" % server.getsockname(), flush=True)
while True:
    client, _ = server.accept()
    threading.Thread(target=run, args=(client,), daemon=True).start()
