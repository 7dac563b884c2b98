from kit import *
from email.utils import formatdate, parsedate_to_datetime
from hashlib import sha256


def wish(fields, tag, modified, length):
    """`(304,)`, `(416,)`, `(200,)` or `(206, first, last)`."""
    if "if-none-match" in fields:
        tags = [name.strip().removeprefix("W/") for name in fields["if-none-match"].split(",")]
        if tag in tags or tags == ["*"]:
            return (304,)
    elif "if-modified-since" in fields:
        if modified <= parsedate_to_datetime(fields["if-modified-since"]).timestamp():
            return (304,)
    found = re.fullmatch(r"bytes=(\d*)-(\d*)", fields.get("range", ""))
    if not found or found[1] + found[2] == "":
        return (200,)
    if "if-range" in fields and fields["if-range"] != tag:
        return (200,)
    if found[1] == "":
        count = min(int(found[2]), length)
        return (206, length - count, length - 1) if count else (416,)
    first = int(found[1])
    if first >= length:
        return (416,)
    last = min(int(found[2] or length), length - 1)
    return (206, first, last) if first <= last else (200,)


def visit(peer):
    peer.sock.settimeout(10)
    while (head := peer.read_to(b"\r\n\r\n")) is not None:
        first, *lines = head.decode("latin-1").strip().split("\r\n")
        fields = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
        path = ROOT + "/menu.txt"
        file = open(path, "rb").read()
        tag = '"' + sha256(file).hexdigest()[:16] + '"'
        modified = min(int(os.stat(path).st_mtime), NOW)
        status, *part = wish(fields, tag, modified, len(file))
        date = "Date: " + formatdate(NOW, usegmt=True) + "\r\n"
        known = f"ETag: {tag}\r\n"
        whole = known + f"Last-Modified: {formatdate(modified, usegmt=True)}\r\nAccept-Ranges: bytes\r\n"
        close = "Connection: close\r\n" if fields.get("connection") == "close" else ""
        body = b""
        if status == 304:
            text = f"HTTP/1.1 304 Not Modified\r\n{date}{known}{close}\r\n"
        elif status == 416:
            body = b"the file is not that long\n"
            text = (
                f"HTTP/1.1 416 Range Not Satisfiable\r\n{date}Content-Range: bytes */{len(file)}\r\n"
                f"Content-Length: {len(body)}\r\n{close}\r\n"
            )
        elif status == 206:
            start, end = part
            body = file[start : end + 1]
            text = (
                f"HTTP/1.1 206 Partial Content\r\n{date}{known if 'if-range' in fields else whole}"
                f"Content-Range: bytes {start}-{end}/{len(file)}\r\nContent-Length: {len(body)}\r\n{close}\r\n"
            )
        else:
            body = file
            text = f"HTTP/1.1 200 OK\r\n{date}{whole}Content-Length: {len(body)}\r\n{close}\r\n"
        peer.say(text.encode() + body)
        if close:
            return


serve(visit)
