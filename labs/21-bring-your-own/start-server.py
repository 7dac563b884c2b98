# Lab 21 · your server. It keeps plates in its memory, but it does not read the body of a request. The server
# takes the bytes of the body for the next request.
#
# Read the body of each request. The README has the order of the steps, and the answers. Check it with:
# cargo lab check 21
import os
import socket
import sys

host, port = os.environ.get("WIRELAB_ADDR", "127.0.0.1:8021").rsplit(":", 1)
plates = {}
REASONS = {
    200: "OK",
    201: "Created",
    204: "No Content",
    400: "Bad Request",
    404: "Not Found",
    411: "Length Required",
    413: "Content Too Large",
    501: "Not Implemented",
}


def serve(client):
    """Answers one request after the other, on one connection (lab 18)."""
    reader = client.makefile("rb")
    while True:
        try:
            head = read_head(reader)
        except ValueError as why:
            client.sendall(answer(400, f"{why}\n".encode(), True))
            return
        if head is None:
            return
        (method, name, _version), fields = head
        closes = has_element(fields, "connection", "close")

        # Here: how long is the body? Does the client wait for 100? Do we want the body? Read the body.
        plate = b""

        if method == "PUT":
            status = 204 if name in plates else 201
            plates[name] = plate
            said = answer(status, b"", closes)
        elif method in ("GET", "DELETE") and name not in plates:
            said = answer(404, b"no such plate\n", closes)
        elif method == "GET":
            said = answer(200, plates[name], closes)
        elif method == "DELETE":
            del plates[name]
            said = answer(204, b"", closes)
        else:
            said = answer(501, b"GET, PUT, POST and DELETE are all that we know\n", closes)
        client.sendall(said)
        if closes:
            return


def answer(status, body, closes):
    head = f"HTTP/1.1 {status} {REASONS[status]}\r\n"
    if status != 204:
        head += f"Content-Length: {len(body)}\r\n"
    if closes:
        head += "Connection: close\r\n"
    return head.encode() + b"\r\n" + body


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
