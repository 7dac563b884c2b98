import os, socket, sys
from urllib.parse import urlsplit, urljoin

def ask(url, method):
    u = urlsplit(url)
    target = u.path or "/"
    if u.query:
        target += "?" + u.query
    host = u.hostname
    if u.port and u.port != 80:
        host += f":{u.port}"
    length = "Content-Length: 0\r\n" if method == "POST" else ""
    s = socket.create_connection((u.hostname, u.port or 80))
    s.sendall(f"{method} {target} HTTP/1.1\r\nHost: {host}\r\n{length}Connection: close\r\n\r\n".encode())
    data = b""
    while d := s.recv(4096):
        data += d
    s.close()
    head, _, body = data.partition(b"\r\n\r\n")
    lines = head.decode("latin-1").split("\r\n")
    status = int(lines[0].split(" ")[1])
    fields = {}
    for l in lines[1:]:
        n, _, v = l.partition(":")
        fields[n.lower()] = v.strip()
    return status, fields, body

words = os.environ["WIRELAB_ARG"].split()
url = words[0]
method = words[1] if len(words) > 1 else "GET"
hops = 0
while True:
    status, fields, body = ask(url, method)
    if status not in (301, 302, 303, 307, 308):
        break
    hops += 1
    if hops > 5:
        sys.exit("too many redirects")
    url = urljoin(url, fields["location"])
    if status in (301, 302, 303):
        method = "GET"
sys.stdout.buffer.write(body)
