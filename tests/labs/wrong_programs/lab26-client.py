from kit import *


class Broken(Exception):
    pass


def read_name(message, at):
    found, size, end, earliest = [], 1, None, at
    while True:
        if at >= len(message):
            raise Broken
        length = message[at]
        if length >= 0xC0:
            if at + 1 >= len(message):
                raise Broken
            end = end or at + 2
            target = (length & 63) << 8 | message[at + 1]
            if target >= earliest:
                raise Broken
            at = earliest = target
            continue
        label = message[at + 1:at + 1 + length]
        if length > 63 or len(label) < length:
            raise Broken
        at += 1 + length
        if length == 0:
            return found, end or at
        found.append(label.lower())
        size += 1 + length
        if size > 255:
            raise Broken


def number(message, at):
    if at + 2 > len(message):
        raise Broken
    return message[at] << 8 | message[at + 1]


def question(number, name, kind):
    query = number.to_bytes(2, "big") + bytes([1, 0, 0, 1, 0, 0, 0, 0, 0, 0])
    for label in name.split("."):
        query += bytes([len(label)]) + label.encode()
    return query + bytes([0, 0, kind, 0, 1])


def answers(message, query):
    if len(message) < 12 or message[:2] != query[:2] or not message[2] & 0x80:
        return False
    if message[3] & 15 not in (0, 3):
        return True
    return message[4:6] == b"\0\1" and message[12:len(query)].lower() == query[12:].lower()


def addresses(message, query, kind):
    wanted, _ = read_name(query, 12)
    at, found = len(query), []
    for _ in range(number(message, 6)):
        owner, end = read_name(message, at)
        its_kind, group, length = number(message, end), number(message, end + 2), number(message, end + 8)
        data = message[end + 10:end + 10 + length]
        at = end + 10 + length
        if at > len(message):
            raise Broken
        if owner != wanted or group != 1:
            continue
        if its_kind == 5:
            wanted, _ = read_name(message, end + 10)
        elif its_kind == kind and length != (4 if kind == 1 else 16):
            raise Broken
        elif its_kind == kind == 1:
            found.append(".".join(str(byte) for byte in data))
        elif its_kind == kind:
            found.append(":".join("%x" % number(data, place) for place in range(0, 16, 2)))
    return found


def ask_udp(sock, query):
    while True:
        sock.send(query)
        until = time.monotonic() + 0.1
        while True:
            left = until - time.monotonic()
            if left <= 0:
                break
            sock.settimeout(left)
            try:
                message = sock.recv(65535)
            except TimeoutError:
                break
            if answers(message, query):
                return message


def ask_tcp(peer, query):
    peer.say(len(query).to_bytes(2, "big") + query)
    while True:
        length = int.from_bytes(peer.read_exactly(2), "big")
        message = peer.read_exactly(length)
        if answers(message, query):
            return message


def resolve(ask, name, first):
    found = []
    for more, kind in [(0, 1), (1, 28)]:
        query = question((first + more) % 65536, name, kind)
        message = ask(query)
        code = message[3] & 15
        if code == 3:
            return None, "no such name"
        if code:
            return None, f"error {code}"
        if message[2] & 2:
            return None, "truncated"
        try:
            found += addresses(message, query, kind)
        except Broken:
            return None, "broken answer"
    return (" ".join(found), None) if found else (None, "no address")


name, way, first = WORDS.split()
if way == "tcp":
    peer = dial()
    right, wrong = resolve(lambda query: ask_tcp(peer, query), name, int(first))
    peer.close()
else:
    udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    udp.connect((HOST, int(PORT)))
    right, wrong = resolve(lambda query: ask_udp(udp, query), name, int(first))
print(right or wrong)
sys.exit(0 if right else 1)
