from kit import *


def visit(peer):
    head = peer.read_to(b"\r\n\r\n")
    if head is None:
        return
    body = "three tacos\n"
    peer.say(
        (
            "HTTP/1.1 200 OK\r\n"
            "Content-Type: text/plain; charset=utf-8\r\n"
            f"Content-Length: {len(body)}\r\n"
            "Connection: close\r\n"
            "\r\n" + body
        ).encode()
    )


serve(visit)
