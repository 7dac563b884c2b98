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

import threading, re, hashlib, time
from email.utils import formatdate, parsedate_to_datetime
root = os.environ["WIRELAB_ROOT"]

def answer(target, fields):
    now = int(os.environ.get("WIRELAB_NOW") or time.time())
    date = f"Date: {formatdate(now, usegmt=True)}\r\n"
    close = "Connection: close\r\n" if "close" in [v.lower() for v in get(fields, "connection")] else ""
    path = os.path.join(root, target[1:])
    if not os.path.isfile(path):
        return f"HTTP/1.1 404 Not Found\r\n{date}Content-Length: 18\r\n{close}\r\nno such file here\n".encode()
    with open(path, "rb") as f:
        file = f.read()
    tag = '"' + hashlib.sha256(file).hexdigest()[:16] + '"'
    modified = min(int(os.path.getmtime(path)), now)
    lm = f"Last-Modified: {formatdate(modified, usegmt=True)}\r\n"
    same = f"HTTP/1.1 304 Not Modified\r\n{date}ETag: {tag}\r\n{close}\r\n".encode()
    inm = get(fields, "if-none-match")
    ims = get(fields, "if-modified-since")
    if inm:
        tags = [t.strip().removeprefix("W/") for t in ",".join(inm).split(",")]
        if tag in tags or "*" in tags:
            return same
    elif ims:
        try:
            if modified <= parsedate_to_datetime(ims[0]).timestamp():
                return same
        except ValueError:
            pass
    rng = get(fields, "range")
    ir = get(fields, "if-range")
    if rng and (not ir or ir[0] == tag):
        m = re.fullmatch(r"bytes=(\d*)-(\d*)", rng[0])
        if m and (m[1] or m[2]):
            size = len(file)
            if m[1]:
                a = int(m[1])
                b = int(m[2]) if m[2] else size - 1
                ok = b >= a or not m[2]
            else:
                a = max(0, size - int(m[2]))
                b = size - 1
                ok = True
                if int(m[2]) == 0:
                    a = size
            if ok and a >= size:
                return (f"HTTP/1.1 416 Range Not Satisfiable\r\n{date}Content-Range: bytes */{size}\r\n"
                        f"Content-Length: 26\r\n{close}\r\nthe file is not that long\n").encode()
            if ok:
                b = min(b, size - 1)
                part = file[a:b + 1]
                more = "" if ir else lm + "Accept-Ranges: bytes\r\n"
                return (f"HTTP/1.1 206 Partial Content\r\n{date}ETag: {tag}\r\n{more}"
                        f"Content-Range: bytes {a}-{b}/{size}\r\nContent-Length: {len(part)}\r\n{close}\r\n").encode() + part
    return (f"HTTP/1.1 200 OK\r\n{date}ETag: {tag}\r\n{lm}Accept-Ranges: bytes\r\n"
            f"Content-Length: {len(file)}\r\n{close}\r\n").encode() + file

def serve(c):
    r = c.makefile("rb")
    while True:
        got = read_head(r)
        if got is None:
            return
        (method, target, version), fields, _ = got
        c.sendall(answer(target, fields))
        if "close" in [v.lower() for v in get(fields, "connection")]:
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
