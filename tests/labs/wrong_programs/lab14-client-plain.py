import os, socket, sys
host, port = os.environ['WIRELAB_ADDR'].rsplit(':', 1)
arg = os.environ.get('WIRELAB_ARG', '')
words = arg.split()
url, method = words[0], (words[1] if len(words) > 1 else 'GET')

def cut(url):
    rest = url[len('http://'):].split('#')[0]
    place, slash, path = rest.partition('/')
    return place, '/' + path

def resolve(old, value):
    if value.startswith('http://'):
        return value
    place, path = cut(old)
    if value.startswith('/'):
        return 'http://' + place + value
    folder = path.split('?')[0].rsplit('/', 1)[0].split('/')[1:]
    for piece in value.split('/'):
        if piece == '..':
            if folder:
                folder.pop()
        else:
            folder.append(piece)
    return 'http://' + place + '/' + '/'.join(folder)

follows = 0
while True:
    place, target = cut(url)
    h, p = place.rsplit(':', 1) if ':' in place else (place, '80')
    name = h if p == '80' else place
    s = socket.create_connection((h, int(p)))
    extra = 'Content-Length: 0\r\n' if method == 'POST' else ''
    s.sendall(('%s %s HTTP/1.1\r\nHost: %s\r\n%sConnection: close\r\n\r\n' % (method, target, name, extra)).encode())
    answer = b''
    while True:
        piece = s.recv(4096)
        if not piece:
            break
        answer += piece
    s.close()
    head, _, body = answer.partition(b'\r\n\r\n')
    lines = head.decode('latin-1').split('\r\n')
    status = int(lines[0].split()[1])
    if status not in (301, 302, 303, 307, 308):
        sys.stdout.buffer.write(body)
        break
    if follows == 5:
        print('too many redirects', file=sys.stderr)
        sys.exit(1)
    follows += 1
    for line in lines[1:]:
        n, _, v = line.partition(':')
        if n.lower() == 'location':
            url = resolve(url, v.strip())
    if status in (301, 302, 303):
        method = 'GET'
