import os, socket, sys
host, port = os.environ["WIRELAB_ADDR"].rsplit(":", 1)

from urllib.parse import quote_plus
jar = []

def covers(cp, path):
    return path == cp or path.startswith(cp if cp.endswith("/") else cp + "/")

def ask(method, path, body=""):
    s = socket.create_connection((host, int(port)))
    mine = sorted([k for k in jar if covers(k[1], path)], key=lambda k: -len(k[1]))
    cookie = "Cookie: " + "; ".join(f"{k[0]}={k[2]}" for k in mine) + "\r\n" if mine else ""
    form = ""
    if method == "POST":
        form = f"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {len(body)}\r\n"
    s.sendall(f"{method} {path} HTTP/1.1\r\nHost: tacos.example\r\n{cookie}{form}Connection: close\r\n\r\n{body}".encode())
    data = b""
    while d := s.recv(4096):
        data += d
    head, _, text = data.decode(errors="replace").partition("\r\n\r\n")
    location = None
    for line in head.split("\r\n")[1:]:
        n, _, v = line.partition(":")
        if n.lower() == "location":
            location = v.strip()
        if n.lower() == "set-cookie":
            parts = [p.strip() for p in v.split(";")]
            cn, _, cv = parts[0].partition("=")
            cp = path.split("?")[0].rsplit("/", 1)[0] or "/"
            age = None
            for a in parts[1:]:
                an, _, av = a.partition("=")
                if an.lower() == "path" and av.startswith("/"):
                    cp = av
                if an.lower() == "max-age":
                    age = int(av)
            old = [k for k in jar if k[0] == cn and k[1] == cp]
            if age is not None and age <= 0:
                for k in old:
                    jar.remove(k)
            elif old:
                old[0][2] = cv
            else:
                jar.append([cn, cp, cv])
    return text, location

dish = os.environ.get("WIRELAB_ARG") or "jalapeño & lime"
ask("GET", "/")
_, location = ask("POST", "/order", "dish=" + quote_plus(dish, safe="*").replace("~", "%7E"))
if location:
    print(ask("GET", location)[0], end="")
