from kit import *
from urllib.parse import quote_plus

jar = []


def put(line, asked):
    pair, *attributes = [part.strip() for part in line.split(";")]
    name, _, value = pair.partition("=")
    says = {key.lower(): text for key, _, text in (part.partition("=") for part in attributes)}
    path = says.get("path") or asked[: asked.rindex("/")] or "/"
    same = [cookie for cookie in jar if cookie[0] == name and cookie[2] == path]
    if says.get("max-age") == "0":
        for cookie in same:
            jar.remove(cookie)
    elif same:
        same[0][1] = value
    else:
        jar.append([name, value, path])


def covers(path, asked):
    return asked == path or asked.startswith(path if path.endswith("/") else path + "/")


def ask(method, path, body=""):
    peer = dial()
    mine = sorted((cookie for cookie in jar if covers(cookie[2], path)), key=lambda cookie: -len(cookie[2]))
    cookie = "; ".join(f"{name}={value}" for name, value, _ in mine)
    cookie = f"Cookie: {cookie}\r\n" if cookie else ""
    form = "Content-Type: application/x-www-form-urlencoded\r\n"
    form = f"{form}Content-Length: {len(body)}\r\n" if method == "POST" else ""
    peer.say(f"{method} {path} HTTP/1.1\r\nHost: tacos.example\r\n{cookie}{form}Connection: close\r\n\r\n{body}".encode())
    head, _, page = peer.read_all().decode().partition("\r\n\r\n")
    peer.close()
    place = None
    for line in head.split("\r\n")[1:]:
        name, _, value = line.partition(":")
        if name.lower() == "set-cookie":
            put(value.strip(), path)
        if name.lower() == "location":
            place = value.strip()
    return place, page


ask("GET", "/")
place, _ = ask("POST", "/order", "dish=" + quote_plus(WORDS))
print(ask("GET", place)[1])
