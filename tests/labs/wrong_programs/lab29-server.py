from kit import *
import ipaddress


def is_port(word):
    return re.fullmatch("0|[1-9][0-9]{0,4}", word) and int(word) < 65536

SEP = "\r\n"
SERVERS = [word for word in WORDS.split() if word != "proxy"]
PROXY = WORDS.split()[-1:] == ["proxy"]
REPEATABLE = ("GET", "HEAD", "PUT", "DELETE", "OPTIONS", "TRACE")
ready = [True for _ in SERVERS]
lock = threading.Lock()
count = 0


class Refused(Exception):
    pass


class Message:
    def __init__(self, start, fields, body=b""):
        self.start, self.fields, self.body = start, fields, body

    def all(self, name):
        return [v for n, v in self.fields if n.lower() == name]

    def method(self):
        return self.start.split(" ")[0]

    def write(self):
        lines = [self.start] + [f"{n}: {v}" for n, v in self.fields] + ["Connection: close", "", ""]
        return SEP.join(lines).encode("latin-1") + self.body


def read(peer, method=None):
    head = peer.read_to(b"\r\n\r\n")
    if head is None:
        return None
    lines = head.decode("latin-1").split(SEP)[:-2]
    message = Message(lines[0], [tuple(part.strip() for part in line.split(":", 1)) for line in lines[1:]])
    if method is None and message.all("transfer-encoding"):
        raise Refused("411 Length Required", "say a Content-Length")
    length = message.all("content-length")
    if method != "HEAD" and length:
        message.body = peer.read_exactly(int(length[0]))
        if message.body is None:
            return None
    elif method not in (None, "HEAD") and not message.all("content-length") and message.start.split(" ")[1] not in ("204", "304"):
        message.body = peer.read_all()
    gone = ["connection"] + [e.strip().lower() for v in message.all("connection") for e in v.split(",")]
    message.fields = [f for f in message.fields if f[0].lower() not in gone]
    return message


def proxy_line(peer):
    while b"\n" not in peer.heard[:107] and len(peer.heard) < 107:
        if not peer.read_more():
            return None
    end = peer.heard[:107].find(b"\n") + 1
    line = peer.take(end or 107)
    if not line.startswith(b"PROXY "):
        raise Refused("400 Bad Request", "this port wants a PROXY line first")
    if not line.endswith(b"\r\n"):
        raise Refused("400 Bad Request", "a PROXY line has at most 107 bytes, and ends in CR LF")
    words = line[:-2].decode("latin-1").split(" ")
    if words[1] == "UNKNOWN":
        return None
    try:
        kind = {"TCP4": ipaddress.IPv4Address, "TCP6": ipaddress.IPv6Address}[words[1]]
        kind(words[3])
        if len(words) != 6 or not all(is_port(port) for port in words[4:]):
            raise ValueError
        return str(kind(words[2]))
    except (KeyError, ValueError, IndexError):
        raise Refused("400 Bad Request", "this PROXY line cannot be read")


def no(status, why):
    body = (why + "\n").encode()
    return Message("HTTP/1.1 " + status, [("Content-Length", len(body))], body).write()


def dial_to(server):
    host, port = server.rsplit(":", 1)
    return Peer(socket.create_connection((host, int(port))))


def ask(peer, request):
    try:
        peer.say(request.write())
        return read(peer, request.method())
    except OSError:
        return None
    finally:
        peer.close()


def health(request):
    for at, server in enumerate(SERVERS):
        try:
            answer = ask(dial_to(server), request)
        except OSError:
            answer = None
        ready[at] = answer is not None and answer.start.split(" ")[1] == "200"
    n = sum(ready)
    return no("200 OK" if n > 0 else "503 Service Unavailable", f"{n} of {len(SERVERS)} servers are ready")


def forward(request):
    global count
    with lock:
        first, count = count, count + 1
    asked = False
    for at in range(len(SERVERS)):
        at = (first + at) % len(SERVERS)
        if not ready[at]:
            continue
        if asked and request.method() not in REPEATABLE:
            break
        try:
            peer = dial_to(SERVERS[at])
        except OSError:
            continue
        asked = True
        answer = ask(peer, request)
        if answer is not None:
            return answer.write()
    if asked:
        return no("502 Bad Gateway", "the server hung up in the middle of its answer")
    return no("503 Service Unavailable", "no server is ready")


def answer_to(peer):
    told = proxy_line(peer) if PROXY else None
    request = read(peer)
    if request is None:
        return b""
    if len(request.all("host")) != 1:
        raise Refused("400 Bad Request", "send one Host line")
    client = told or peer.sock.getpeername()[0]
    request.fields = [f for f in request.fields if f[0].lower() != "x-forwarded-for"]
    request.fields.append(("X-Forwarded-For", client))
    request.fields.append(("Via", "1.1 balancer"))
    if request.start.split(" ")[:2] == ["GET", "/health"]:
        return health(request)
    return forward(request)


def visit(peer):
    try:
        peer.say(answer_to(peer))
    except Refused as refused:
        peer.say(no(*refused.args))


serve(visit)
