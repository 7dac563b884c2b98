from kit import *
from email.utils import parsedate_to_datetime

SEP = "\r\n"


class Message:
    def __init__(self, start, fields, body):
        self.start, self.fields, self.body = start, fields, body

    def get(self, name):
        return next((v for n, v in self.fields if n.lower() == name), None)

    def list(self, name):
        return [e.strip() for n, v in self.fields if n.lower() == name for e in v.split(",")]

    def directive(self, wanted):
        for element in self.list("cache-control"):
            name, _, argument = element.partition("=")
            if name.lower() == wanted:
                return argument.strip('"')
        return None

    def status(self):
        return int(self.start.split(" ")[1])


def read(peer):
    head = peer.read_to(b"\r\n\r\n")
    if head is None:
        return None
    lines = head.decode("latin-1").split(SEP)[:-2]
    fields = [tuple(part.strip() for part in line.split(":", 1)) for line in lines[1:]]
    message = Message(lines[0], fields, b"")
    named = [e.lower() for e in message.list("connection")] + ["connection"]
    message.fields = [f for f in fields if f[0].lower() not in named]
    if message.get("content-length"):
        if message.start.startswith("HTTP/") and message.status() == 304:
            return message
        message.body = peer.read_exactly(int(message.get("content-length")))
        if message.body is None:
            return None
    elif message.start.startswith("HTTP/") and message.status() != 304:
        message.body = peer.read_all()
    return message


def write(message, more=()):
    lines = [message.start] + [f"{n}: {v}" for n, v in message.fields] + list(more) + ["Connection: close", "", ""]
    return SEP.join(lines).encode("latin-1") + message.body


def seconds(text):
    return min(int(text), 2**31) if text and text.isdigit() else None


def date(text):
    try:
        return int(parsedate_to_datetime(text).timestamp())
    except (TypeError, ValueError):
        return None


def may_store(request, answer):
    if request.start.split(" ")[0] != "GET" or answer.status() != 200 or not answer.get("content-length"):
        return False
    if request.directive("no-store") is not None or answer.directive("no-store") is not None:
        return False
    if answer.directive("private") is not None or answer.get("set-cookie") or "*" in answer.list("vary"):
        return False
    shared = any(answer.directive(name) is not None for name in ("public", "s-maxage", "must-revalidate"))
    if request.get("authorization") and not shared:
        return False
    known = any(answer.directive(name) is not None for name in ("max-age", "s-maxage", "no-cache"))
    return known or answer.get("expires") is not None


def lifetime(answer):
    for name in ("s-maxage", "max-age"):
        if answer.directive(name) is not None:
            return seconds(answer.directive(name)) or 0
    expires, begun = date(answer.get("expires")), date(answer.get("date"))
    return max(0, expires - begun) if expires is not None and begun is not None else 0


def age(answer):
    begun = date(answer.get("date"))
    apparent = max(0, NOW - begun) if begun is not None else 0
    told = seconds(answer.get("age")) or 0
    return max(apparent, told)


def usable(answer, request):
    old, fresh = age(answer), lifetime(answer)
    if old >= fresh or answer.directive("no-cache") is not None or request.directive("no-cache") is not None:
        return False
    most, least = seconds(request.directive("max-age")), seconds(request.directive("min-fresh"))
    if most is not None and (old > most or most == 0):
        return False
    return least is None or fresh - old >= least


stored = []


def key(request):
    return (request.get("host").lower(), request.start.split(" ")[1])


def find(request):
    for where, varies, answer in reversed(stored):
        if where == key(request) and all(request.get(n.lower()) == v for n, v in varies):
            return answer
    return None


def put(request, answer):
    varies = [(name, request.get(name.lower())) for name in answer.list("vary")]
    stored.append((key(request), varies, answer))


def from_cache(answer, request):
    fields = [f for f in answer.fields if f[0].lower() != "age"]
    given = Message(answer.start, fields, answer.body)
    if answer.get("etag") and answer.get("etag") in request.list("if-none-match"):
        given = Message("HTTP/1.1 304 Not Modified", [f for f in fields if not f[0].lower().startswith("content-")], b"")
    return write(given, [f"Age: {age(answer)}"])


def no(status, why):
    body = (why + "\n").encode()
    return write(Message(f"HTTP/1.1 {status}", [("Content-Length", len(body))], body))


def ask(request, question):
    host, port = WORDS.rsplit(":", 1)
    peer = Peer(socket.create_connection((host.strip("[]"), int(port))))
    peer.say(write(request, question + ["Via: 1.1 cache"]))
    answer = read(peer)
    peer.close()
    return answer


def question(old):
    if old.get("etag"):
        return ["If-None-Match: " + old.get("etag")]
    if old.get("last-modified"):
        return ["If-Modified-Since: " + old.get("last-modified")]
    return []


def refresh(old, news):
    news.fields = [f for f in news.fields if f[0].lower() != "content-length"]
    new = [n.lower() for n, _ in news.fields]
    kept = [f for f in old.fields if f[0].lower() not in new and f[0].lower() != "age"]
    return Message(old.start, kept + news.fields, old.body)


def answer_to(request):
    method = request.start.split(" ")[0]
    old = find(request) if method == "GET" else None
    if old and usable(old, request):
        return from_cache(old, request)
    if request.directive("only-if-cached") is not None:
        return no("504 Gateway Timeout", "nothing fresh is stored, and you asked for no more")
    asks = question(old) if old and not request.get("if-none-match") else []
    try:
        answer = ask(request, asks)
    except ConnectionRefusedError:
        return no("504 Gateway Timeout", "the server does not answer")
    if answer is None:
        return no("502 Bad Gateway", "the server hung up in the middle of its answer")
    if asks and answer.status() == 304:
        old = refresh(old, answer)
        put(request, old)
        return from_cache(old, request)
    if may_store(request, answer):
        put(request, answer)
    if method == "POST" and answer.status() < 400:
        stored[:] = [one for one in stored if one[0] != key(request)]
    return write(answer)


def visit(peer):
    request = read(peer)
    if request:
        peer.say(answer_to(request))


serve(visit)
