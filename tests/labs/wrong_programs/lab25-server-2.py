import os, socket, sys
host, port = os.environ["WIRELAB_ADDR"].rsplit(":", 1)

s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.bind((host, int(port)))
print("listening on", os.environ["WIRELAB_ADDR"], flush=True)
clients = {}
while True:
    data, who = s.recvfrom(2000)
    orders = clients.setdefault(who, [])
    number, _, order = data.decode().strip().partition(" ")
    if order and int(number) == len(orders) + 1:
        orders.append(order)
    s.sendto((" ".join(["ack", str(len(orders))] + orders) + "\n").encode(), who)
