from kit import *

order = ((WORDS or "jalapeño 🌮") + "\n").encode()
peer = dial()
peer.say(
    f"POST /order HTTP/1.1\r\nHost: tacos.example\r\nContent-Type: text/plain; charset=utf-8\r\n"
    f"Content-Length: {len(order)}\r\nConnection: close\r\n\r\n".encode() + order
)
head = peer.read_to(b"\r\n\r\n")
length = int(re.search(rb"content-length:\s*(\d+)", head, re.I)[1])
body = peer.read_all()
if len(body) != length:
    sys.exit(f"{length} bytes were announced, and {len(body)} came")
sys.stdout.buffer.write(body)
