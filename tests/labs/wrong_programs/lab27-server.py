from kit import *

NOT_TLS = (
    b"HTTP/1.1 400 Bad Request\r\nContent-Type: text/plain\r\nContent-Length: 28\r\n"
    b"Connection: close\r\n\r\nthis port speaks https: TLS\n"
)


class Alert(Exception):
    pass


class Bytes:
    def __init__(self, data):
        self.data = data

    def take(self, count):
        if count > len(self.data):
            raise Alert(50)
        taken, self.data = self.data[:count], self.data[count:]
        return taken

    def number(self, count):
        return int.from_bytes(self.take(count), "big")

    def list(self, count):
        return self.take(self.number(count))

    def end(self):
        if self.data:
            raise Alert(50)


def real(values):
    return [value for value in values if not (len(value) == 2 and value[0] == value[1] and value[0] & 15 == 10)]


def message(peer):
    whole = b""
    while len(whole) < 4 or len(whole) < 4 + int.from_bytes(whole[1:4], "big"):
        header = peer.read_exactly(5)
        length = int.from_bytes(header[3:], "big")
        if length > 16384:
            raise Alert(22)
        whole += peer.read_exactly(length)
        if header[0] != 22 or not length or whole[0] != 1:
            raise Alert(10)
    if len(whole) > 4 + int.from_bytes(whole[1:4], "big"):
        raise Alert(50)
    return whole[4:]


def judge(body):
    rest = Bytes(body)
    version = rest.number(2)
    rest.take(32)
    if len(rest.list(1)) > 32:
        raise Alert(50)
    ciphers, methods = rest.list(2), rest.list(1)
    if not ciphers or len(ciphers) % 2 or not methods:
        raise Alert(50)
    name, protocols = None, None
    extensions = Bytes(rest.list(2) if rest.data else b"")
    rest.end()
    while extensions.data:
        kind = extensions.number(2)
        inside = Bytes(extensions.list(2))
        if kind == 0:
            names = Bytes(inside.list(2))
            if names.number(1) != 0:
                raise Alert(50)
            name = names.list(2)
            if not re.fullmatch(rb"[A-Za-z0-9._-]+", name):
                raise Alert(50)
            names.end()
            inside.end()
        if kind == 16:
            names, protocols = Bytes(inside.list(2)), []
            while names.data:
                protocols.append(names.list(1))
            inside.end()
            if not protocols or b"" in protocols:
                raise Alert(50)
        if kind == 43:
            offered = inside.list(1)
            inside.end()
            if not offered or len(offered) % 2:
                raise Alert(50)
            pairs = [offered[at : at + 2] for at in range(0, len(offered), 2)]
            version = max((int.from_bytes(pair, "big") for pair in real(pairs)), default=0)
    if version < 0x0303:
        raise Alert(70)
    if name is None:
        raise Alert(109)
    if name.lower() != b"tacos.example":
        raise Alert(112)
    if protocols is not None and b"http/1.1" not in protocols:
        raise Alert(120)
    raise Alert(40)


def visit(peer):
    peer.sock.settimeout(10)
    if not peer.read_more():
        return
    if peer.heard[:1].isalpha():
        peer.read_to(b"\r\n\r\n")
        return peer.say(NOT_TLS)
    try:
        judge(message(peer))
    except Alert as alert:
        peer.say(bytes([21, 3, 3, 0, 2, 2, alert.args[0]]))


serve(visit)
