from kit import *

FILES = {b"/menu.txt": b"three tacos\n", b"/drinks.txt": b"one water\n"}


def visit(peer):
    while (head := peer.read_to(b"\r\n\r\n")) is not None:
        method, target, version = head.split(b"\r\n")[0].split(b" ")
        option = re.search(rb"(?i)\r\nconnection:[ \t]*(\S*)", head)
        option = option[1].lower() if option else b""
        old = version == b"HTTP/1.0"
        close = option == b"close" or (old and option != b"keep-alive")
        body = FILES.get(target)
        status = b"200 OK" if body else b"404 Not Found"
        body = body or b"no such file here\n"
        line = b"Connection: close\r\n" if close else b"Connection: keep-alive\r\n" if old else b""
        peer.say(
            b"HTTP/1.1 " + status + b"\r\nContent-Length: %d\r\n" % len(body) + line + b"\r\n"
            + (b"" if method == b"HEAD" else body)
        )
        if close:
            return


serve(visit)
