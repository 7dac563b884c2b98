import os, socket, sys
host, port = os.environ["WIRELAB_ADDR"].rsplit(":", 1)

import struct
MENU = [b"nachos", "taco\ncon jalapeño".encode(), b"flan"]

def serve(c):
    r = c.makefile("rb")
    first = r.readline()
    if first == b"menu by line\n":
        c.sendall(b"".join(d + b"\n" for d in MENU) + b"\n")
        order = r.readline()
        if not order:
            return
        order = order.rstrip(b"\n")
        if order in MENU:
            c.sendall(order + b", coming up\n")
        else:
            c.sendall(b"? no such dish\n")
    elif first == b"menu by closing\n":
        c.sendall(b"".join(MENU))
    elif first == b"menu by length\n":
        for d in MENU:
            c.sendall(struct.pack(">I", len(d)) + d)
        c.sendall(struct.pack(">I", 0))
        n = r.read(4)
        if len(n) < 4:
            return
        n = struct.unpack(">I", n)[0]
        if n > 8000:
            reply = b"? at most 8000 bytes"
        else:
            order = r.read(n)
            if len(order) < n:
                return
            if order in MENU:
                reply = order + b", coming up"
            else:
                reply = b"? no such dish"
        c.sendall(struct.pack(">I", len(reply)) + reply)

srv = socket.create_server((host, int(port)))
print("listening on", os.environ["WIRELAB_ADDR"], flush=True)
while True:
    c, _ = srv.accept()
    with c:
        try:
            serve(c)
        except OSError as e:
            print("oops", e, file=sys.stderr)
