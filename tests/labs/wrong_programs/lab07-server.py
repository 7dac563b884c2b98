from kit import *


def visit(peer):
    line = peer.read_to(b"\r\n")
    if line is None:
        return
    name = line[4:-2].decode()
    try:
        if not re.fullmatch(r"/[^/.][^/]*", name):
            raise FileNotFoundError
        data = open(ROOT + name, "rb").read()
    except OSError:
        data = b"no such file here\n"
    peer.say(data)


serve(visit)
