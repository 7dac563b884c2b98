# Lab 3 · your server. It sends the menu by line and by closing. Make it send the menu by length, and
# read an order by length.
#
# Four bytes, the biggest part first, say how many bytes follow. The length 0 ends the menu. The
# answer has its length in front, too. An order of more than 8000 bytes gets `? at most 8000 bytes`.
# Check it with: cargo lab check 3
import os
import socket
import sys

host, port = os.environ.get("WIRELAB_ADDR", "127.0.0.1:8003").rsplit(":", 1)
MENU = [b"nachos", "taco\ncon jalapeño".encode(), b"flan"]


def serve(client):
    heard = client.makefile("rb")
    wish = heard.readline(8_000).strip()
    if wish == b"menu by line":
        client.sendall(b"\n".join(MENU) + b"\n\n")
        order = heard.readline(8_000)
        client.sendall(answer(order.strip()) + b"\n")
    elif wish == b"menu by length":
        # Here: each dish with its length in front, and a length of 0. This is still by line.
        client.sendall(b"\n".join(MENU) + b"\n\n")
        # Here: read a length, then as many bytes. Must you believe any length?
        order = heard.readline(8_000)
        client.sendall(answer(order.strip()))
    elif wish == b"menu by closing":
        client.sendall(b"".join(MENU))
    else:
        client.sendall(b"? menu by line, by length, or by closing\n")


def answer(order):
    return order + b", coming up" if order in MENU else b"? no such dish"


server = socket.create_server((host, int(port)))
print("listening on %s:%s" % server.getsockname(), flush=True)
while True:
    client, _ = server.accept()
    with client:
        try:
            serve(client)
        except OSError as error:
            print(f"this client failed: {error}; the next one, please", file=sys.stderr)
