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

import threading, time
class Out(Exception):
    pass

def serve(c):
    end = time.monotonic() + 1
    have = b''
    while True:
        left = end - time.monotonic()
        if left <= 0:
            raise Out(b'408 Request Timeout')
        c.settimeout(left)
        try:
            piece = c.recv(4096)
        except TimeoutError:
            raise Out(b'408 Request Timeout')
        if not piece:
            return
        have += piece
        line = have.find(b'\r\n')
        if (line if line >= 0 else len(have)) > 8000:
            raise Out(b'414 URI Too Long')
        end_of_head = have.find(b'\r\n\r\n')
        if (end_of_head if end_of_head >= 0 else len(have)) > 16000:
            raise Out(b'431 Request Header Fields Too Large')
        if end_of_head >= 0:
            c.sendall(b'HTTP/1.1 200 OK\r\nContent-Length: 12\r\nConnection: close\r\n\r\nthree tacos\n')
            return

def client(c):
    try:
        serve(c)
    except Out as e:
        c.sendall(b'HTTP/1.1 %s\r\nContent-Length: 0\r\nConnection: close\r\n\r\n' % e.args[0])
    except OSError:
        pass
    hang_up(c)

while True:
    c, _ = srv.accept()
    threading.Thread(target=client, args=(c,), daemon=True).start()
