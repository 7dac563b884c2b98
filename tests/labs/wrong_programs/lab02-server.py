from kit import *


def visit(peer):
    while (line := peer.read_to(b"\n")) is not None:
        order = line[:-1]
        peer.say(order + b", coming up\n")


serve(visit)
