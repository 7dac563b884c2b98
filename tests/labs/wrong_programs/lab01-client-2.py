import os, socket, sys
host, port = os.environ["WIRELAB_ADDR"].rsplit(":", 1)

order = os.environ.get("WIRELAB_ARG") or "3 tacos"
s = socket.create_connection((host, int(port)))
s.sendall(order.encode() + b"\n")
answer = b""
while True:
    d = s.recv(100)
    if not d:
        break
    answer += d
s.close()
sys.stdout.buffer.write(answer)
