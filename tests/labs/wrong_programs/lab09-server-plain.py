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

BODY = b'three tacos\n'
HEAD = b'HTTP/1.1 200 OK\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: 12\r\nConnection: close\r\n\r\n'
while True:
    c, _ = srv.accept()
    heard = b''
    try:
        while b'\r\n\r\n' not in heard:
            piece = c.recv(1000)
            if not piece:
                break
            heard += piece
        else:
            c.sendall(HEAD + BODY)
    except OSError:
        pass
    hang_up(c)
