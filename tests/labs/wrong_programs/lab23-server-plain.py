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

import email.utils, hashlib, re, threading, time
now = int(os.environ.get('WIRELAB_NOW') or time.time())
def http(t):
    return time.strftime('%a, %d %b %Y %H:%M:%S GMT', time.gmtime(t)).encode()

def answer(target, fields):
    path = find(target)
    body = open(path, 'rb').read()
    tag = b'"%s"' % hashlib.sha256(body).hexdigest()[:16].encode()
    changed = min(int(os.stat(path).st_mtime), now)
    size = len(body)
    date, etag, last, accept = b'Date: ' + http(now), b'ETag: ' + tag, b'Last-Modified: ' + http(changed), b'Accept-Ranges: bytes'
    none, since = fields.get(b'if-none-match'), fields.get(b'if-modified-since')
    fresh = False
    if none is not None:
        tags = [t.strip() for t in none.split(b',')]
        fresh = none == b'*' or tag in [t[2:] if t.startswith(b'W/') else t for t in tags]
    elif since is not None:
        when = email.utils.parsedate_to_datetime(since.decode())
        fresh = changed <= when.timestamp()
    if fresh:
        return b'304 Not Modified', [date, etag], b''
    rng, ifr = fields.get(b'range'), fields.get(b'if-range')
    m = rng and re.fullmatch(rb'bytes=(\d*)-(\d*)', rng)
    if m and (m.group(1) or m.group(2)) and (ifr is None or ifr == tag):
        a, b = m.groups()
        if not a:
            n = int(b)
            ok = n > 0
            lo, hi = max(size - n, 0), size - 1
        else:
            lo, hi = int(a), int(b) if b else size - 1
            if b and hi < lo:
                return b'200 OK', [date, etag, last, accept, b'Content-Length: %d' % size], body
            ok = lo < size
            hi = min(hi, size - 1)
        if not ok:
            words = b'the file is not that long\n'
            return b'416 Range Not Satisfiable', [date, b'Content-Range: bytes */%d' % size, b'Content-Length: %d' % len(words)], words
        part = body[lo:hi + 1]
        about = [b'Content-Range: bytes %d-%d/%d' % (lo, hi, size), b'Content-Length: %d' % len(part)]
        return b'206 Partial Content', [date, etag] + ([] if ifr else [last, accept]) + about, part
    return b'200 OK', [date, etag, last, accept, b'Content-Length: %d' % size], body

def serve(c):
    have = b''
    while True:
        lines, have = head(c, have)
        if lines is None:
            return
        fields = {n.lower(): v.strip() for n, _, v in (l.partition(b':') for l in lines[1:])}
        try:
            status, out, body = answer(lines[0].split(b' ')[1], fields)
        except Refuse:
            status, out, body = b'404 Not Found', [b'Content-Length: 0'], b''
        close = fields.get(b'connection', b'').lower() == b'close'
        if close:
            out.append(b'Connection: close')
        c.sendall(b'HTTP/1.1 ' + b'\r\n'.join([status] + out) + b'\r\n\r\n' + body)
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
