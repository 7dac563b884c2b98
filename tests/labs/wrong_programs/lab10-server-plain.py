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

TOKEN = set(b"!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ")

class Bad(Exception):
    pass

def understand(lines):
    fields = []
    for raw in lines:
        if not raw.endswith(b'\r\n'):
            raise Bad('a line does not end in CR LF')
        line = raw[:-2]
        if b'\r' in line:
            raise Bad('a CR without its LF')
        if line[:1] in (b' ', b'\t'):
            raise Bad('a line begins with white space')
        if b':' not in line:
            raise Bad('a line has no colon')
        name, value = line.split(b':', 1)
        if name[-1:] in (b' ', b'\t'):
            raise Bad('white space before the colon')
        if not name or not set(name) <= TOKEN:
            raise Bad('a name is empty or has a forbidden byte')
        value = value.strip(b' \t')
        if any((b < 32 and b != 9) or b == 127 for b in value):
            raise Bad('a value has a control byte')
        fields.append((name.lower(), value))
    if [n for n, _ in fields].count(b'host') != 1:
        raise Bad('there must be one Host line, and only one')
    return fields

def members(fields, name):
    found = []
    for n, v in fields:
        if n == name:
            found += [m.strip(b' \t') for m in v.split(b',')]
    return [m for m in found if m]

def reply(c, status, body, kind=b'text/plain'):
    c.sendall(b'HTTP/1.1 %s\r\nContent-Type: %s\r\nContent-Length: %d\r\nConnection: close\r\n\r\n%s' % (status, kind, len(body), body))

def serve(c):
    f = c.makefile('rb')
    if not f.readline().endswith(b'\n'):
        return
    lines = []
    while True:
        line = f.readline()
        if not line.endswith(b'\n'):
            return
        if line in (b'\r\n', b'\n'):
            break
        lines.append(line)
    try:
        fields = understand(lines)
    except Bad as e:
        return reply(c, b'400 Bad Request', str(e).encode() + b'\n')
    body = b''.join(b'%s: [%s]\n' % f for f in fields)
    body += b'all salsas:' + b''.join(b' [%s]' % m for m in members(fields, b'salsa')) + b'\n'
    reply(c, b'200 OK', body)

while True:
    c, _ = srv.accept()
    try:
        serve(c)
    except OSError:
        pass
    hang_up(c)
