from kit import *
import queue

waiting = queue.Queue()
places = threading.Semaphore(32)


def say(peer, status, text, fields="", close=False):
    more = "Connection: close\r\n" if close else ""
    peer.say(f"HTTP/1.1 {status}\r\n{fields}Content-Length: {len(text)}\r\n{more}\r\n{text}".encode())


def visit(peer):
    peer.sock.settimeout(5)
    while (head := peer.read_to(b"\r\n\r\n")) is not None:
        close = b"connection: close" in head.lower()
        try:
            text = f"{12 // int(head.split()[1].split(b'/')[2])} tacos each\n"
        except Exception:
            say(peer, "500 Internal Server Error", "something went wrong here\n", close=True)
            return
        say(peer, "200 OK", text, close=close)
        if close:
            return


def worker():
    while True:
        peer = waiting.get()
        serve_one(visit, peer.sock)
        places.release()


def refuse(peer):
    say(peer, "503 Service Unavailable", "we are full\n", "Retry-After: 1\r\n", True)


listener = listen()
for _ in range(8):
    threading.Thread(target=worker, daemon=True).start()
while True:
    peer = Peer(listener.accept()[0])
    if places.acquire(blocking=False):
        waiting.put(peer)
    else:
        threading.Thread(target=serve_one, args=(refuse, peer.sock), daemon=True).start()
