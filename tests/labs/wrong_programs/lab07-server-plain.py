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
root = os.environ.get('WIRELAB_ROOT', '.')
def serve(c):
    heard = b''
    while b'\n' not in heard:
        piece = c.recv(1000)
        if not piece:
            return
        heard += piece
    line = heard.split(b'\n')[0].rstrip(b'\r').decode('latin-1')
    name = line.split(' ', 1)[1][1:]
    path = os.path.join(root, name)
    if re.fullmatch(r'[A-Za-z0-9_-][A-Za-z0-9._-]*', name) and os.path.isfile(path):
        with open(path, 'rb') as f:
            while True:
                part = f.read(10000)
                if not part:
                    break
                c.sendall(part)
    else:
        c.sendall(b'no such file here\n')
while True:
    c, _ = srv.accept()
    try:
        serve(c)
    except (OSError, IndexError) as e:
        print(e, flush=True)
    hang_up(c)
