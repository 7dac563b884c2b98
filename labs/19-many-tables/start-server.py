# Lab 19 · your server. Four threads share the work, as in some tutorials. Four clients that send nothing
# end all four threads. Write a server that no client can stop, and that refuses clients if no place is free.
#
# You need eight threads, and places for 24 more clients that wait. Check it with: cargo lab check 19
import os
import queue
import socket
import threading

host, port = os.environ.get("WIRELAB_ADDR", "127.0.0.1:8019").rsplit(":", 1)


def serve(client):
    """Answers one request after the other. `GET /share/3` shares twelve tacos among three people."""
    lines = client.makefile("rb")
    while True:
        # Here: a client may close without a request, close in the middle of a request, or send nothing.
        path = lines.readline().split()[1].decode()
        stays = True
        while line := lines.readline().strip():
            if line.lower() == b"connection: close":
                stays = False
        number = path.removeprefix("/share/")
        if path.startswith("/share/") and number.isdigit():
            status, body = "200 OK", f"{12 // int(number)} tacos each\n"
        else:
            status, body = "404 Not Found", "ask for /share/ and a number\n"
        close = "" if stays else "Connection: close\r\n"
        head = f"HTTP/1.1 {status}\r\nContent-Length: {len(body)}\r\n{close}\r\n"
        client.sendall((head + body).encode())
        if not stays:
            return


def work():
    while True:
        with clients.get() as client:
            # Here: what happens to this thread when `serve` raises an exception?
            serve(client)


server = socket.create_server((host, int(port)))
print("listening on %s:%s" % server.getsockname(), flush=True)
# Here: this queue has no limit.
clients = queue.Queue()
for _ in range(4):
    threading.Thread(target=work, daemon=True).start()
while True:
    clients.put(server.accept()[0])
