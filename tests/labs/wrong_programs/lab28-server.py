from kit import *
import secrets
from urllib.parse import unquote_to_bytes

tables = {}
lock = threading.Lock()
REASONS = {200: "OK", 303: "See Other", 400: "Bad Request", 404: "Not Found", 405: "Method Not Allowed", 411: "Length Required"}


def say(peer, status, body="", more=""):
    body = body.encode()
    kind = "html" if status == 200 else "plain"
    what = f"Content-Type: text/{kind}; charset=utf-8\r\n" if body else ""
    head = f"HTTP/1.1 {status} {REASONS[status]}\r\n{more}{what}Content-Length: {len(body)}\r\nConnection: close\r\n\r\n"
    peer.say(head.encode() + body)


def decode(text):
    return unquote_to_bytes(text.replace(b"+", b" ")).decode(errors="replace")


def field(body, wanted):
    for pair in body.split(b"&"):
        name, _, value = pair.partition(b"=")
        if decode(name) == wanted:
            return decode(value)
    return ""


def page(order):
    dishes = [dish.replace("&", "&amp;").replace("<", "&lt;") for dish in order]
    listed = "<ol>\n" + "".join(f"<li>{dish}</li>\n" for dish in dishes) + "</ol>\n" if dishes else "<p>Nothing yet.</p>\n"
    form = "<form method=post action=/order>\n<input name=dish> <button>Order</button>\n</form>\n"
    return "<!doctype html>\n<title>Your table</title>\n" + listed + form


def visit(peer):
    peer.sock.settimeout(10)
    head = peer.read_to(b"\r\n\r\n")
    if head is None:
        return
    first, *lines = head.decode("latin-1").strip().split("\r\n")
    method, target, _ = first.split()
    fields = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    if method == "POST" and "content-length" not in fields:
        return say(peer, 411, "how many bytes is the form?\n")
    body = peer.read_exactly(int(fields.get("content-length", 0)))
    if body is None:
        return
    allowed = {"/": "GET", "/order": "POST"}.get(target)
    if allowed is None:
        return say(peer, 404, "no such page\n")
    if method != allowed:
        return say(peer, 405, f"only {allowed} is allowed here\n", f"Allow: {allowed}\r\n")
    dish = field(body, "dish")
    if method == "POST" and not dish.strip():
        return say(peer, 400, "name a dish\n")
    pairs = [pair.strip().partition("=") for pair in fields.get("cookie", "").split(";")]
    brought = [value for name, _, value in pairs if name == "ticket"]
    with lock:
        known = bool(brought) and brought[0] in tables
        ticket = brought[0] if known else secrets.token_hex(16)
        order = tables.setdefault(ticket, [])
        more = "" if known else f"Set-Cookie: ticket={ticket}; Path=/; Max-Age=3600; HttpOnly; SameSite=Lax\r\n"
        if method == "POST":
            order.append(dish)
            say(peer, 303, "", more + "Location: /\r\n")
        else:
            say(peer, 200, page(order), more)


serve(visit)
