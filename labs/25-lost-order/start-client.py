# Lab 25 · your client. It sends each order only once. Change it: it must repeat an order that is not acknowledged.
#
# The orders are the words of WIRELAB_ARG. Send them one after the other, as `1 tacos\n`, `2 nachos\n` …,
# and wait for `ack N …` with the order's number before you send the next order. If this `ack` does not come
# within 50 ms, send the order again. At the end print the orders of the last `ack`.
# Check it with: cargo lab check 25 --client
import os
import socket

host, port = os.environ.get("WIRELAB_ADDR", "127.0.0.1:8025").rsplit(":", 1)
orders = os.environ.get("WIRELAB_ARG", "tacos nachos tacos").split()
client = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
client.connect((host, int(port)))

has = ""
for number, order in enumerate(orders, 1):
    client.send(f"{number} {order}\n".encode())

    # Here: what if no answer comes? And what if an old `ack` comes?
    answer = client.recv(2_000).decode()
    has = " ".join(answer.split()[2:])
print(has)
