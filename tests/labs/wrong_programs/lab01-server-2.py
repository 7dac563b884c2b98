import os, socket, sys
host, port = os.environ["WIRELAB_ADDR"].rsplit(":", 1)

def serve(c):
    buf = b""
    while b"\n" not in buf:
        d = c.recv(1024)
        if not d:
            return
        buf += d
    order = buf.split(b"\n")[0].rstrip(b"\r")
    words = order.split(b" ")
    if int(words[0]) == 0:
        reply = b"? how many\n"
    else:
        reply = order + b", coming up\n"
    c.sendall(reply)

srv = socket.create_server((host, int(port)))
print("listening on", os.environ["WIRELAB_ADDR"], flush=True)
while True:
    c, _ = srv.accept()
    with c:
        try:
            serve(c)
        except OSError as e:
            print("oops", e, file=sys.stderr)
