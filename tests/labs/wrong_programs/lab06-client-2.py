import os, socket, sys
host, port = os.environ["WIRELAB_ADDR"].rsplit(":", 1)

addr = os.environ["WIRELAB_ADDR"]
s = socket.socket()
s.settimeout(0.5)
try:
    s.connect((host, int(port)))
except ConnectionRefusedError:
    word = "closed"
except TimeoutError:
    word = "no answer"
else:
    try:
        s.recv(100)
        word = "open"
    except TimeoutError:
        word = "busy"
s.close()
print(addr, word)
