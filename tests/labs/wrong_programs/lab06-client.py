from kit import *


def word():
    sock = socket.socket(socket.AF_INET)
    sock.settimeout(0.5)
    try:
        sock.connect((HOST, int(PORT)))
    except ConnectionRefusedError:
        return "closed"
    except TimeoutError:
        return "no answer"
    try:
        return "open" if sock.recv(100) else "busy"
    except TimeoutError:
        return "busy"


print(ADDR, word())
