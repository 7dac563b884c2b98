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

import re
class Alert(Exception):
    pass
class Left(Exception):
    pass
DECODE = Alert(50)

def exactly(c, n):
    b = b''
    while len(b) < n:
        piece = c.recv(n - len(b))
        if not piece:
            raise Left
        b += piece
    return b

class R:
    def __init__(self, b):
        self.b = b
    def take(self, n):
        if n > len(self.b):
            raise DECODE
        part, self.b = self.b[:n], self.b[n:]
        return part
    def num(self, n):
        return int.from_bytes(self.take(n), 'big')
    def vec(self, n):
        return R(self.take(self.num(n)))
    def end(self):
        if self.b:
            raise DECODE

def hello(c, first):
    have, need = b'', None
    while True:
        kind = first or exactly(c, 1)
        first = None
        n = int.from_bytes(exactly(c, 4)[2:], 'big')
        if n > 16384:
            raise Alert(22)
        if kind != b'\x16' or n == 0:
            raise Alert(10)
        have += exactly(c, n)
        if have[0] != 1:
            raise Alert(10)
        if len(have) >= 4:
            need = 4 + int.from_bytes(have[1:4], 'big')
            if len(have) > need:
                raise DECODE
            if len(have) == need:
                return R(have[4:])

def judge(m):
    version = m.num(2)
    m.take(32)
    if len(m.vec(1).b) > 32:
        raise DECODE
    n = len(m.vec(2).b)
    if n < 2 or n % 2:
        raise DECODE
    if not m.vec(1).b:
        raise DECODE
    name = alpn = versions = None
    if m.b:
        ext = m.vec(2)
        m.end()
        while ext.b:
            kind, content = ext.num(2), ext.vec(2)
            if kind == 0:
                l = content.vec(2)
                content.end()
                if l.num(1) != 0:
                    raise DECODE
                name = l.vec(2).b
                l.end()
                if not re.fullmatch(rb'[A-Za-z0-9._-]+', name):
                    raise DECODE
            elif kind == 16:
                l = content.vec(2)
                content.end()
                alpn = []
                while l.b:
                    p = l.vec(1).b
                    if not p:
                        raise DECODE
                    alpn.append(p)
                if not alpn:
                    raise DECODE
            elif kind == 43:
                l = content.vec(1)
                content.end()
                if len(l.b) < 2 or len(l.b) % 2:
                    raise DECODE
                versions = []
                while l.b:
                    versions.append(l.num(2))
    if versions is not None:
        version = max([v for v in versions if not (v & 0x0f0f == 0x0a0a and v >> 8 == v & 255)] or [0])
    if version < 0x0303:
        raise Alert(70)
    if name is None:
        raise Alert(109)
    if name.lower() != b'tacos.example':
        raise Alert(112)
    if alpn is not None and b'http/1.1' not in alpn:
        raise Alert(120)
    raise Alert(40)

HTTP_ANSWER = b'HTTP/1.1 400 Bad Request\r\nContent-Type: text/plain\r\nContent-Length: 28\r\nConnection: close\r\n\r\nthis port speaks https: TLS\n'
def serve(c):
    first = exactly(c, 1)
    if first.isalpha():
        have = first
        while b'\r\n\r\n' not in have:
            have += exactly(c, 1)
        c.sendall(HTTP_ANSWER)
        return
    try:
        judge(hello(c, first))
    except Alert as a:
        c.sendall(b'\x15\x03\x03\0\2\2' + bytes([a.args[0]]))

while True:
    c, _ = srv.accept()
    try:
        serve(c)
    except (Left, OSError):
        pass
    hang_up(c)
