import os, socket, sys
host, port = os.environ['WIRELAB_ADDR'].rsplit(':', 1)
srv = socket.create_server((host, int(port)), backlog=64)
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

import queue, threading
lock = threading.Lock()
used = 0
waiting = queue.Queue()

def answer(c, status, body, say=b''):
    c.sendall(b'HTTP/1.1 %s\r\nContent-Length: %d\r\n%s\r\n%s' % (status, len(body), say, body))

def serve(c):
    c.settimeout(5)
    have = b''
    while True:
        lines, have = head(c, have)
        if lines is None:
            return
        close = any(l.lower().replace(b' ', b'') == b'connection:close' for l in lines[1:])
        people = int(lines[0].split(b' ')[1].rsplit(b'/', 1)[1])
        share = 12 // people
        answer(c, b'200 OK', b'%d tacos each\n' % share, b'Connection: close\r\n' if close else b'')
        if close:
            return

def waiter():
    global used
    while True:
        c = waiting.get()
        try:
            serve(c)
        except OSError:
            pass
        except Exception:
            try:
                answer(c, b'500 Internal Server Error', b'something went wrong here\n', b'Connection: close\r\n')
            except OSError:
                pass
        hang_up(c)
        with lock:
            used -= 1

for _ in range(8):
    threading.Thread(target=waiter, daemon=True).start()
while True:
    c, _ = srv.accept()
    with lock:
        full = used >= 32
        if not full:
            used += 1
    if full:
        try:
            c.sendall(b'HTTP/1.1 503 Service Unavailable\r\nRetry-After: 1\r\nContent-Length: 12\r\nConnection: close\r\n\r\nwe are full\n')
        except OSError:
            pass
        threading.Thread(target=hang_up, args=(c,), daemon=True).start()
    else:
        waiting.put(c)
