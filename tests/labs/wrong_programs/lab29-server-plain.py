import os, socket, sys
host, port = os.environ['WIRELAB_ADDR'].rsplit(':', 1)
srv = socket.create_server((host, int(port)))
print('listening on', os.environ['WIRELAB_ADDR'], flush=True)

def hang_up(c):
    try:
        c.shutdown(socket.SHUT_WR)
        c.settimeout(1)
        while c.recv(65536):
            pass
    except OSError:
        pass
    c.close()

import ipaddress, re, threading
args = os.environ['WIRELAB_ARG'].split()
proxy = 'proxy' in args
servers = [a for a in args if a != 'proxy']
ready = {s: True for s in servers}
lock = threading.Lock()
turn = 0
HUNG = b'the server hung up in the middle of its answer\n'

class Own(Exception):
    pass

class NoServer(Exception):
    pass

class Broken(Exception):
    pass

def own(status, words):
    words += b'\n' if not words.endswith(b'\n') else b''
    return b'HTTP/1.1 %s\r\nContent-Length: %d\r\nConnection: close\r\n\r\n%s' % (status, len(words), words)

def more(c, have):
    piece = c.recv(65536)
    if not piece:
        raise OSError('left')
    return have + piece

def proxy_line(c, have, peer):
    while b'\n' not in have[:107] and len(have) < 107:
        if not b'PROXY '.startswith(have[:6]) and False:
            break
        try:
            have = more(c, have)
        except OSError:
            break
    line, nl, rest = have.partition(b'\n')
    if not have.startswith(b'PROXY '):
        raise Own(b'400 Bad Request', b'this port wants a PROXY line first')
    if not nl or len(line) + 1 > 107 or not line.endswith(b'\r'):
        raise Own(b'400 Bad Request', b'a PROXY line has at most 107 bytes, and ends in CR LF')
    words = line[:-1].decode('latin-1').split(' ')
    bad = Own(b'400 Bad Request', b'this PROXY line cannot be read')
    if words[1] == 'UNKNOWN':
        return peer, rest
    if len(words) != 6 or words[1] not in ('TCP4', 'TCP6'):
        raise bad
    try:
        for a in words[2:4]:
            if ipaddress.ip_address(a).version != int(words[1][3]):
                raise bad
    except ValueError:
        raise bad
    for p in words[4:]:
        if not re.fullmatch('0|[1-9][0-9]{0,4}', p) or int(p) > 65535:
            raise bad
    return words[2], rest

def strip_hop(lines, also=()):
    named = set(also) | {b'connection'}
    for l in lines:
        n, _, v = l.partition(b':')
        if n.lower() == b'connection':
            named |= {w.strip().lower() for w in v.split(b',')}
    return [l for l in lines if l.partition(b':')[0].lower() not in named]

def exchange(server, request, method):
    h, p = server.rsplit(':', 1)
    try:
        u = socket.create_connection((h, int(p)))
    except OSError:
        raise NoServer
    with u:
        try:
            u.sendall(request)
            have = b''
            while b'\r\n\r\n' not in have:
                have = more(u, have)
            h, _, body = have.partition(b'\r\n\r\n')
            lines = h.split(b'\r\n')
            status = int(lines[0].split(b' ')[1])
            length = [int(l.split(b':')[1]) for l in lines[1:] if l.lower().startswith(b'content-length:')]
            if method == b'HEAD' or status in (204, 304):
                body = b''
            elif length:
                while len(body) < length[0]:
                    body = more(u, body)
                body = body[:length[0]]
            else:
                while True:
                    piece = u.recv(65536)
                    if not piece:
                        break
                    body += piece
        except (OSError, ValueError, IndexError):
            raise Broken
        return status, b'\r\n'.join([lines[0]] + strip_hop(lines[1:]) + [b'Connection: close', b'', b'']) + body

def serve(c, peer):
    global turn
    have = b''
    if proxy:
        peer, have = proxy_line(c, have, peer)
    while b'\r\n\r\n' not in have:
        have = more(c, have)
    h, _, body = have.partition(b'\r\n\r\n')
    lines = h.split(b'\r\n')
    method, target, _ = lines[0].split(b' ')
    names = [l.partition(b':')[0].lower() for l in lines[1:]]
    if names.count(b'host') != 1:
        raise Own(b'400 Bad Request', b'send one Host line')
    if b'transfer-encoding' in names:
        raise Own(b'411 Length Required', b'say a Content-Length')
    for l in lines[1:]:
        n, _, v = l.partition(b':')
        if n.lower() == b'content-length':
            while len(body) < int(v):
                body = more(c, body)
            body = body[:int(v)]
    request = b'\r\n'.join([lines[0]] + strip_hop(lines[1:], {b'x-forwarded-for'}) + [
        b'X-Forwarded-For: ' + peer.encode(), b'Via: 1.1 balancer', b'Connection: close', b'', b'']) + body
    if target == b'/health' and method == b'GET':
        for s in servers:
            try:
                ready[s] = exchange(s, request, method)[0] == 200
            except (NoServer, Broken):
                ready[s] = False
        n = sum(ready.values())
        return own(b'200 OK' if n else b'503 Service Unavailable', b'%d of %d servers are ready' % (n, len(servers)))
    with lock:
        first = turn % len(servers)
        turn += 1
    hung = False
    for i in range(len(servers)):
        s = servers[(first + i) % len(servers)]
        if not ready[s]:
            continue
        try:
            return exchange(s, request, method)[1]
        except NoServer:
            continue
        except Broken:
            hung = True
            if method not in (b'GET', b'HEAD', b'PUT', b'DELETE', b'OPTIONS', b'TRACE'):
                break
    if hung:
        return own(b'502 Bad Gateway', HUNG)
    return own(b'503 Service Unavailable', b'no server is ready')

def client(c, peer):
    try:
        try:
            out = serve(c, peer)
        except Own as e:
            out = own(*e.args)
        c.sendall(out)
    except (OSError, ValueError):
        pass
    hang_up(c)

while True:
    c, who = srv.accept()
    threading.Thread(target=client, args=(c, who[0]), daemon=True).start()
