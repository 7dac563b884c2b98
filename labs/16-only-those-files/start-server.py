# Lab 16 · your server. It joins its folder and the path of the request, and opens the result. Write
# `find` by the seven steps in the README. The rest is finished.
#
# The server's folder is WIRELAB_ROOT. Check it with: cargo lab check 16
import os
import socket
import sys

host, port = os.environ.get("WIRELAB_ADDR", "127.0.0.1:8016").rsplit(":", 1)
root = os.path.realpath(os.environ.get("WIRELAB_ROOT", "labs/16-only-those-files/files"))


class Refused(Exception):
    """The status and the words of a refusal: `404 Not Found` with `no such file here`, or `400 Bad Request` and
    one of `a % needs two hex digits`, `no file name holds a NUL`, `a slash hides in a name`."""


def find(path):
    """The file that `path` names in the folder `root`. Or raises Refused."""
    # Here: steps 2 to 7. (`serve` does step 1: it cuts off the query.)
    place = root + path
    if os.path.isfile(place):
        return place
    raise Refused("404 Not Found", "no such file here")


def serve(client):
    head = b""
    while b"\r\n\r\n" not in head:
        piece = client.recv(4096)
        if not piece or len(head) > 65_536:
            return
        head += piece

    # The second word of the request, up to the first ? in this word.
    target = (head.decode("latin-1").split(" ") + [""])[1]
    path = target.split("?")[0]

    try:
        with open(find(path), "rb") as file:
            status, body = "200 OK", file.read()
    except Refused as refusal:
        status, body = refusal.args[0], (refusal.args[1] + "\n").encode()
    head = (
        f"HTTP/1.1 {status}\r\n"
        f"Content-Length: {len(body)}\r\n"
        "Connection: close\r\n"
        "\r\n"
    )
    client.sendall(head.encode() + body)


server = socket.create_server((host, int(port)))
print("listening on %s:%s" % server.getsockname(), flush=True)
while True:
    client, _ = server.accept()
    with client:
        try:
            serve(client)
        except OSError as error:
            print(f"this client failed: {error}; the next one, please", file=sys.stderr)
