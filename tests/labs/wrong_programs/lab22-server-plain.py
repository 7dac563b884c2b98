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
root = os.environ.get('WIRELAB_ROOT', '.')
class Refuse(Exception):
    pass

def refuse(words, status=b'400 Bad Request'):
    raise Refuse(status, words + b'\n')

class Conn:
    def __init__(self, c):
        self.c, self.have = c, b''
    def more(self):
        piece = self.c.recv(4096)
        if not piece:
            raise ConnectionError
        self.have += piece
    def line(self):
        while b'\r\n' not in self.have:
            if len(self.have) > 8000:
                refuse(b'too long')
            self.more()
        line, self.have = self.have.split(b'\r\n', 1)
        return line
    def exactly(self, n):
        while len(self.have) < n:
            self.more()
        part, self.have = self.have[:n], self.have[n:]
        return part
    def chunks(self):
        body = b''
        while True:
            size = self.line().split(b';')[0].strip(b' \t')
            if not re.fullmatch(rb'[0-9a-fA-F]+', size):
                refuse(b'a chunk begins with its size in hex digits')
            n = int(size, 16)
            if n == 0:
                break
            if n > 1000000:
                refuse(b'too much', b'413 Content Too Large')
            body += self.exactly(n)
            if self.exactly(2) != b'\r\n':
                refuse(b'behind the data comes \\r\\n, and nothing else')
        while self.line():
            pass
        return body
    def body(self, fields):
        te = [v for n, v in fields if n == b'transfer-encoding']
        cl = [v for n, v in fields if n == b'content-length']
        if te and cl:
            refuse(b'a length and chunks: which of them is true?')
        if te:
            codings = [x.strip().lower() for x in b','.join(te).split(b',')]
            if codings[-1] != b'chunked':
                refuse(b'chunked must be the last coding')
            if len(codings) > 1:
                refuse(b'unknown coding', b'501 Not Implemented')
            return self.chunks()
        if len(cl) > 1:
            refuse(b'two lengths: which of them is true?')
        if cl:
            if not re.fullmatch(rb'[0-9]+', cl[0]):
                refuse(b'a length is made of digits')
            return self.exactly(int(cl[0]))
        return b''

def send(c, version, close, parts):
    out = b'HTTP/1.1 200 OK\r\n'
    if version == b'HTTP/1.0':
        out += b'Connection: close\r\n\r\n' + b''.join(parts)
    else:
        out += b'Transfer-Encoding: chunked\r\nTrailer: Dishes\r\n'
        out += (b'Connection: close\r\n' if close else b'') + b'\r\n'
        for p in parts:
            out += b'%x\r\n%s\r\n' % (len(p), p)
        out += b'0\r\nDishes: %d\r\n\r\n' % len(parts)
    c.sendall(out)

def serve(c):
    conn = Conn(c)
    while True:
        while b'\r\n\r\n' not in conn.have:
            conn.more()
        h, _, conn.have = conn.have.partition(b'\r\n\r\n')
        lines = h.split(b'\r\n')
        method, target, version = lines[0].split(b' ')
        fields = [(n.lower(), v.strip()) for n, _, v in (l.partition(b':') for l in lines[1:])]
        close = (b'connection', b'close') in fields or version == b'HTTP/1.0'
        body = conn.body(fields)
        if method == b'POST':
            parts = [o.rstrip(b'\r') + b', coming up\n' for o in body.split(b'\n') if o]
        else:
            parts = [f.encode() + b'\n' for f in sorted(os.listdir(root))]
        send(c, version, close, parts)
        if close:
            return

def client(c):
    try:
        serve(c)
    except Refuse as e:
        try:
            c.sendall(b'HTTP/1.1 %s\r\nContent-Length: %d\r\nConnection: close\r\n\r\n%s' % (e.args[0], len(e.args[1]), e.args[1]))
        except OSError:
            pass
    except (OSError, ValueError):
        pass
    hang_up(c)

while True:
    c, _ = srv.accept()
    threading.Thread(target=client, args=(c,), daemon=True).start()
