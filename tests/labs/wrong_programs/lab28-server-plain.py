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

import html, secrets, re
tables = {}

def reply(c, status, kind=None, body=b'', extra=b'', cookie=None):
    out = b'HTTP/1.1 ' + status + b'\r\n'
    if cookie:
        out += b'Set-Cookie: ticket=%s; Path=/; Max-Age=3600; HttpOnly; SameSite=Lax\r\n' % cookie
    out += extra
    if body:
        out += b'Content-Type: %s; charset=utf-8\r\n' % kind
    c.sendall(out + b'Content-Length: %d\r\nConnection: close\r\n\r\n' % len(body) + body)

def decode(b):
    b = b.replace(b'+', b' ')
    b = re.sub(rb'%([0-9a-fA-F]{2})', lambda m: bytes([int(m.group(1), 16)]), b)
    return b.decode('utf-8', 'replace')

def page(dishes):
    if dishes:
        rows = '<ol>\n' + ''.join('<li>%s</li>\n' % d.replace('&', '&amp;').replace('<', '&lt;') for d in dishes) + '</ol>\n'
    else:
        rows = '<p>Nothing yet.</p>\n'
    return ('<!doctype html>\n<title>Your table</title>\n' + rows +
            '<form method=post action=/order>\n<input name=dish> <button>Order</button>\n</form>\n').encode()

def serve(c):
    lines, have = head(c, b'')
    if lines is None:
        return
    method, target, _ = lines[0].split(b' ')
    fields = [(n.lower(), v.strip()) for n, _, v in (l.partition(b':') for l in lines[1:])]
    length = [v for n, v in fields if n == b'content-length']
    if method == b'POST' and not length:
        return reply(c, b'411 Length Required', b'text/plain', b'how many bytes is the form?\n')
    need = int(length[0]) if length else 0
    while len(have) < need:
        piece = c.recv(4096)
        if not piece:
            return
        have += piece
    if target == b'/' and method != b'GET':
        return reply(c, b'405 Method Not Allowed', b'text/plain', b'only GET is allowed here\n', b'Allow: GET\r\n')
    if target == b'/order' and method != b'POST':
        return reply(c, b'405 Method Not Allowed', b'text/plain', b'only POST is allowed here\n', b'Allow: POST\r\n')
    if target not in (b'/', b'/order'):
        return reply(c, b'404 Not Found', b'text/plain', b'no such page\n')
    dish = None
    if target == b'/order':
        for field in have[:need].split(b'&'):
            n, _, v = field.partition(b'=')
            if decode(n) == 'dish':
                dish = decode(v)
                break
        if dish is None or not dish.strip(' '):
            return reply(c, b'400 Bad Request', b'text/plain', b'name a dish\n')
    ticket = None
    for n, v in fields:
        if n == b'cookie' and ticket is None:
            for pair in v.split(b';'):
                k, _, t = pair.strip().partition(b'=')
                if k == b'ticket':
                    ticket = t
                    break
    new = None
    if ticket not in tables:
        ticket = new = secrets.token_hex(16).encode()
        tables[ticket] = []
    if dish is not None:
        tables[ticket].append(dish)
        return reply(c, b'303 See Other', extra=b'Location: /\r\n', cookie=new)
    reply(c, b'200 OK', b'text/html', page(tables[ticket]), cookie=new)

while True:
    c, _ = srv.accept()
    try:
        serve(c)
    except (OSError, ValueError) as e:
        print(e, flush=True)
    hang_up(c)
