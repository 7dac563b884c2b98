import os, socket, sys
host, port = os.environ["WIRELAB_ADDR"].rsplit(":", 1)

def serve(c):
    heard = b""
    while True:
        d = c.recv(4096)
        if not d:
            break
        heard += d
        while b"\n" in heard:
            line, heard = heard.split(b"\n", 1)
            c.sendall(line + b", coming up\n")
        if len(heard) > 8000:
            break

srv = socket.create_server((host, int(port)))
print("listening on", os.environ["WIRELAB_ADDR"], flush=True)
while True:
    c, _ = srv.accept()
    with c:
        try:
            serve(c)
        except OSError as e:
            print("oops", e, file=sys.stderr)
