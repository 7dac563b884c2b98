from kit import *
from email.utils import formatdate, parsedate_to_datetime

TOP = os.path.realpath(ROOT)
TYPES = {".txt": "text/plain; charset=utf-8", ".html": "text/html; charset=utf-8", ".css": "text/css; charset=utf-8",
         ".png": "image/png", ".svg": "image/svg+xml", ".js": "text/javascript; charset=utf-8"}
METHODS = ("POST", "PUT", "DELETE", "OPTIONS", "TRACE", "CONNECT", "PATCH")
TOKEN = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+")


class Refused(Exception):
    pass


def decoded(piece):
    if re.search(r"%(?![0-9A-Fa-f]{2})", piece):
        raise Refused("404 Not Found")
    piece = re.sub(r"%([0-9A-Fa-f]{2})", lambda found: chr(int(found[1], 16)), piece)
    if "/" in piece or "\0" in piece:
        raise Refused("404 Not Found")
    return piece


def find(target):
    names = []
    pieces = [decoded(piece) for piece in target.split("?")[0].split("/")[1:]]
    if pieces == [""]:
        pieces = ["index.html"]
    for piece in pieces:
        if piece.startswith("."):
            raise Refused("404 Not Found")
        names.append(piece)
    real = os.path.realpath(os.path.join(TOP, *names))
    if not real.startswith(TOP + "/") or not os.path.isfile(real):
        raise Refused("404 Not Found")
    return real


def parse(head):
    if re.search(rb"(?<!\r)\n", head):
        raise Refused("400 Bad Request")
    first, *lines = head[:-4].decode("latin-1").split("\r\n")
    words = first.split(" ")
    if len(words) != 3 or not words[2].startswith("HTTP/"):
        raise Refused("400 Bad Request")
    if not words[2].startswith("HTTP/1."):
        raise Refused("505 HTTP Version Not Supported")
    fields = {}
    for line in lines:
        name, colon, value = line.partition(":")
        if not colon or not TOKEN.fullmatch(name):
            raise Refused("400 Bad Request")
        fields.setdefault(name.lower(), []).append(value.strip(" \t"))
    hosts = fields.get("host", [])
    if len(hosts) > 1 or (not hosts and words[2] == "HTTP/1.1"):
        raise Refused("400 Bad Request")
    if "content-length" in fields and "transfer-encoding" in fields:
        raise Refused("400 Bad Request")
    return words, {name: ", ".join(values) for name, values in fields.items()}


def part(fields, tag, size):
    found = re.fullmatch(r"bytes=(\d*)-(\d*)", fields.get("range", ""))
    if not found or found[1] + found[2] == "" or fields.get("if-range", tag) != tag:
        return None
    if found[1] == "":
        first, last = max(size - int(found[2]), 0), size - 1
    else:
        first, last = int(found[1]), min(int(found[2] or size), size - 1)
        if found[2] and int(found[2]) < first:
            return None
    if first >= size:
        raise Refused("416 Range Not Satisfiable", f"Content-Range: bytes */{size}\r\n")
    return first, last


def answer(peer, words, fields, close):
    method, target, version = words
    end = "Connection: close\r\n" if close else ""
    date = f"Date: {formatdate(NOW, usegmt=True)}\r\n{end}"
    if method in METHODS:
        raise Refused("405 Method Not Allowed", "Allow: GET, HEAD, OPTIONS\r\n")
    if method not in ("GET", "HEAD"):
        raise Refused("501 Not Implemented")
    path = find(target)
    data = open(path, "rb").read()
    stamp = min(int(os.stat(path).st_mtime), NOW)
    tag = f'"{len(data)}-{stamp}"'
    tags = [name.strip().removeprefix("W/") for name in fields.get("if-none-match", "").split(",")]
    if tag in tags or tags == ["*"]:
        return peer.say(f"HTTP/1.1 304 Not Modified\r\n{date}ETag: {tag}\r\n\r\n".encode())
    known = f"Last-Modified: {formatdate(stamp, usegmt=True)}\r\nETag: {tag}\r\nAccept-Ranges: bytes\r\n"
    kind = TYPES.get(os.path.splitext(path)[1], "application/octet-stream")
    wanted = part(fields, tag, len(data)) if method == "GET" else None
    status, size, body = "200 OK", len(data), data
    if wanted:
        first, last = wanted
        status, body = "206 Partial Content", data[first : last + 1]
        known += f"Content-Range: bytes {first}-{last}/{size}\r\n"
    head = f"HTTP/1.1 {status}\r\n{date}{known}Content-Type: {kind}\r\nContent-Length: {len(body)}\r\n\r\n"
    peer.say(head.encode() + (b"" if method == "HEAD" else body))


def refuse(peer, close, status, more="", method="GET"):
    body = b"" if method == "HEAD" else (status[4:] + "\n").encode()
    end = "Connection: close\r\n" if close else ""
    peer.say(
        (
            f"HTTP/1.1 {status}\r\nDate: {formatdate(NOW, usegmt=True)}\r\n{end}"
            f"Content-Type: text/plain; charset=utf-8\r\nContent-Length: {len(status[4:]) + 1}\r\n{more}\r\n"
        ).encode() + body
    )


def visit(peer):
    peer.sock.settimeout(5)
    while True:
        head = b""
        while not head.endswith(b"\n\r\n") and not head.endswith(b"\n\n"):
            line = peer.read_to(b"\n")
            if line is None:
                return
            head += line
        try:
            words, fields = parse(head)
        except Refused as refused:
            return refuse(peer, True, *refused.args)
        option = fields.get("connection", "").lower()
        close = option == "close" or (words[2] == "HTTP/1.0" and option != "keep-alive")
        try:
            answer(peer, words, fields, close)
        except Refused as refused:
            refuse(peer, close, *refused.args)
        if close:
            return


serve(visit)
