# Lab 17 · your server. It sends files, but its answers do not describe the files, and it ignores the
# method. Write `answer`. The rest is finished.
#
# The server's folder is WIRELAB_ROOT. WIRELAB_NOW is the time for Date, in seconds since 1970. Without
# WIRELAB_NOW, use the clock of the system. `email.utils.formatdate(second, usegmt=True)` writes a date,
# and `http.HTTPStatus(404).phrase` has the words after a status number.
# Check it with: cargo lab check 17
import os
import socket
import sys
from urllib.parse import unquote

host, port = os.environ.get("WIRELAB_ADDR", "127.0.0.1:8017").rsplit(":", 1)
root = os.path.realpath(os.environ.get("WIRELAB_ROOT", "labs/17-saying-what-it-is/files"))


def answer(method, target, version):
    """The whole answer to a request: the arguments include the three words of the first line."""
    print(method, target, version, file=sys.stderr)
    # Here: test the version and the method; send the date and the type; send no body for HEAD.
    file = find(target.split("?")[0])
    if file is None:
        # Here: a refusal needs the same header lines and a body.
        return b"HTTP/1.1 404 Not Found\r\n\r\n"
    with open(file, "rb") as opened:
        body = opened.read()
    head = (
        "HTTP/1.1 200 OK\r\n"
        f"Content-Length: {len(body)}\r\n"
        "Connection: close\r\n"
        "\r\n"
    )
    return head.encode() + body


def find(path):
    """The file that a path names (lab 16), or None. Finished."""
    names = []
    for part in path.split("/")[1:]:
        name = unquote(part)
        if "/" in name or "\0" in name:
            return None
        if name == "..":
            names = names[:-1]
        elif name not in ("", "."):
            names.append(name)
    real = os.path.realpath(os.path.join(root, *names))
    is_ours = real.startswith(root + os.sep) and not path.endswith("/")
    return real if is_ours and os.path.isfile(real) else None


def serve(client):
    head = b""
    while b"\r\n\r\n" not in head:
        piece = client.recv(4096)
        if not piece or len(head) > 65_536:
            return
        head += piece

    words = head.decode("latin-1").splitlines()[0].split(" ")
    client.sendall(answer(*(words + ["", ""])[:3]))


server = socket.create_server((host, int(port)))
print("listening on %s:%s" % server.getsockname(), flush=True)
while True:
    client, _ = server.accept()
    with client:
        try:
            serve(client)
        except OSError as error:
            print(f"this client failed: {error}; the next one, please", file=sys.stderr)
