# Lab 24 · your server. It gives the same answer to every request.
#
# You wrote the other parts in earlier labs: paths that stay in the folder (16), answers that say what they are (17),
# connections that stay open (18), many clients at once (19), limits (20), bodies and chunks (21, 22), 304 and
# 206 (23). Put these parts together, in the eight steps of the README. WIRELAB_ROOT contains the path of the
# folder, and WIRELAB_NOW contains the time to use. Check your server with: cargo lab check 24
import os
import socket
import sys
import threading

host, port = os.environ.get("WIRELAB_ADDR", "127.0.0.1:8024").rsplit(":", 1)


def serve(client):
    head = b""
    while b"\r\n\r\n" not in head:
        piece = client.recv(4096)
        if not piece or len(head) > 16_000:
            return
        head += piece

    # Here: which file, which method, which version, which part? And does the connection stay open?
    client.sendall(
        b"HTTP/1.1 200 OK\r\n"
        b"Content-Type: text/plain; charset=utf-8\r\n"
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
