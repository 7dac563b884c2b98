from kit import *

TOP = os.fsencode(os.path.realpath(ROOT))
GONE = ("404 Not Found", b"no such file here\n")


class Refused(Exception):
    pass


def decode(piece):
    if re.search(rb"%(?![0-9A-Fa-f]{2})", piece):
        raise Refused("400 Bad Request", b"a % needs two hex digits\n")
    piece = re.sub(rb"%([0-9A-Fa-f]{2})", lambda found: bytes([int(found[1], 16)]), piece)
    if b"\0" in piece:
        raise Refused("400 Bad Request", b"no file name holds a NUL\n")
    if b"/" in piece:
        raise Refused("400 Bad Request", b"a slash hides in a name\n")
    return piece


def find(target):
    path = target.split(b"?")[0]
    names = []
    pieces = [decode(piece) for piece in path.split(b"/")[1:]]
    for piece in pieces:
        if piece == b"..":
            if not names:
                raise Refused(*GONE)
            names.pop()
        elif piece not in (b"", b"."):
            names.append(piece)
    if pieces[-1] in (b"", b".", b".."):
        raise Refused(*GONE)
    real = os.path.realpath(os.path.join(TOP, *names))
    if not real.startswith(TOP + b"/") or not os.path.isfile(real):
        raise Refused(*GONE)
    return open(real, "rb").read()


def visit(peer):
    head = peer.read_to(b"\r\n\r\n")
    if head is None:
        return
    try:
        status, body = "200 OK", find(head.split()[1])
    except Refused as refused:
        status, body = refused.args
    peer.say(f"HTTP/1.1 {status}\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n".encode() + body)


serve(visit)
