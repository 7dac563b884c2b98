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

def serve(c):
    heard = b''
    while b'\n' not in heard:
        piece = c.recv(1000)
        if not piece:
            return
        heard += piece
    c.sendall(heard.split(b'\n')[0] + b', coming up\n')
    hang_up(c)

while True:
    c, _ = srv.accept()
    try:
        serve(c)
    except OSError as e:
        print('lost a client:', e, flush=True)
    c.close()
