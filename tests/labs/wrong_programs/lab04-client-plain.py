import os, socket, sys
host, port = os.environ['WIRELAB_ADDR'].rsplit(':', 1)
arg = os.environ.get('WIRELAB_ARG', '')
orders = [o.strip() for o in (arg or '3 tacos, 1 water, 2 jalapeños').split(',')]
s = socket.create_connection((host, int(port)))
for o in orders:
    s.sendall(o.encode() + b'\n')
s.shutdown(socket.SHUT_WR)
bill = b''
while True:
    piece = s.recv(1000)
    if not piece:
        break
    bill += piece
print(bill.decode(), end='')
