from kit import *


def answer(peer, status, body):
    peer.say(
        f"HTTP/1.1 {status}\r\nContent-Type: text/plain; charset=utf-8\r\n"
        f"Content-Length: {len(body)}\r\nConnection: close\r\n\r\n".encode() + body
    )


def visit(peer):
    head = peer.read_to(b"\r\n\r\n")
    if head is None:
        return
    value = re.search(rb"\r\ncontent-length:[ \t]*(.*?)[ \t]*\r\n", head, re.I)[1]
    if not value.isdigit():
        return answer(peer, "400 Bad Request", b"a length is made of digits\n")
    if int(value) > 8000:
        return answer(peer, "413 Content Too Large", b"we take 8000 bytes and no more\n")
    order = peer.read_exactly(int(value))
    if order is None:
        return
    answer(peer, "200 OK", order.rstrip(b"\n") + b", coming up\n")


serve(visit)
