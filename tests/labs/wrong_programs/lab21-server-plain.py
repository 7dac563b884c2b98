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

def head(c, have):
    """the head of the next request, and the bytes behind it"""
    while b'\r\n\r\n' not in have:
        piece = c.recv(4096)
        if not piece:
            return None, b''
        have += piece
    h, _, rest = have.partition(b'\r\n\r\n')
    return h.split(b'\r\n'), rest

import re, threading
plates = {}
lock = threading.Lock()

def reply(c, status, body=None, close=False, place=None):
    out = b'HTTP/1.1 %s\r\n' % status
    if place:
        out += b'Location: %s\r\n' % place
    if not status.startswith(b'204'):
        out += b'Content-Length: %d\r\n' % len(body or b'')
    if close:
        out += b'Connection: close\r\n'
    c.sendall(out + b'\r\n' + (body or b''))

def serve(c):
    have = b''
    while True:
        lines, have = head(c, have)
        if lines is None:
            return
        method, path, _ = lines[0].split(b' ')
        fields = [(n.lower(), v.strip()) for n, _, v in (l.partition(b':') for l in lines[1:])]
        get = lambda name: [v for n, v in fields if n == name]
        close = b'close' in [v.lower() for v in get(b'connection')]
        wants = [v.lower() for v in get(b'expect')] == [b'100-continue']
        lengths = get(b'content-length')
        if get(b'transfer-encoding') or (method in (b'PUT', b'POST') and not lengths):
            return reply(c, b'411 Length Required', b'how many bytes is it?\n', True)
        if len(lengths) > 1 or (lengths and not re.fullmatch(rb'[0-9]+', lengths[0])):
            return reply(c, b'400 Bad Request', b'a length is made of digits\n', True)
        length = int(lengths[0]) if lengths else 0
        if length > 1000000:
            return reply(c, b'413 Content Too Large', b'we take 1000000 bytes and no more\n', True)
        refusal = None
        if path == b'/':
            if method != b'POST':
                refusal = (b'404 Not Found', b'no plate has such a name\n')
        elif not re.fullmatch(rb'/[A-Za-z0-9_-][A-Za-z0-9._-]*', path):
            refusal = (b'404 Not Found', b'no plate has such a name\n')
        if refusal and (wants or length > 65536):
            return reply(c, *refusal, True)
        if wants and length:
            c.sendall(b'HTTP/1.1 100 Continue\r\n\r\n')
        while len(have) < length:
            piece = c.recv(65536)
            if not piece:
                return
            have += piece
        body, have = have[:length], have[length:]
        with lock:
            if refusal:
                reply(c, *refusal, close)
            elif method == b'PUT':
                new = path not in plates
                plates[path] = body
                reply(c, b'201 Created' if new else b'204 No Content', None, close)
            elif method == b'POST':
                n = 1
                while b'/plate-%d' % n in plates:
                    n += 1
                plates[b'/plate-%d' % n] = body
                reply(c, b'201 Created', None, close, b'/plate-%d' % n)
            elif path not in plates:
                reply(c, b'404 Not Found', b'no such plate\n', close)
            elif method == b'GET':
                reply(c, b'200 OK', plates[path], close)
            else:
                del plates[path]
                reply(c, b'204 No Content', None, close)
        if close:
            return

def client(c):
    try:
        serve(c)
    except OSError:
        pass
    hang_up(c)

while True:
    c, _ = srv.accept()
    threading.Thread(target=client, args=(c,), daemon=True).start()
