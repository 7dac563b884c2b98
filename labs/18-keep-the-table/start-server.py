# Lab 18 · your server. It keeps every connection open. It has four faults, which the README lists.
# Because of each fault, some client waits for ever, or some request is lost.
#
# Check it with: cargo lab check 18
import os
import socket
import sys

host, port = os.environ.get("WIRELAB_ADDR", "127.0.0.1:8018").rsplit(":", 1)


def serve(client):
    """Answers one request after the other, until the client closes."""
    while True:
        # Here: one read may return the end of this request and the beginning of the next request. Keep these bytes.
        received = b""
        while b"\r\n\r\n" not in received:
            piece = client.recv(4096)
            if not piece or len(received) > 65_536:
                return
            received += piece
        method, target = (received.decode("latin-1").splitlines()[0].split(" ") + [""])[:2]

        # Here: must the server close after this answer? And does every answer have a Content-Length?
        if target == "/menu.txt":
            answer = found("three tacos\n")
        elif target == "/drinks.txt":
            answer = found("one water\n")
        else:
            answer = "HTTP/1.1 404 Not Found\r\n\r\nno such file here\n"
        if method == "HEAD":
            answer = answer.partition("\r\n\r\n")[0] + "\r\n\r\n"
        client.sendall(answer.encode())


def found(body):
    return f"HTTP/1.1 200 OK\r\nContent-Length: {len(body)}\r\n\r\n{body}"


server = socket.create_server((host, int(port)))
print("listening on %s:%s" % server.getsockname(), flush=True)
while True:
    client, _ = server.accept()
    with client:
        try:
            serve(client)
        except OSError as error:
            print(f"this client failed: {error}; the next one, please", file=sys.stderr)
