# Lab 25 · your server. It takes every datagram for a new order. Make it take each order once, in order.
#
# A datagram is `NUMBER ORDER\n`. It is the next order only if its number is one more than the number of orders that
# have come from this client. Each datagram gets an answer, whatever its number is:
# `ack N ORDER …\n`, the N orders that have come in order. Each client has orders of its own.
# Check it with: cargo lab check 25 --server
import os
import socket

host, port = os.environ.get("WIRELAB_ADDR", "127.0.0.1:8025").rsplit(":", 1)
server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
server.bind((host, int(port)))
print("listening on %s:%s" % server.getsockname(), flush=True)

clients = {}
while True:
    datagram, client = server.recvfrom(2_000)
    orders = clients.setdefault(client, [])

    # Here: is this the next order, an old one, or one that is too early?
    number, _, order = datagram.decode(errors="replace").rstrip().partition(" ")
    orders.append(order)

    answer = f"ack {len(orders)}{''.join(' ' + order for order in orders)}\n"
    server.sendto(answer.encode(), client)
