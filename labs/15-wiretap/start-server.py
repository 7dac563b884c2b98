# Lab 15 · your relay. It reads all bytes from the client, passes them on, then reads all bytes from
# the server. Use the relay with your browser: the page never comes. Why?
#
# The relay must pass on each piece as soon as the piece comes, in both directions, and also the end
# of each direction. WIRELAB_ARG is the address of the server. Check it with: cargo lab check 15
import os
import socket
import sys

host, port = os.environ.get("WIRELAB_ADDR", "127.0.0.1:8015").rsplit(":", 1)
upstream = os.environ.get("WIRELAB_ARG") or "127.0.0.1:8009"
up_host, up_port = upstream.rsplit(":", 1)


def serve(client):
    server = socket.create_connection((up_host, int(up_port)))

    # Here: read_all waits for the end of the client. A browser does not end before the answer.
    server.sendall(read_all(client))
    client.sendall(read_all(server))


def read_all(sock):
    heard = b""
    while piece := sock.recv(4096):
        heard += piece
    return heard


server = socket.create_server((host, int(port)))
print("listening on %s:%s" % server.getsockname(), flush=True)
while True:
    client, _ = server.accept()
    with client:
        try:
            serve(client)
        except OSError as error:
            print(f"this client failed: {error}; the next one, please", file=sys.stderr)
