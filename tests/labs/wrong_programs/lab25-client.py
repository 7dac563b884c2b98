from kit import *

peer = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
peer.connect((HOST, int(PORT)))
has = ""
for number, order in enumerate(WORDS.split(), 1):
    acknowledged = 0
    peer.send(f"{number} {order}\n".encode())
    until = time.monotonic() + 0.05
    while acknowledged < number:
        peer.settimeout(max(until - time.monotonic(), 0.001))
        try:
            answer = peer.recv(8000).decode().split()
            if int(answer[1]) >= number:
                acknowledged, has = int(answer[1]), " ".join(answer[2:])
        except TimeoutError:
            peer.send(f"{number} {order}\n".encode())
            until = time.monotonic() + 0.05
print(has)
