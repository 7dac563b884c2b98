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

root = os.path.realpath(os.environ.get('WIRELAB_ROOT', '.'))

class Refuse(Exception):
    pass

def decode(piece):
    out, i = bytearray(), 0
    while i < len(piece):
        if piece[i:i + 1] == b'%':
            hexa = piece[i + 1:i + 3]
            if len(hexa) < 2 or any(h not in b'0123456789abcdefABCDEF' for h in hexa):
                raise Refuse(400, 'a % needs two hex digits')
            out.append(int(hexa, 16))
            i += 3
        else:
            out.append(piece[i])
            i += 1
    return bytes(out)

def find(target):
    path = target.split(b'?')[0]
    pieces = []
    last = b''
    for piece in path.split(b'/'):
        piece = decode(piece)
        if b'\0' in piece:
            raise Refuse(400, 'no file name holds a NUL')
        if b'/' in piece:
            raise Refuse(400, 'a slash hides in a name')
        last = piece
        if piece in (b'', b'.'):
            continue
        if piece == b'..':
            if pieces:
                pieces.pop()
        else:
            pieces.append(piece)
    gone = Refuse(404, 'no such file here')
    if last in (b'', b'.', b'..'):
        raise gone
    try:
        real = os.path.realpath(os.path.join(root.encode(), *pieces))
        if not real.startswith(root.encode() + b'/') or not os.path.isfile(real):
            raise gone
        return real
    except OSError:
        raise gone

def head(c, have):
    """the head of the next request, and the bytes behind it"""
    while b'\r\n\r\n' not in have:
        piece = c.recv(4096)
        if not piece:
            return None, b''
        have += piece
    h, _, rest = have.partition(b'\r\n\r\n')
    return h.split(b'\r\n'), rest

import time
now = int(os.environ.get('WIRELAB_NOW') or time.time())
DATE = time.strftime('%a, %d %b %Y %H:%M:%S GMT', time.gmtime(now)).encode()
TYPES = {b'.txt': b'text/plain; charset=utf-8', b'.html': b'text/html; charset=utf-8', b'.css': b'text/css; charset=utf-8', b'.png': b'image/png'}
WORDS = {200: b'OK', 400: b'Bad Request', 404: b'Not Found', 405: b'Method Not Allowed', 501: b'Not Implemented', 505: b'HTTP Version Not Supported'}
KNOWN = [b'POST', b'PUT', b'DELETE', b'CONNECT', b'OPTIONS', b'TRACE', b'PATCH']

def answer(line):
    """status, kind, body, is it a HEAD"""
    method, target, version = line.split(b' ')
    text = b'text/plain; charset=utf-8'
    if version not in (b'HTTP/1.0', b'HTTP/1.1'):
        return 505, text, b'we speak HTTP/1.0 and HTTP/1.1\n', method == b'HEAD'
    if method in KNOWN:
        return 405, text, b'files here are only read\n', False
    if method not in (b'GET', b'HEAD'):
        return 501, text, b'nobody here has heard of this method\n', False
    try:
        path = find(target)
        with open(path, 'rb') as f:
            return 200, TYPES.get(os.path.splitext(path)[1], b'application/octet-stream'), f.read(), method == b'HEAD'
    except Refuse as e:
        return e.args[0], text, e.args[1].encode() + b'\n', method == b'HEAD'

def serve(c):
    lines, _ = head(c, b'')
    if lines is None:
        return
    status, kind, body, only_head = answer(lines[0])
    out = b'HTTP/1.1 %d %s\r\nDate: %s\r\n' % (status, WORDS[status], DATE)
    if status == 405:
        out += b'Allow: GET, HEAD\r\n'
    out += b'Content-Type: %s\r\nContent-Length: %d\r\nConnection: close\r\n\r\n' % (kind, len(body))
    c.sendall(out if only_head else out + body)

while True:
    c, _ = srv.accept()
    try:
        serve(c)
    except (OSError, ValueError):
        pass
    hang_up(c)
