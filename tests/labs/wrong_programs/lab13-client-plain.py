import os, socket, sys
words = os.environ['WIRELAB_ARG'].split()
name = words[0][len('http://'):].split('/')[0].lower()
if name.endswith(':80'):
    name = name[:-3]
path = '/' + words[0][len('http://'):].partition('/')[2]
failed = []
s = None
for i, a in enumerate(words[1:]):
    h, p = a.rsplit(':', 1)
    try:
        s = socket.create_connection((h.strip('[]'), int(p)), timeout=3 if i == len(words) - 2 else 0.3)
        break
    except OSError as e:
        failed.append('%s: %s' % (a, e))
if s is None:
    sys.exit('; '.join(failed))
s.settimeout(None)
s.sendall(('GET %s HTTP/1.1\r\nHost: %s\r\nConnection: close\r\n\r\n' % (path, name)).encode())
while True:
    piece = s.recv(4096)
    if not piece:
        break
    sys.stdout.buffer.write(piece)
