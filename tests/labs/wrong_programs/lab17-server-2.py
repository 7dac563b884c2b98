import os, socket, sys
host, port = os.environ["WIRELAB_ADDR"].rsplit(":", 1)

def read_head(c, buf):
    while b"\r\n\r\n" not in buf:
        d = c.recv(4096)
        if not d:
            return None, buf
        buf += d
    head, _, rest = buf.partition(b"\r\n\r\n")
    return head, rest

import time
from email.utils import formatdate
from urllib.parse import unquote
root = os.path.realpath(os.environ["WIRELAB_ROOT"])
TYPES = {".txt": "text/plain; charset=utf-8", ".html": "text/html; charset=utf-8", ".css": "text/css; charset=utf-8", ".png": "image/png"}
KNOWN = ["POST", "PUT", "DELETE", "CONNECT", "OPTIONS", "TRACE", "PATCH"]

def now():
    return int(os.environ.get("WIRELAB_NOW") or time.time())

def answer(method, target, version):
    kind = "text/plain; charset=utf-8"
    allow = ""
    if version not in ("HTTP/1.0", "HTTP/1.1"):
        status, body = "505 HTTP Version Not Supported", b"we speak HTTP/1.0 and HTTP/1.1\n"
    elif method in KNOWN:
        status, body = "405 Method Not Allowed", b"files here are only read\n"
        allow = "Allow: GET, HEAD\r\n"
    elif method not in ("GET", "HEAD"):
        status, body = "501 Not Implemented", b"nobody here has heard of this method\n"
    else:
        name = unquote(target.split("?")[0])
        real = os.path.realpath(root + name)
        if real.startswith(root + "/") and os.path.isfile(real):
            with open(real, "rb") as f:
                body = f.read()
            status = "200 OK"
            kind = TYPES.get(os.path.splitext(real)[1], "application/octet-stream")
        else:
            status, body = "404 Not Found", b"no such file here\n"
    head = (
        f"HTTP/1.1 {status}\r\n"
        f"Date: {formatdate(now(), usegmt=True)}\r\n"
        f"{allow}"
        f"Content-Type: {kind}\r\n"
        f"Content-Length: {len(body)}\r\n"
        "Connection: close\r\n"
        "\r\n"
    )
    if method == "HEAD":
        body = b""
    return head.encode() + body

def serve(c):
    head, _ = read_head(c, b"")
    if head is None:
        return
    words = head.decode("latin-1").split("\r\n")[0].split(" ")
    c.sendall(answer(*(words + ["", ""])[:3]))

srv = socket.create_server((host, int(port)))
print("listening on", os.environ["WIRELAB_ADDR"], flush=True)
while True:
    c, _ = srv.accept()
    with c:
        try:
            serve(c)
        except OSError as e:
            print("oops", e, file=sys.stderr)
