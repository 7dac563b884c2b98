from kit import *

url, *addresses = WORDS.replace("{addr}", ADDR).split()
name = url.split("/")[2]
peer = None
for place, address in enumerate(addresses):
    host, port = address.rsplit(":", 1)
    try:
        wait = 0.3 if place + 1 < len(addresses) else 3
        peer = Peer(socket.create_connection((host.strip("[]"), int(port)), timeout=wait))
        break
    except OSError as error:
        print(address, error, file=sys.stderr)
if peer is None:
    sys.exit("nobody answers at " + ", ".join(addresses))
peer.sock.settimeout(None)
peer.say(f"GET / HTTP/1.1\r\nHost: {name}\r\nConnection: close\r\n\r\n".encode())
print(peer.read_all().decode(), end="")
