# Lab 27 · your server. It reads only once, and answers in HTTP. A client that speaks TLS cannot
# read an HTTP answer.
#
# Read the whole ClientHello, find the name of the site, and answer with an alert. The README has the form
# of a ClientHello, and the table of alerts. Check it with: cargo lab check 27
import os
import socket
import sys

host, port = os.environ.get("WIRELAB_ADDR", "127.0.0.1:8027").rsplit(":", 1)
NOT_TLS = (
    b"HTTP/1.1 400 Bad Request\r\n"
    b"Content-Type: text/plain\r\n"
    b"Content-Length: 28\r\n"
    b"Connection: close\r\n"
    b"\r\n"
    b"this port speaks https: TLS\n"
)


def serve(client):
    # Here: a ClientHello may come in many pieces, and in several records.
    hello = client.recv(4096)
    print(f"{len(hello)} bytes came, they begin with {hello[:1].hex()}", file=sys.stderr)

    # Here: if the first byte is not a letter, the client speaks TLS. Which alert must you send?
    client.sendall(NOT_TLS)
    client.shutdown(socket.SHUT_WR)
    while client.recv(4096):
        pass


def alert(reason):
    """An alert record: type 21, version, length 2, level 2 (fatal), reason. Finished."""
    return bytes([21, 3, 3, 0, 2, 2, reason])


server = socket.create_server((host, int(port)))
print("listening on %s:%s" % server.getsockname(), flush=True)
while True:
    client, _ = server.accept()
    with client:
        try:
            serve(client)
        except OSError as error:
            print(f"this client failed: {error}; the next one, please", file=sys.stderr)
