from kit import *

shelf = {}
lock = threading.Lock()
NAME = re.compile(r"/[A-Za-z0-9_-][A-Za-z0-9._-]*")


def say(peer, status, body=b"", fields="", close=False, length=True):
    size = f"Content-Length: {len(body)}\r\n" if length else ""
    end = "Connection: close\r\n" if close else ""
    peer.say(f"HTTP/1.1 {status}\r\n{fields}{size}{end}\r\n".encode() + body)


def serve_request(peer, head):
    first, *lines = head.decode("latin-1").strip().split("\r\n")
    method, target, _ = first.split()
    pairs = [(name.lower(), value.strip()) for name, _, value in (line.partition(":") for line in lines)]
    fields = dict(pairs)
    lengths = [value for name, value in pairs if name == "content-length"]
    close = fields.get("connection", "").lower() == "close"
    if "transfer-encoding" in fields or (method in ("PUT", "POST") and not lengths):
        say(peer, "411 Length Required", b"how many bytes is it?\n", close=True)
        return False
    if len(lengths) > 1 or (lengths and not lengths[0].isdigit()):
        say(peer, "400 Bad Request", b"a length is made of digits\n", close=True)
        return False
    length = int(lengths[0]) if lengths else 0
    if length > 1000000:
        say(peer, "413 Content Too Large", b"we take 1000000 bytes and no more\n", close=True)
        return False
    good = NAME.fullmatch(target) or (target == "/" and method == "POST")
    waits = fields.get("expect", "").lower() == "100-continue" and length > 0
    if waits and not good:
        say(peer, "404 Not Found", b"no plate has such a name\n", close=True)
        return False
    if waits:
        peer.say(b"HTTP/1.1 100 Continue\r\n\r\n")
    body = peer.read_exactly(length)
    if body is None:
        return False
    with lock:
        if not good:
            say(peer, "404 Not Found", b"no plate has such a name\n", close=close)
        elif method == "PUT":
            replaced = target in shelf
            shelf[target] = body
            if replaced:
                say(peer, "204 No Content", close=close, length=False)
            else:
                say(peer, "201 Created", close=close)
        elif method == "POST":
            number = 1
            while f"/plate-{number}" in shelf:
                number += 1
            shelf[f"/plate-{number}"] = body
            say(peer, "201 Created", fields=f"Location: /plate-{number}\r\n", close=close)
        elif target not in shelf:
            say(peer, "404 Not Found", b"no such plate\n", close=close)
        elif method == "DELETE":
            del shelf[target]
            say(peer, "204 No Content", close=close, length=False)
        else:
            say(peer, "200 OK", shelf[target], close=close)
    return not close


def visit(peer):
    peer.sock.settimeout(10)
    while (head := peer.read_to(b"\r\n\r\n")) is not None:
        if not serve_request(peer, head):
            return


serve(visit)
