from kit import *
from email.utils import formatdate

TYPES = {
    ".txt": "text/plain; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".png": "image/png",
}


def answer(method, target, version):
    if not version.startswith("HTTP/1."):
        return "505 HTTP Version Not Supported", ".txt", b"we speak HTTP/1.0 and HTTP/1.1\n"
    if method not in ("GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "TRACE", "CONNECT", "PATCH"):
        return "501 Not Implemented", ".txt", b"nobody here has heard of this method\n"
    if method not in ("GET", "HEAD"):
        return "405 Method Not Allowed", ".txt", b"files here are only read\n"
    path = ROOT + target.split("?")[0]
    if ".." in path or not os.path.isfile(path):
        return "404 Not Found", ".txt", b"no such file here\n"
    return "200 OK", os.path.splitext(path)[1], open(path, "rb").read()


def visit(peer):
    head = peer.read_to(b"\r\n\r\n")
    if head is None:
        return
    method, target, version = head.split(b"\r\n")[0].decode().split(" ")
    status, ending, body = answer(method, target, version)
    lines = ["HTTP/1.1 " + status, "Date: " + formatdate(NOW, usegmt=True)]
    if status.startswith("405"):
        lines.append("Allow: GET, HEAD")
    lines.append("Content-Type: " + TYPES.get(ending, "application/octet-stream"))
    lines.append(f"Content-Length: {len(body)}")
    lines.append("Connection: close")
    peer.say("\r\n".join(lines + ["", ""]).encode() + (b"" if method == "HEAD" else body))


serve(visit)
