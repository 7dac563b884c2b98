import os, socket, sys
host, port = os.environ['WIRELAB_ADDR'].rsplit(':', 1)
arg = os.environ.get('WIRELAB_ARG', '')
req = ['GET /menu.txt HTTP/1.1', 'Host: tacos.example', 'Accept: text/plain', 'Connection: close', '', '']
s = socket.create_connection((host, int(port)))
s.sendall('\r\n'.join(req).encode())
answer = b''
while True:
    piece = s.recv(4096)
    if not piece:
        break
    answer += piece
sys.stdout.buffer.write(answer)
