# Lab 1 · your server. It accepts every order, even one of 0 tacos. Let it answer 0 tacos with a question.
#
# It must answer an order of 0 with the bytes `? how many\n`. All other orders stay as they are.
# Check it with: cargo lab check 1
import os
import socket
import sys

host, port = os.environ.get("WIRELAB_ADDR", "127.0.0.1:8001").rsplit(":", 1)


def serve(client):
    line = client.makefile("rb").readline(8_000)
    if not line.endswith(b"\n"):
        return
    order = line.strip()

    # Here: how many does the client want? An order of 0 is no order.
    answer = order + b", coming up\n"

    client.sendall(answer)


server = socket.create_server((host, int(port)))
print("listening on %s:%s" % server.getsockname(), flush=True)
while True:
    client, _ = server.accept()
    with client:
        try:
            serve(client)
        except OSError as error:
            print(f"this client failed: {error}; the next one, please", file=sys.stderr)
