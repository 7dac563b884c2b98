# Lab 22 · your server. It accepts orders that have a length, and refuses all other orders.
#
# Two functions are yours. `ends` says where the body of a request ends. You must add `chunks`,
# which reads a chunked body. The README has the rules and the sentences. Check it with: cargo lab check 22
import os
import socket
import sys

host, port = os.environ.get("WIRELAB_ADDR", "127.0.0.1:8022").rsplit(":", 1)
root = os.environ.get("WIRELAB_ROOT", "labs/22-keeps-coming/files")


class Refused(Exception):
    """Status, and a sentence."""


def ends(fields):
    """Here: where does the body end? The README has the rules, in their order. Now: its length, or Refused."""
    values = dict(fields)
    if "transfer-encoding" in values:
        raise Refused("411 Length Required", "in one piece, please, and with its length")
    digits = values.get("content-length", "0")
    if not (digits.isascii() and digits.isdigit()):
        raise Refused("400 Bad Request", "a length is made of digits")
    return int(digits)


def serve(client):
    reader = client.makefile("rb")
    while True:
        try:
            head = read_head(reader)
            if head is None:
                return
            (method, _target, _version), fields = head
            closes = has_element(fields, "connection", "close")
            length = ends(fields)
        except ValueError:
            return refuse(client, "400 Bad Request", "no request")
        except Refused as refusal:
            return refuse(client, *refusal.args)
        order = reader.read(length)
        if method == "GET":
            in_chunks(client, [name.encode() + b"\n" for name in sorted(os.listdir(root))], closes)
        else:
            in_chunks(client, [dish + b", coming up\n" for dish in order.splitlines()], closes)
        if closes:
            return


def in_chunks(client, pieces, closes):
    """Sends an answer in chunks. Nothing needs to be changed here."""
    close = b"Connection: close\r\n" if closes else b""
    how = b"Transfer-Encoding: chunked\r\nTrailer: Dishes\r\n"
    client.sendall(b"HTTP/1.1 200 OK\r\n" + how + close + b"\r\n")
    for piece in pieces:
        client.sendall(b"%x\r\n%s\r\n" % (len(piece), piece))
    client.sendall(b"0\r\nDishes: %d\r\n\r\n" % len(pieces))


def refuse(client, status, why):
    head = f"HTTP/1.1 {status}\r\nContent-Length: {len(why) + 1}\r\nConnection: close\r\n\r\n"
    client.sendall(f"{head}{why}\n".encode())
    client.shutdown(socket.SHUT_WR)
    while client.recv(65_536):  # so that no reset destroys the answer
        pass


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
        except OSError as error:
            print(f"this client failed: {error}; the next one, please", file=sys.stderr)
