from kit import *

server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
server.bind((HOST, int(PORT)))
clients = {}
while True:
    datagram, client = server.recvfrom(2000)
    orders = clients.setdefault(client, [])
    number, _, order = datagram.decode().rstrip("\n").partition(" ")
    if number.isdigit() and int(number) == len(orders) + 1:
        orders.append(order)
    server.sendto(" ".join(["ack", str(len(orders))] + orders).encode() + b"\n", client)
