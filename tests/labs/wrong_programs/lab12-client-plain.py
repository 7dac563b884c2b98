import os, socket, sys
host, port = os.environ['WIRELAB_ADDR'].rsplit(':', 1)
arg = os.environ.get('WIRELAB_ARG', '')
import re
url = arg.split('#')[0]
m = re.fullmatch(r'(?i)http://([^/?]*)(.*)', url)
if not m or '@' in m.group(1):
    sys.exit('refused: ' + arg)
place, target = m.group(1).lower(), m.group(2)
p = re.fullmatch(r'(\[.*\]|[^:]*)(?::(\d*))?', place)
name, number = p.group(1), p.group(2) or '80'
if not target.startswith('/'):
    target = '/' + target
if number != '80':
    name += ':' + number
s = socket.create_connection((host, int(port)))
s.sendall(('GET %s HTTP/1.1\r\nHost: %s\r\nConnection: close\r\n\r\n' % (target, name)).encode())
while True:
    piece = s.recv(4096)
    if not piece:
        break
    sys.stdout.buffer.write(piece)
