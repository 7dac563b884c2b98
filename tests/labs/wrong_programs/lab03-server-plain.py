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

import struct
MENU = ['nachos', 'taco\ncon jalapeño', 'flan']
MENU = [d.encode() for d in MENU]

class Gone(Exception):
    pass

class Reader:
    def __init__(self, c):
        self.c, self.have = c, b''
    def more(self):
        piece = self.c.recv(4096)
        if not piece:
            raise Gone
        self.have += piece
    def line(self):
        while b'\n' not in self.have:
            self.more()
        line, self.have = self.have.split(b'\n', 1)
        return line
    def exactly(self, n):
        while len(self.have) < n:
            self.more()
        part, self.have = self.have[:n], self.have[n:]
        return part

def packed(b):
    return struct.pack('>I', len(b)) + b

def answer(dish):
    return dish + b', coming up' if dish in MENU else b'? no such dish'

def serve(c):
    r = Reader(c)
    how = r.line()
    if how == b'menu by line':
        c.sendall(b'\n'.join(MENU) + b'\n\n')
        c.sendall(answer(r.line()) + b'\n')
    elif how == b'menu by closing':
        c.sendall(b''.join(MENU))
    elif how == b'menu by length':
        for d in MENU:
            c.sendall(packed(d))
        c.sendall(packed(b''))
        n, = struct.unpack('>I', r.exactly(4))
        if n > 8000:
            c.sendall(packed(b'? at most 8000 bytes'))
        else:
            c.sendall(packed(answer(r.exactly(n))))

while True:
    c, _ = srv.accept()
    try:
        serve(c)
    except (Gone, OSError):
        pass
    hang_up(c)
