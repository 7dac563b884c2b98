# Lab 23 · your server. It sends the whole file to every client, each time, even if the client has it already.
#
# This program already makes the tag and the dates. Two functions are yours: `wish` decides what the request
# asks for, and `answer` must send the bytes for each wish. Check it with: cargo lab check 23
import hashlib
import os
import socket
import sys
import time
from email.utils import formatdate

host, port = os.environ.get("WIRELAB_ADDR", "127.0.0.1:8023").rsplit(":", 1)
root = os.environ.get("WIRELAB_ROOT", "labs/23-not-again/files")


def wish(fields, tag, modified, length):
    """Here: If-None-Match, or else If-Modified-Since; then Range, if If-Range allows it."""
    return "all"


def answer(target, fields):
    now = int(os.environ.get("WIRELAB_NOW") or time.time())
    date = f"Date: {formatdate(now, usegmt=True)}\r\n"
    close = "Connection: close\r\n" if has_element(fields, "connection", "close") else ""
    if target != "/menu.txt":
        head = f"HTTP/1.1 404 Not Found\r\n{date}Content-Length: 18\r\n{close}\r\n"
        return head.encode() + b"no such file here\n"
    path = os.path.join(root, "menu.txt")
    with open(path, "rb") as opened:
        file = opened.read()
    tag = '"' + hashlib.sha256(file).hexdigest()[:16] + '"'
    # If the file is newer than the clock, Last-Modified is the time of the clock.
    modified = min(int(os.path.getmtime(path)), now)

    wanted = wish(fields, tag, modified, len(file))
    assert wanted == "all"  # Here: the other answers.
    head = (
        "HTTP/1.1 200 OK\r\n"
        f"{date}"
        f"ETag: {tag}\r\n"
        f"Last-Modified: {formatdate(modified, usegmt=True)}\r\n"
        "Accept-Ranges: bytes\r\n"
        f"Content-Length: {len(file)}\r\n"
        f"{close}\r\n"
    )
    return head.encode() + file


def serve(client):
    reader = client.makefile("rb")
    while (head := read_head(reader)) is not None:
        (_method, target, _version), fields = head
        client.sendall(answer(target, fields))
        if has_element(fields, "connection", "close"):
            client.shutdown(socket.SHUT_WR)
            while reader.read(4096):
                pass
            return


def read_head(reader):
    """The words of the request line, and the fields: pairs of a name in small letters and a value. None when
    the client closed. ValueError: this is no request. Finished (lab 10)."""
    lines = []
    while (line := reader.readline(16_000)) not in (b"\r\n", b"\n", b""):
        lines.append(line.decode("latin-1").rstrip("\r\n"))
    if not line:
        return None
    words = lines[0].split(" ") if lines else []
    if len(words) != 3:
        raise ValueError("a request line has three words")
    fields = []
    for line in lines[1:]:
        name, colon, value = line.partition(":")
        if not colon or not name or name != name.strip():
            raise ValueError("a header line has a name, a colon and a value")
        fields.append((name.lower(), value.strip(" \t")))
    return words, fields


def has_element(fields, name, wanted):
    """Whether the list `name` has this element: `Connection: keep-alive, close` has `close`."""
    elements = [e.strip().lower() for n, value in fields if n == name for e in value.split(",")]
    return wanted in elements


server = socket.create_server((host, int(port)))
print("listening on %s:%s" % server.getsockname(), flush=True)
while True:
    client, _ = server.accept()
    with client:
        try:
            serve(client)
        except (OSError, ValueError) as error:
            print(f"this client failed: {error}; the next one, please", file=sys.stderr)
