# Lab 28 · your client. It asks for the page, sends the form and follows the 303, but it forgets each
# cookie that it gets.
#
# Store the cookies, and send each cookie with the right requests. The README lists the rules. WIRELAB_ARG is the dish.
# Check it with: cargo lab check 28
import os
import socket
import sys
from urllib.parse import quote_plus

host, port = os.environ.get("WIRELAB_ADDR", "127.0.0.1:8028").rsplit(":", 1)


def ask(method, path, body=""):
    """One connection, one request; the body of the answer, and its Location."""
    server = socket.create_connection((host, int(port)))
    # Here: `Cookie: name=value; name=value\r\n`, if there are cookies for this path.
    cookie = ""
    form = ""
    if method == "POST":
        form = f"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {len(body)}\r\n"
    request = f"{method} {path} HTTP/1.1\r\nHost: tacos.example\r\n{cookie}{form}Connection: close\r\n\r\n{body}"
    server.sendall(request.encode())
    answer = b""
    while piece := server.recv(4096):
        answer += piece
    head, _, body = answer.decode(errors="replace").partition("\r\n\r\n")
    location = None
    for line in head.split("\r\n")[1:]:
        name, _, value = line.partition(":")
        if name.lower() == "location":
            location = value.strip()
        if name.lower() == "set-cookie":
            # Here: store this cookie, with its path.
            print(f"{path} gave a cookie:", value.strip(), file=sys.stderr)
    return body, location


dish = os.environ.get("WIRELAB_ARG") or "jalapeño & lime"
ask("GET", "/")
# Encodes a text as a browser does: letters, digits and `*-._` stay, a space becomes `+`, each other byte `%XX`.
_, location = ask("POST", "/order", "dish=" + quote_plus(dish, safe="*").replace("~", "%7E"))
if location:
    print(ask("GET", location)[0], end="")
