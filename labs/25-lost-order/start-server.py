# Lab 25 · your server. It counts every datagram as a new order. Change it: it must count each order once, in order.
#
# A datagram is `NUMBER ORDER\n`. The server accepts an order only if its number is one more than the number of
# orders that it has from this client. Each datagram gets an answer, even if the order is not accepted:
# `ack N ORDER …\n`, the N accepted orders. Each client has a separate list.
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

    # Here: is the number of this order the next number, a lower number, or a higher number?
    number, _, order = datagram.decode(errors="replace").rstrip().partition(" ")
    orders.append(order)

    answer = f"ack {len(orders)}{''.join(' ' + order for order in orders)}\n"
    server.sendto(answer.encode(), client)
