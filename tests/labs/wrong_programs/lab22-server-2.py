import os, socket, sys
host, port = os.environ["WIRELAB_ADDR"].rsplit(":", 1)

def linger(c):
    c.shutdown(socket.SHUT_WR)
    c.settimeout(1)
    while c.recv(65536):
        pass

def read_head(r):
    lines = []
    while True:
        line = r.readline(16000)
        if not line:
            return None
        if line in (b"\r\n", b"\n"):
            break
        lines.append(line)
    fields = []
    for l in lines[1:]:
        n, _, v = l.decode("latin-1").partition(":")
        fields.append((n.lower(), v.strip()))
    return lines[0].decode("latin-1").rstrip("\r\n").split(" "), fields, lines

def get(fields, name):
    return [v for n, v in fields if n == name]

import threading, re
root = os.environ["WIRELAB_ROOT"]

class Refused(Exception):
    pass

class Gone(Exception):
    pass

def ends(fields):
    te = get(fields, "transfer-encoding")
    cl = get(fields, "content-length")
    if te and cl:
        raise Refused("a length and chunks: which of them is true?")
    if te:
        codings = [x.strip().lower() for x in ",".join(te).split(",")]
        if codings[-1] != "chunked":
            raise Refused("chunked must be the last coding")
        return "chunked"
    if len(cl) > 1:
        raise Refused("two lengths: which of them is true?")
    if cl and not re.fullmatch("[0-9]+", cl[0]):
        raise Refused("a length is made of digits")
    return int(cl[0]) if cl else 0

def chunks(r):
    body = b""
    while True:
        line = r.readline(4000)
        if not line.endswith(b"\n"):
            raise Gone
        size = line.rstrip(b"\r\n").split(b";")[0].strip()
        if not re.fullmatch(b"[0-9a-fA-F]+", size):
            raise Refused("a chunk begins with its size in hex digits")
        n = int(size, 16)
        if n > 1000000:
            raise Refused("too large")
        if n == 0:
            break
        data = r.read(n)
        if len(data) < n:
            raise Gone
        body += data
        if r.read(2) != b"\r\n":
            raise Refused("behind the data comes \\r\\n, and nothing else")
    while True:
        line = r.readline(4000)
        if not line:
            raise Gone
        if line == b"\r\n":
            return body

def serve(c):
    r = c.makefile("rb")
    while True:
        got = read_head(r)
        if got is None:
            return
        (method, target, version), fields, _ = got
        close = "close" in [v.lower() for v in get(fields, "connection")]
        try:
            n = ends(fields)
            if n == "chunked":
                order = chunks(r)
            else:
                order = r.read(n)
                if len(order) < n:
                    return
        except Gone:
            return
        except Refused as e:
            body = (str(e) + "\n").encode()
            c.sendall(f"HTTP/1.1 400 Bad Request\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n".encode() + body)
            linger(c)
            return
        if method == "GET":
            pieces = [n.encode() + b"\n" for n in sorted(os.listdir(root))]
        else:
            pieces = [l.rstrip(b"\r") + b", coming up\n" for l in order.split(b"\n") if l]
        out = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: Dishes\r\n"
        if close:
            out += b"Connection: close\r\n"
        out += b"\r\n"
        for p in pieces:
            out += b"%x\r\n%s\r\n" % (len(p), p)
        out += b"0\r\nDishes: %d\r\n\r\n" % len(pieces)
        c.sendall(out)
        if close:
            linger(c)
            return

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
