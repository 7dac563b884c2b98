# Lab 14 · your client. It sends one request, and prints the answer. But the answer is only a redirect.
#
# Follow the redirect. `Location` may be a whole URL, or a part of a URL. `Host` is the host of the new
# URL. Follow at most five redirects. WIRELAB_ARG is the URL, then a space and POST, or only the URL for GET.
# `urljoin` of `urllib.parse` resolves a reference (RFC 3986, section 5.2).
# Check it with: cargo lab check 14
import os
import socket
import sys
from urllib.parse import urlsplit


def ask(url):
    parts = urlsplit(url)
    target = (parts.path or "/") + ("?" + parts.query if parts.query else "")
    host = parts.netloc.removesuffix(":80")
    server = socket.create_connection((parts.hostname, parts.port or 80))
    request = f"GET {target} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n"
    server.sendall(request.encode())
    answer = b""
    while piece := server.recv(4096):
        answer += piece
    return answer


words = (os.environ.get("WIRELAB_ARG") or "http://127.0.0.1:8014/menu").split()

# Here: if the status is 301, 302, 303, 307 or 308, the client must send another request.
sys.stdout.buffer.write(ask(words[0]))
