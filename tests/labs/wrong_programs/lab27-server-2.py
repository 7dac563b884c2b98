import os, socket, sys
host, port = os.environ["WIRELAB_ADDR"].rsplit(":", 1)

HTTP = (b"HTTP/1.1 400 Bad Request\r\nContent-Type: text/plain\r\nContent-Length: 28\r\nConnection: close\r\n\r\n"
        b"this port speaks https: TLS\n")
NAME = b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-_"

class Alert(Exception):
    pass

class Cur:
    def __init__(self, b):
        self.b, self.i = b, 0
    def take(self, n):
        if self.i + n > len(self.b):
            raise Alert(50)
        out = self.b[self.i:self.i + n]
        self.i += n
        return out
    def num(self, n):
        return int.from_bytes(self.take(n), "big")
    def vec(self, n):
        return Cur(self.take(self.num(n)))
    def left(self):
        return len(self.b) - self.i

def grease(v):
    return v & 0x0f0f == 0x0a0a and v >> 8 == v & 255

def judge(msg):
    m = Cur(msg)
    legacy = m.num(2)
    m.take(32)
    if len(m.vec(1).b) > 32:
        raise Alert(50)
    c = m.vec(2)
    if len(c.b) % 2 or not c.b:
        raise Alert(50)
    if not m.vec(1).b:
        raise Alert(50)
    versions, name, alpn = [legacy], None, None
    if m.left():
        exts = m.vec(2)
        if m.left():
            raise Alert(50)
        while exts.left():
            kind = exts.num(2)
            e = exts.vec(2)
            if kind == 0:
                lst = e.vec(2)
                if e.left():
                    raise Alert(50)
                if lst.num(1) != 0:
                    raise Alert(50)
                name = lst.vec(2).b
                if lst.left() or not name or any(x not in NAME for x in name):
                    raise Alert(50)
            elif kind == 16:
                lst = e.vec(2)
                if e.left():
                    raise Alert(50)
                alpn = []
                while lst.left():
                    alpn.append(lst.vec(1).b)
                if not alpn or b"" in alpn:
                    raise Alert(50)
            elif kind == 43:
                lst = e.vec(1)
                if e.left():
                    raise Alert(50)
                versions = []
                if not lst.left():
                    raise Alert(50)
                while lst.left():
                    versions.append(lst.num(2))
    versions = [v for v in versions if not grease(v)]
    if not versions or max(versions) < 0x0303:
        raise Alert(70)
    if name is None:
        raise Alert(109)
    if name.lower() != b"tacos.example":
        raise Alert(112)
    if alpn is not None and b"http/1.1" not in alpn:
        raise Alert(120)
    raise Alert(40)

def need(r, n):
    d = r.read(n)
    if len(d) < n:
        raise OSError("client left")
    return d

def tls(r, first):
    data = b""
    while True:
        h = need(r, 4)
        size = int.from_bytes(h[2:4], "big")
        if size > 16384:
            raise Alert(22)
        data += need(r, size)
        if first[0] != 22 or not size or data[0] != 1:
            raise Alert(10)
        if len(data) >= 4:
            n = int.from_bytes(data[1:4], "big")
            if len(data) > 4 + n:
                raise Alert(50)
            if len(data) >= 4 + n:
                judge(data[4:4 + n])
        first = need(r, 1)

def serve(c):
    r = c.makefile("rb")
    first = r.read(1)
    if not first:
        return
    if first.isalpha():
        while r.readline() not in (b"\r\n", b"\n", b""):
            pass
        out = HTTP
    else:
        try:
            tls(r, first)
        except Alert as a:
            out = bytes([21, 3, 3, 0, 2, 2, a.args[0]])
    c.sendall(out)
    c.shutdown(socket.SHUT_WR)
    c.settimeout(1)
    while c.recv(4096):
        pass
import threading
def run(c):
    with c:
        try:
            serve(c)
        except OSError as e:
            print("oops", e, file=sys.stderr)

srv = socket.create_server((host, int(port)), backlog=128)
print("listening on", os.environ["WIRELAB_ADDR"], flush=True)
while True:
    c, _ = srv.accept()
    threading.Thread(target=run, args=(c,), daemon=True).start()
