import os, socket, sys
host, port = os.environ["WIRELAB_ADDR"].rsplit(":", 1)

import re
root = os.environ["WIRELAB_ROOT"]

def serve(c):
    buf = b""
    while b"\n" not in buf:
        d = c.recv(1024)
        if not d or len(buf) > 8000:
            return
        buf += d
    line = buf.split(b"\r\n")[0].decode("latin-1")
    parts = line.split(" ")
    name = parts[1][1:] if len(parts) > 1 else ""
    path = os.path.join(root, name)
    if re.fullmatch(r"[A-Za-z0-9_-][A-Za-z0-9._-]*", name) and os.path.isfile(path):
        with open(path, "rb") as f:
            while chunk := f.read(4096):
                c.sendall(chunk)
    else:
        c.sendall(b"no such file here\n")

srv = socket.create_server((host, int(port)))
print("listening on", os.environ["WIRELAB_ADDR"], flush=True)
while True:
    c, _ = srv.accept()
    with c:
        try:
            serve(c)
        except OSError as e:
            print("oops", e, file=sys.stderr)
