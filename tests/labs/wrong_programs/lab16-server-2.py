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

root = os.path.realpath(os.environ["WIRELAB_ROOT"])
HEX = "0123456789abcdefABCDEF"

def decode(piece):
    out = bytearray()
    i = 0
    while i < len(piece):
        if piece[i] == "%":
            d = piece[i + 1:i + 3]
            if len(d) != 2 or d[0] not in HEX or d[1] not in HEX:
                raise ValueError("a % needs two hex digits")
            out.append(int(d, 16))
            i += 3
        else:
            out += piece[i].encode("latin-1")
            i += 1
    out = bytes(out)
    if b"\0" in out:
        raise ValueError("no file name holds a NUL")
    if b"/" in out:
        raise ValueError("a slash hides in a name")
    return out

def find(path):
    pieces = [decode(p) for p in path.split("/")[1:]]
    names = []
    for p in pieces:
        if p in (b"", b"."):
            continue
        if p == b"..":
            names = names[:-1]
        else:
            names.append(p)
    if pieces[-1] in (b"", b".", b".."):
        return None
    real = os.path.realpath(os.path.join(os.fsencode(root), *names))
    if not real.startswith(os.fsencode(root) + b"/") or not os.path.isfile(real):
        return None
    return real

def serve(c):
    head, _ = read_head(c, b"")
    if head is None:
        return
    path = head.decode("latin-1").split(" ")[1].split("?")[0]
    try:
        real = find(path)
        if real is None:
            status, body = "404 Not Found", b"no such file here\n"
        else:
            with open(real, "rb") as f:
                status, body = "200 OK", f.read()
    except ValueError as e:
        status, body = "400 Bad Request", str(e).encode() + b"\n"
    c.sendall(f"HTTP/1.1 {status}\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n".encode() + body)

srv = socket.create_server((host, int(port)))
print("listening on", os.environ["WIRELAB_ADDR"], flush=True)
while True:
    c, _ = srv.accept()
    with c:
        try:
            serve(c)
        except OSError as e:
            print("oops", e, file=sys.stderr)
