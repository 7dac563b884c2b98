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
            raise Refuse(404, 'no')
        last = piece
        if piece in (b'', b'.'):
            continue
        if piece == b'..':
            if pieces:
                pieces.pop()
        else:
            pieces.append(piece)
    if any(p.startswith(b'.') for p in pieces):
        raise Refuse(404, 'no such file here')
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

import hashlib, re, threading, time
TYPES = {b'.txt': b'text/plain; charset=utf-8', b'.html': b'text/html; charset=utf-8', b'.css': b'text/css; charset=utf-8', b'.png': b'image/png'}
KNOWN = [b'POST', b'PUT', b'DELETE', b'CONNECT', b'OPTIONS', b'TRACE', b'PATCH']
WORDS = {400: 'Bad Request', 404: 'Not Found', 405: 'Method Not Allowed', 408: 'Request Timeout', 416: 'Range Not Satisfiable', 501: 'Not Implemented', 505: 'HTTP Version Not Supported'}
def http(t):
    return time.strftime('%a, %d %b %Y %H:%M:%S GMT', time.gmtime(t)).encode()

def now():
    return int(os.environ.get('WIRELAB_NOW') or time.time())

class No(Exception):
    def __init__(self, status, extra=b'', close=False):
        self.status, self.extra, self.close = status, extra, close

def parse(h):
    if b'\n' in h.replace(b'\r\n', b''):
        raise No(400, close=True)
    lines = h.split(b'\r\n')
    words = lines[0].split(b' ')
    if len(words) != 3:
        raise No(400, close=True)
    if words[2] not in (b'HTTP/1.0', b'HTTP/1.1'):
        raise No(505, close=True)
    fields = [(n.lower(), v.strip()) for n, _, v in (l.partition(b':') for l in lines[1:])]
    names = [n for n, _ in fields]
    if names.count(b'host') > 1 or (names.count(b'host') == 0 and words[2] == b'HTTP/1.1'):
        raise No(400, close=True)
    if b'content-length' in names and b'transfer-encoding' in names:
        raise No(400, close=True)
    return words, dict(fields)

def answer(words, fields, close):
    method, target, version = words
    if method in KNOWN:
        raise No(405, b'Allow: GET, HEAD, OPTIONS\r\n')
    if method not in (b'GET', b'HEAD'):
        raise No(501)
    try:
        path = find(b'/index.html' if target == b'/' else target)
    except Refuse as e:
        raise No(e.args[0])
    body = open(path, 'rb').read()
    size = len(body)
    tag = b'"%s"' % hashlib.sha256(body).hexdigest()[:16].encode()
    date = b'Date: %s\r\n' % http(now())
    conn = b'Connection: close\r\n' if close else b''
    none = fields.get(b'if-none-match')
    if none is not None and (none == b'*' or tag in [t.strip() for t in none.split(b',')]):
        return b'HTTP/1.1 304 Not Modified\r\n' + date + conn + b'ETag: ' + tag + b'\r\n\r\n'
    head1 = date + conn + b'Last-Modified: %s\r\nETag: %s\r\nAccept-Ranges: bytes\r\n' % (http(min(now(), int(os.stat(path).st_mtime))), tag)
    status = b'200 OK'
    m = re.fullmatch(rb'bytes=(\d+)-(\d*)', fields.get(b'range', b''))
    if m and method == b'GET':
        lo = int(m.group(1))
        hi = min(int(m.group(2)) if m.group(2) else size - 1, size - 1)
        if lo >= size:
            raise No(416, b'Content-Range: bytes */%d\r\n' % size)
        body = body[lo:hi + 1]
        status = b'206 Partial Content'
        head1 += b'Content-Range: bytes %d-%d/%d\r\n' % (lo, hi, size)
    kind = TYPES.get(os.path.splitext(path)[1], b'application/octet-stream')
    out = b'HTTP/1.1 %s\r\n%sContent-Type: %s\r\nContent-Length: %d\r\n\r\n' % (status, head1, kind, len(body))
    return out if method == b'HEAD' else out + body

def refusal(e, close):
    body = b'this does not work\n'
    return b'HTTP/1.1 %d %s\r\nDate: %s\r\n%sContent-Type: text/plain; charset=utf-8\r\nContent-Length: %d\r\n%s\r\n' % (
        e.status, WORDS[e.status].encode(), http(now()), b'Connection: close\r\n' if close else b'', len(body), e.extra) + body

def serve(c):
    have = b''
    while True:
        end = time.monotonic() + 5
        while b'\n\r\n' not in have and b'\n\n' not in have:
            c.settimeout(max(end - time.monotonic(), 0.001))
            piece = c.recv(4096)
            if not piece:
                return
            have += piece
        h, sep, rest = have.partition(b'\r\n\r\n')
        if not sep or b'\n\n' in h:
            h, sep, rest = have.partition(b'\n\n')
            h += b'\n'
        have = rest
        try:
            words, fields = parse(h)
        except No as e:
            c.sendall(refusal(e, True))
            return
        conn = fields.get(b'connection', b'').lower()
        close = conn == b'close' or (words[2] == b'HTTP/1.0' and conn != b'keep-alive')
        try:
            out = answer(words, fields, close)
        except No as e:
            out = refusal(e, close)
        c.sendall(out)
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
