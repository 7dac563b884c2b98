import os, socket, sys
host, port = os.environ["WIRELAB_ADDR"].rsplit(":", 1)

import time
orders = os.environ["WIRELAB_ARG"].split()
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.connect((host, int(port)))
last = []
for i, o in enumerate(orders, 1):
    done = False
    while not done:
        s.send(f"{i} {o}\n".encode())
        end = time.monotonic() + 0.05
        while not done:
            left = end - time.monotonic()
            if left <= 0:
                break
            s.settimeout(left)
            try:
                words = s.recv(2000).decode().split()
            except TimeoutError:
                break
            if int(words[1]) >= i:
                last = words[2:]
                done = True
print(" ".join(last))
