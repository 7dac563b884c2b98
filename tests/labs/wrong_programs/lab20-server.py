from kit import *


def say(peer, status):
    peer.say(f"HTTP/1.1 {status}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n".encode())


def visit(peer):
    end = time.monotonic() + 1
    while True:
        line = peer.heard.split(b"\r\n")[0]
        if len(line) > 8000:
            return say(peer, "414 URI Too Long")
        if len(peer.heard) > 16000:
            return say(peer, "431 Request Header Fields Too Large")
        if b"\r\n\r\n" in peer.heard:
            break
        left = end - time.monotonic()
        if left <= 0:
            return say(peer, "408 Request Timeout")
        peer.sock.settimeout(left)
        try:
            if not peer.read_more():
                return
        except TimeoutError:
            return say(peer, "408 Request Timeout")
    say(peer, "200 OK")


serve(visit)
