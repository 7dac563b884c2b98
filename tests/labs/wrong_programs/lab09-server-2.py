import os, socket, sys
host, port = os.environ["WIRELAB_ADDR"].rsplit(":", 1)

def serve(c):
    buf = b""
    while b"\r\n\r\n" not in buf:
        d = c.recv(1024)
        if not d:
            return
        buf += d
    body = b"three tacos\n"
    head = (
        "HTTP/1.1 200 OK\r\n"
        "Content-Type: text/plain; charset=utf-8\r\n"
        f"Content-Length: {len(body)}\r\n"
        "Connection: close\r\n"
        "\r\n"
    )
    c.sendall(head.encode() + body)

srv = socket.create_server((host, int(port)))
print("listening on", os.environ["WIRELAB_ADDR"], flush=True)
while True:
    c, _ = srv.accept()
    with c:
        try:
            serve(c)
        except OSError as e:
            print("oops", e, file=sys.stderr)
