# Lab 12 · your client. It cuts the URL once, at the first slash. Cut the URL into the same
# parts as a browser. Write this code yourself: with a library you would not learn the rules.
#
# WIRELAB_ADDR is the address to connect to. WIRELAB_ARG is the text from the URL bar.
# Check it with: cargo lab check 12
import os
import socket
import sys

host, port = os.environ.get("WIRELAB_ADDR", "127.0.0.1:8012").rsplit(":", 1)
url = os.environ.get("WIRELAB_ARG") or "http://tacos.example/menu?dish=taco#salsa"


def split(url):
    """The host for `Host`, in small letters; the port, 80 if the URL has no port; path and query for the
    request line."""
    # Here: this code works for http://tacos.example/menu. The README has twelve other URLs.
    if not url.startswith("http://"):
        raise ValueError("a URL begins with http://")
    host, _, path = url[len("http://") :].partition("/")
    return host, 80, "/" + path


try:
    site, site_port, target = split(url)
except ValueError as why:
    print(f"{url}: {why}", file=sys.stderr)
    sys.exit(2)

# Here: what must Host contain when the port is not 80?
print("the port is", site_port, file=sys.stderr)
server = socket.create_connection((host, int(port)))
request = f"GET {target} HTTP/1.1\r\nHost: {site}\r\nConnection: close\r\n\r\n"
server.sendall(request.encode())

answer = b""
while piece := server.recv(4096):
    answer += piece
sys.stdout.buffer.write(answer)
