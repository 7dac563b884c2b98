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

import threading, secrets
tables = {}
WORDS = {200: "OK", 303: "See Other", 400: "Bad Request", 404: "Not Found", 405: "Method Not Allowed", 411: "Length Required"}

def answer(status, body, more=""):
    body = body.encode()
    head = f"HTTP/1.1 {status} {WORDS[status]}\r\n{more}"
    if body:
        head += f"Content-Type: text/{'html' if status == 200 else 'plain'}; charset=utf-8\r\n"
    return (head + f"Content-Length: {len(body)}\r\nConnection: close\r\n\r\n").encode() + body

def page(order):
    dishes = [d.replace("&", "&amp;").replace("<", "&lt;") for d in order]
    listed = "<ol>\n" + "".join(f"<li>{d}</li>\n" for d in dishes) + "</ol>\n"
    form = "<form method=post action=/order>\n<input name=dish> <button>Order</button>\n</form>\n"
    return "<!doctype html>\n<title>Your table</title>\n" + (listed if dishes else "<p>Nothing yet.</p>\n") + form

def decode(b):
    out, i = bytearray(), 0
    while i < len(b):
        if b[i:i + 1] == b"+":
            out.append(32)
        elif b[i:i + 1] == b"%" and len(b[i + 1:i + 3]) == 2 and all(x in b"0123456789abcdefABCDEF" for x in b[i + 1:i + 3]):
            out.append(int(b[i + 1:i + 3], 16))
            i += 2
        else:
            out.append(b[i])
        i += 1
    return out.decode("utf-8", "replace")

def serve(c):
    r = c.makefile("rb")
    got = read_head(r)
    if got is None:
        return
    (method, target, _), fields, _ = got
    brought = []
    for line in get(fields, "cookie"):
        for pair in line.split(";"):
            n, _, v = pair.strip().partition("=")
            if n == "ticket":
                brought.append(v)
    ticket = brought[0] if brought and brought[0] in tables else None
    more = ""
    if method == "POST" and not get(fields, "content-length"):
        said = answer(411, "how many bytes is the form?\n")
    elif target not in ("/", "/order"):
        said = answer(404, "no such page\n")
    elif target == "/" and method != "GET":
        said = answer(405, "only GET is allowed here\n", "Allow: GET\r\n")
    elif target == "/order" and method != "POST":
        said = answer(405, "only POST is allowed here\n", "Allow: POST\r\n")
    else:
        dish = None
        if method == "POST":
            form = r.read(int(get(fields, "content-length")[0]))
            for f in form.split(b"&"):
                n, _, v = f.partition(b"=")
                if decode(n) == "dish":
                    dish = decode(v)
                    break
        if method == "POST" and (dish is None or not dish.strip()):
            said = answer(400, "name a dish\n")
        else:
            if ticket is None:
                ticket = secrets.token_hex(16)
                tables[ticket] = []
                more = f"Set-Cookie: ticket={ticket}; Path=/; Max-Age=3600; HttpOnly; SameSite=Lax\r\n"
            if method == "POST":
                tables[ticket].append(dish)
                said = answer(303, "", more + "Location: /\r\n")
            else:
                said = answer(200, page(tables[ticket]), more)
    c.sendall(said)
    linger(c)

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
