# Lab 28 · your server. It reads forms and answers, but it stores the dishes for one connection only. Each
# request comes on a new connection, so the server forgets each order.
#
# Give each new client a ticket in a cookie, and store the dishes under the ticket. Decode the form. The README lists
# the rules and the answers. `secrets.token_hex(16)` is 32 random hex digits. Check it with: cargo lab check 28
import os
import socket
import sys

host, port = os.environ.get("WIRELAB_ADDR", "127.0.0.1:8028").rsplit(":", 1)
REASONS = {
    200: "OK",
    303: "See Other",
    400: "Bad Request",
    404: "Not Found",
    405: "Method Not Allowed",
    411: "Length Required",
}


def serve(client):
    """One request, one answer."""
    # Here: the program forgets these dishes when the connection ends. Store the dishes of all clients, under their
    # tickets.
    dishes = []

    reader = client.makefile("rb")
    head = read_head(reader)
    if head is None:
        return
    (method, target, _version), fields = head
    body = reader.read(int(fields.get("content-length", "0")))

    # `Cookie: theme=dark; ticket=…`: which ticket is in this line, and has this server made it?
    cookie = fields.get("cookie", "")

    if (method, target) == ("GET", "/"):
        said = answer(200, page(dishes))
    elif (method, target) == ("POST", "/order"):
        # Here: `dish=3+nachos&note=hot` is a form. Cut the form, and then decode its parts.
        dishes.append(body.decode(errors="replace"))
        said = answer(200, page(dishes))
    else:
        said = answer(404, "no such page\n")
    client.sendall(said)
    client.shutdown(socket.SHUT_WR)
    while reader.read(4096):
        pass


def answer(status, body, more=""):
    """The answer in bytes. `more`: more header lines, each with its \\r\\n. Finished."""
    body = body.encode()
    head = f"HTTP/1.1 {status} {REASONS[status]}\r\n{more}"
    if body:
        kind = "html" if status == 200 else "plain"
        head += f"Content-Type: text/{kind}; charset=utf-8\r\n"
    head += f"Content-Length: {len(body)}\r\nConnection: close\r\n\r\n"
    return head.encode() + body


def page(order):
    """The page: the order so far, and the form. Finished. What somebody typed must not become HTML."""
    dishes = [dish.replace("&", "&amp;").replace("<", "&lt;") for dish in order]
    listed = "<ol>\n" + "".join(f"<li>{dish}</li>\n" for dish in dishes) + "</ol>\n"
    form = "<form method=post action=/order>\n<input name=dish> <button>Order</button>\n</form>\n"
    return "<!doctype html>\n<title>Your table</title>\n" + (listed if dishes else "<p>Nothing yet.</p>\n") + form


def read_head(reader):
    """The words of the request line, and the fields by their names in small letters. None: the client closed.
    ValueError: this is no request. Finished (lab 10)."""
    lines = []
    while (line := reader.readline(16_000)) not in (b"\r\n", b""):
        lines.append(line.decode("latin-1").rstrip("\r\n"))
    if not line:
        return None
    if not lines:
        raise ValueError("a request line has three words")
    pairs = (line.partition(":") for line in lines[1:])
    return lines[0].split(" "), {name.lower(): value.strip() for name, _, value in pairs}


server = socket.create_server((host, int(port)))
print("listening on %s:%s" % server.getsockname(), flush=True)
while True:
    client, _ = server.accept()
    with client:
        try:
            serve(client)
        except (OSError, ValueError) as error:
            print(f"this client failed: {error}; the next one, please", file=sys.stderr)
