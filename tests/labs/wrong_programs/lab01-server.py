from kit import *


def visit(peer):
    line = peer.read_to(b"\n")
    if line is None:
        return
    order = line.rstrip(b"\n").decode()
    if order.split()[0] == "0":
        peer.say(b"? how many\n")
        return
    peer.say((order + ", coming up\n").encode())


serve(visit)
