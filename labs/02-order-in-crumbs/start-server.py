# Lab 2 · your server. It takes each read for a whole order. That is the most common mistake with TCP,
# and on a good day nobody notices it.
#
# Write `read_line`: collect bytes until there is a newline, return the line, and keep what came after
# it. Check it with: cargo lab check 2
import os
import socket
import sys

host, port = os.environ.get("WIRELAB_ADDR", "127.0.0.1:8002").rsplit(":", 1)


def serve(client):
    heard = bytearray()
    while line := read_line(client, heard):
        client.sendall(line.strip() + b", coming up\n")


def read_line(client, heard):
    """The next line; empty when the client hung up. `heard` is yours: it lives as long as the connection."""
    # Here: one read is not one line.
    heard[:] = client.recv(512)
    return bytes(heard)


server = socket.create_server((host, int(port)))
print("listening on %s:%s" % server.getsockname(), flush=True)
while True:
    client, _ = server.accept()
    with client:
        try:
            serve(client)
        except OSError as error:
            print(f"this client failed: {error}; the next one, please", file=sys.stderr)
