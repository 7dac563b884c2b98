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
plates = {}
WORDS = {100: "Continue", 200: "OK", 201: "Created", 204: "No Content", 400: "Bad Request", 404: "Not Found",
         411: "Length Required", 413: "Content Too Large", 501: "Not Implemented"}

def answer(c, status, body=b"", close=False, location=None):
    head = f"HTTP/1.1 {status} {WORDS[status]}\r\n"
    if location:
        head += f"Location: {location}\r\n"
    if status != 204:
        head += f"Content-Length: {len(body)}\r\n"
    if close:
        head += "Connection: close\r\n"
    c.sendall((head + "\r\n").encode() + body)
    if close:
        linger(c)
    return close

def serve(c):
    r = c.makefile("rb")
    while True:
        got = read_head(r)
        if got is None:
            return
        (method, target, version), fields, _ = got
        close = "close" in [v.lower() for v in get(fields, "connection")]
        lengths = get(fields, "content-length")
        if get(fields, "transfer-encoding") or (method in ("PUT", "POST") and not lengths):
            answer(c, 411, b"how many bytes is it?\n", True)
            return
        if len(lengths) > 1 or (lengths and not re.fullmatch("[0-9]+", lengths[0])):
            answer(c, 400, b"a length is made of digits\n", True)
            return
        length = int(lengths[0]) if lengths else 0
        if length > 1000000:
            answer(c, 413, b"we take 1000000 bytes and no more\n", True)
            return
        waits = get(fields, "expect") == ["100-continue"]
        name = target[1:]
        good = re.fullmatch(r"[A-Za-z0-9_-][A-Za-z0-9._-]*", name) or (target == "/" and method == "POST")
        if not good:
            if waits or length > 65536:
                answer(c, 404, b"no plate has such a name\n", True)
                return
            if len(r.read(length)) < length:
                return
            if answer(c, 404, b"no plate has such a name\n", close):
                return
            continue
        if waits:
            c.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")
        body = r.read(length)
        if len(body) < length:
            return
        if method == "PUT":
            status = 204 if name in plates else 201
            plates[name] = body
            done = answer(c, status, b"", close)
        elif method == "POST":
            n = 1
            while f"plate-{n}" in plates:
                n += 1
            plates[f"plate-{n}"] = body
            done = answer(c, 201, b"", close, f"/plate-{n}")
        elif name not in plates:
            done = answer(c, 404, b"no such plate\n", close)
        elif method == "GET":
            done = answer(c, 200, plates[name], close)
        elif method == "DELETE":
            del plates[name]
            done = answer(c, 204, b"", close)
        else:
            done = answer(c, 501, b"no\n", close)
        if done:
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
