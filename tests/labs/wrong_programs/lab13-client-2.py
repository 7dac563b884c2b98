import os, socket, sys
words = os.environ["WIRELAB_ARG"].split()
url, addrs = words[0], words[1:]
site = url[len("http://"):].rstrip("/")
s = None
failed = []
for i, a in enumerate(addrs):
    h, p = a.rsplit(":", 1)
    try:
        s = socket.create_connection((h.strip("[]"), int(p)), timeout=0.3 if i + 1 < len(addrs) else 3)
        break
    except OSError as e:
        failed.append(f"{a}: {e}")
if s is None:
    sys.exit("\n".join(failed))
s.settimeout(10)
s.sendall(f"GET / HTTP/1.1\r\nHost: {site}\r\nConnection: close\r\n\r\n".encode())
while d := s.recv(4096):
    sys.stdout.buffer.write(d)
