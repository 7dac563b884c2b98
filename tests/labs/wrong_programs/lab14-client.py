from kit import *
from urllib.parse import urljoin, urlsplit

url, *rest = WORDS.replace("{addr}", ADDR).split()
method = rest[0] if rest else "GET"
for hop in range(6):
    parts = urlsplit(url)
    peer = Peer(socket.create_connection((parts.hostname, parts.port or 80)))
    target = (parts.path or "/") + ("?" + parts.query if parts.query else "")
    more = "Content-Length: 0\r\n" if method == "POST" else ""
    peer.say(f"{method} {target} HTTP/1.1\r\nHost: {parts.netloc}\r\n{more}Connection: close\r\n\r\n".encode())
    head, _, body = peer.read_all().decode().partition("\r\n\r\n")
    peer.close()
    status = int(head.split()[1])
    if status not in (301, 302, 303, 307, 308):
        print(body, end="")
        break
    if status in (301, 302, 303):
        method = "GET"
    place = re.search(r"(?im)^location:\s*(\S*)", head)[1]
    url = urljoin(url, place)
else:
    sys.exit("too many redirects")
