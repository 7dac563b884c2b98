from kit import *

TOKEN = re.compile(rb"[A-Za-z0-9!#$%&'*+.^_`|~-]+")


def understand(head):
    fields = []
    for line in head.split(b"\n")[1:-2]:
        if not line.endswith(b"\r"):
            return "a line does not end in CR LF"
        line = line[:-1]
        if b"\r" in line:
            return "a CR without its LF"
        if line[:1] in (b" ", b"\t"):
            return "a line begins with white space"
        name, colon, value = line.partition(b":")
        if not colon:
            return "a line has no colon"
        if name.endswith((b" ", b"\t")):
            return "white space before the colon"
        if not TOKEN.fullmatch(name):
            return "a name is empty or has a forbidden byte"
        value = value.strip(b" \t")
        if re.search(rb"[\x00-\x08\x0a-\x1f\x7f]", value):
            return "a value has a control byte"
        fields.append((name.lower(), value))
    if sum(name == b"host" for name, _ in fields) != 1:
        return "there must be one Host line, and only one"
    return fields


def members(fields, wanted):
    found = [part.strip(b" \t") for name, value in fields if name == wanted for part in value.split(b",")]
    return [member for member in found if member]


def visit(peer):
    head = b""
    while not head.endswith(b"\n\r\n"):
        line = peer.read_to(b"\n")
        if line is None:
            return
        head += line
    fields = understand(head)
    if isinstance(fields, str):
        status, body = "400 Bad Request", fields.encode() + b"\n"
    else:
        status = "200 OK"
        body = b"".join(name + b": [" + value + b"]\n" for name, value in fields)
        body += b"all salsas:" + b"".join(b" [" + member + b"]" for member in members(fields, b"salsa")) + b"\n"
    peer.say(
        f"HTTP/1.1 {status}\r\nContent-Type: text/plain\r\n"
        f"Content-Length: {len(body)}\r\nConnection: close\r\n\r\n".encode() + body
    )


serve(visit)
