# Lab 10 · your server. It cuts header lines at the wrong places. Write its parser by the rules of the
# README: first the names and values, then the eight refusals.
#
# You write `understand` and `members`. The rest is finished: the answer, the words of each refusal, and
# the code that reads the head. Check it with: cargo lab check 10
import os
import socket
import sys

host, port = os.environ.get("WIRELAB_ADDR", "127.0.0.1:8010").rsplit(":", 1)


class Refused(Exception):
    """The first rule that is broken, in the words below."""


def understand(lines):
    """Takes the header lines, each with its line end. Returns the fields: pairs of a name in small letters and
    the value without outer spaces, both bytes. Or raises Refused."""
    # Here: this code treats the header lines as text, and cuts each line at every colon.
    fields = []
    for line in lines.decode("utf-8", "replace").splitlines():
        name, value = (line.split(":") + [""])[:2]
        fields.append((name.encode(), value.strip().lower().encode()))
    if not fields:
        raise Refused(NO_COLON)
    return fields


def members(fields, wanted):
    """The members of the list `wanted`: from all lines with this name, in the order of the lines, without empty
    members."""
    # Here: this code takes only the last line with this name, and does not cut its value at the commas.
    return [value for name, value in fields if name == wanted][-1:]


# The words of the refusals, in the order in which you test the rules on a line.
LINE_END = "a line does not end in CR LF"
BARE_CR = "a CR without its LF"
FOLDED = "a line begins with white space"
NO_COLON = "a line has no colon"
SPACE_BEFORE_COLON = "white space before the colon"
BAD_NAME = "a name is empty or has a forbidden byte"
BAD_VALUE = "a value has a control byte"
NOT_ONE_HOST = "there must be one Host line, and only one"


def serve(client):
    # The head, up to the empty line. The server ignores the bytes after the empty line.
    head = b""
    while b"\n\r\n" not in head:
        piece = client.recv(4096)
        if not piece or len(head) > 65_536:
            return
        head += piece
    end = head.index(b"\n\r\n") + 1
    first = head.index(b"\n") + 1

    try:
        status, body = "200 OK", receipt(understand(head[first:end]))
    except Refused as why:
        status, body = "400 Bad Request", f"{why}\n".encode()
    head = (
        f"HTTP/1.1 {status}\r\n"
        "Content-Type: text/plain\r\n"
        f"Content-Length: {len(body)}\r\n"
        "Connection: close\r\n"
        "\r\n"
    )
    client.sendall(head.encode() + body)


def receipt(fields):
    """One line for each field, with the value in brackets. The last line has all members of the list Salsa."""
    lines = [name + b": [" + value + b"]\n" for name, value in fields]
    salsas = [b" [" + salsa + b"]" for salsa in members(fields, b"salsa")]
    return b"".join(lines) + b"all salsas:" + b"".join(salsas) + b"\n"


server = socket.create_server((host, int(port)))
print("listening on %s:%s" % server.getsockname(), flush=True)
while True:
    client, _ = server.accept()
    with client:
        try:
            serve(client)
        except OSError as error:
            print(f"this client failed: {error}; the next one, please", file=sys.stderr)
