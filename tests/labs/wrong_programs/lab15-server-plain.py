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

import threading
uhost, uport = os.environ['WIRELAB_ARG'].split()[0].rsplit(':', 1)

def pump(a, b):
    try:
        while True:
            piece = a.recv(4096)
            if not piece:
                break
            b.sendall(piece)
    except OSError:
        pass
    try:
        b.shutdown(socket.SHUT_WR)
    except OSError:
        pass

def serve(c):
    try:
        u = socket.create_connection((uhost, int(uport)))
    except OSError:
        c.close()
        return
    t = threading.Thread(target=pump, args=(c, u))
    t.start()
    pump(u, c)
    t.join()
    u.close()
    c.close()

while True:
    c, _ = srv.accept()
    threading.Thread(target=serve, args=(c,), daemon=True).start()
