import os, socket, sys
host, port = os.environ["WIRELAB_ADDR"].rsplit(":", 1)

def serve(c):
    buf = b""
    while b"\n" not in buf:
        d = c.recv(1024)
        if not d:
            return
        buf += d
    order = buf[:buf.index(b"\n")]
    c.sendall(order + b", coming up\n")
    c.shutdown(socket.SHUT_WR)
    c.settimeout(2)
    while c.recv(1024):
        pass

srv = socket.create_server((host, int(port)))
print("listening on", os.environ["WIRELAB_ADDR"], flush=True)
while True:
    c, _ = srv.accept()
    with c:
        try:
            serve(c)
        except OSError as e:
            print("oops", e, file=sys.stderr)
