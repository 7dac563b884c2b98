import os, socket, sys
host, port = os.environ["WIRELAB_ADDR"].rsplit(":", 1)

orders = os.environ.get("WIRELAB_ARG") or "3 tacos, 1 water, 2 jalapeños"
s = socket.create_connection((host, int(port)))
for o in orders.split(","):
    s.sendall(o.strip().encode() + b"\n")
s.shutdown(socket.SHUT_WR)
bill = b""
while True:
    d = s.recv(1024)
    if not d:
        break
    bill += d
print(bill.decode(), end="")
