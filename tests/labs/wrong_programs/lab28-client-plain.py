import os, socket, sys
host, port = os.environ['WIRELAB_ADDR'].rsplit(':', 1)
arg = os.environ.get('WIRELAB_ARG', '')
import urllib.parse
jar = []

def keep(value, target):
    pair, *attributes = value.split(';')
    name, _, v = pair.strip().partition('=')
    path = target.split('?')[0].rsplit('/', 1)[0] or '/'
    gone = False
    for a in attributes:
        n, _, w = a.strip().partition('=')
        if n.lower() == 'path' and w.startswith('/'):
            path = w
        if n.lower() == 'max-age' and w.strip() == '0':
            gone = True
    for cookie in jar:
        if cookie[0] == name and cookie[2] == path:
            cookie[1] = v
            if gone:
                jar.remove(cookie)
            return
    if not gone:
        jar.append([name, v, path])

def fits(path, target):
    target = target.split('?')[0]
    return target == path or target.startswith(path if path.endswith('/') else path + '/')

def ask(method, target, body=None):
    s = socket.create_connection((host, int(port)))
    out = '%s %s HTTP/1.1\r\nHost: tacos.example\r\n' % (method, target)
    mine = sorted([k for k in jar if fits(k[2], target)], key=lambda k: -len(k[2]))
    if mine:
        out += 'Cookie: ' + '; '.join(k[0] + '=' + k[1] for k in mine) + '\r\n'
    if body is not None:
        out += 'Content-Type: application/x-www-form-urlencoded\r\nContent-Length: %d\r\n' % len(body)
    s.sendall((out + 'Connection: close\r\n\r\n' + (body or '')).encode())
    answer = b''
    while True:
        piece = s.recv(4096)
        if not piece:
            break
        answer += piece
    s.close()
    head, _, text = answer.partition(b'\r\n\r\n')
    lines = head.decode().split('\r\n')
    place = None
    for line in lines[1:]:
        n, _, v = line.partition(':')
        if n.lower() == 'set-cookie':
            keep(v.strip(), target)
        if n.lower() == 'location':
            place = v.strip()
    return int(lines[0].split()[1]), place, text.decode()

ask('GET', '/')
status, place, text = ask('POST', '/order', urllib.parse.urlencode({'dish': arg}))
if status == 303:
    status, place, text = ask('GET', place)
sys.stdout.write(text)
