from kit import *


class Bad(Exception):
    pass


class Gone(Exception):
    pass


def need(data):
    if data is None:
        raise Gone()
    return data


def chunked(peer):
    data = b""
    while True:
        size = need(peer.read_to(b"\r\n"))[:-2].split(b";")[0].strip()
        if not re.fullmatch(rb"[0-9A-Fa-f]{1,12}", size):
            raise Bad("a chunk begins with its size in hex digits\n")
        length = int(size, 16)
        if length == 0:
            break
        data += need(peer.read_exactly(length))
        if need(peer.read_exactly(2)) != b"\r\n":
            raise Bad("behind the data comes \\r\\n, and nothing else\n")
    while need(peer.read_to(b"\r\n")) != b"\r\n":
        pass
    return data


def body_of(peer, pairs):
    lengths = [value for name, value in pairs if name == "content-length"]
    codings = [value.lower() for name, value in pairs if name == "transfer-encoding"]
    if lengths and codings:
        raise Bad("a length and chunks: which of them is true?\n")
    if codings:
        if codings[-1].split(",")[-1].strip() != "chunked":
            raise Bad("chunked must be the last coding\n")
        return chunked(peer)
    if len(lengths) > 1:
        raise Bad("two lengths: which of them is true?\n")
    if lengths and not lengths[0].isdigit():
        raise Bad("a length is made of digits\n")
    return need(peer.read_exactly(int(lengths[0]))) if lengths else b""


def chunk(data):
    return b"%x\r\n%b\r\n" % (len(data), data)


def visit(peer):
    peer.sock.settimeout(10)
    while (head := peer.read_to(b"\r\n\r\n")) is not None:
        first, *lines = head.decode("latin-1").strip().split("\r\n")
        pairs = [(name.lower(), value.strip()) for name, _, value in (line.partition(":") for line in lines)]
        try:
            body = body_of(peer, pairs)
        except Gone:
            return
        except Bad as bad:
            text = bad.args[0]
            peer.say(
                f"HTTP/1.1 400 Bad Request\r\nContent-Length: {len(text)}\r\nConnection: close\r\n\r\n{text}".encode()
            )
            return
        if first.startswith("GET"):
            dishes = [name.encode() + b"\n" for name in sorted(os.listdir(ROOT))]
        else:
            dishes = [order + b", coming up\n" for order in body.splitlines() if order]
        close = dict(pairs).get("connection", "").lower() == "close"
        peer.say(
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: Dishes\r\n"
            + (b"Connection: close\r\n" if close else b"") + b"\r\n"
        )
        for dish in dishes:
            peer.say(chunk(dish))
        peer.say(b"0\r\nDishes: %d\r\n\r\n" % len(dishes))
        if close:
            return


serve(visit)
