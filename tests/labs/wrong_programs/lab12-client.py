from kit import *

url = WORDS.split("#")[0]
scheme, rest = url.split("://", 1)
end = min([rest.index(c) for c in "/?" if c in rest] or [len(rest)])
host, target = rest[:end].lower(), rest[end:]
if "@" in host or scheme.lower() != "http":
    sys.exit("this URL is refused")
if not target.startswith("/"):
    target = "/" + target
name, _, port = host.rpartition(":") if re.search(r":\d*$", host) and not host.endswith("]") else (host, "", "")
if port not in ("", "80"):
    name += ":" + port
peer = dial()
peer.say(f"GET {target} HTTP/1.1\r\nHost: {name}\r\nConnection: close\r\n\r\n".encode())
print(peer.read_all().decode(), end="")
