from kit import *

MENU = ["nachos", "taco\ncon jalapeño", "flan"]


def by_length(text):
    data = text.encode()
    return len(data).to_bytes(4, "big") + data


def visit(peer):
    first = peer.read_to(b"\n")
    if first == b"menu by closing\n":
        peer.say("".join(MENU).encode())
    elif first == b"menu by line\n":
        peer.say(("\n".join(MENU) + "\n\n").encode())
        order = peer.read_to(b"\n")
        if order is not None:
            dish = order[:-1].decode()
            peer.say((dish + ", coming up\n" if dish in MENU else "? no such dish\n").encode())
    elif first is not None:
        menu = b"".join(by_length(dish) for dish in MENU)
        peer.say(menu + by_length(""))
        head = peer.read_exactly(4)
        if head is None:
            return
        length = int.from_bytes(head, "big")
        if length > 8000:
            peer.say(by_length("? at most 8000 bytes"))
            return
        order = peer.read_exactly(length)
        if order is None:
            return
        dish = order.decode()
        peer.say(by_length(dish + ", coming up" if dish in MENU else "? no such dish"))


serve(visit)
