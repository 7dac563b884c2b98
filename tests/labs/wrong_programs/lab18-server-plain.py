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

import threading
FILES = {b'/menu.txt': b'three tacos\n', b'/drinks.txt': b'one water\n'}
def serve(c):
    have = b''
    while True:
        lines, have = head(c, have)
        if lines is None:
            return
        method, target, version = lines[0].split(b' ')
        fields = {}
        for line in lines[1:]:
            n, _, v = line.partition(b':')
            fields[n.lower()] = v.strip().lower()
        conn = fields.get(b'connection')
        say = b''
        keep = True
        if conn == b'close':
            keep = False
        elif version == b'HTTP/1.1':
            pass
        elif conn == b'keep-alive':
            say = b'Connection: keep-alive\r\n'
        else:
            keep = False
        if not keep:
            say = b'Connection: close\r\n'
        if target in FILES:
            status, body = b'200 OK', FILES[target]
        else:
            status, body = b'404 Not Found', b'no such file here\n'
        out = b'HTTP/1.1 %s\r\nContent-Length: %d\r\n%s\r\n' % (status, len(body), say)
        if method != b'HEAD':
            out += body
        c.sendall(out)
        if not keep:
            return

def client(c):
    try:
        serve(c)
    except (OSError, ValueError):
        pass
    hang_up(c)

while True:
    c, _ = srv.accept()
    threading.Thread(target=client, args=(c,), daemon=True).start()
