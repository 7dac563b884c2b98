"""What the programs of this folder share: the contract, a buffered connection, a loop that accepts."""
import os, re, socket, sys, threading, time

ADDR = os.environ["WIRELAB_ADDR"]
HOST, PORT = ADDR.rsplit(":", 1)
WORDS = os.environ.get("WIRELAB_ARG", "")
ROOT = os.environ.get("WIRELAB_ROOT", ".")
NOW = int(os.environ.get("WIRELAB_NOW") or time.time())


class Peer:
    def __init__(self, sock):
        self.sock, self.heard = sock, b""

    def read_more(self):
        piece = self.sock.recv(4096)
        self.heard += piece
        return piece != b""

    def read_to(self, end):
        """Up to and with `end`; None when the stream ends first."""
        while end not in self.heard:
            if not self.read_more():
                return None
        length = self.heard.index(end) + len(end)
        return self.take(length)

    def read_exactly(self, length):
        while len(self.heard) < length:
            if not self.read_more():
                return None
        return self.take(length)

    def take(self, length):
        taken, self.heard = self.heard[:length], self.heard[length:]
        return taken

    def read_all(self):
        while self.read_more():
            pass
        return self.heard

    def say(self, data):
        self.sock.sendall(data)

    def close(self):
        """Says that this is all, and reads on until the other side has hung up, too."""
        try:
            self.sock.shutdown(socket.SHUT_WR)
            self.sock.settimeout(1)
            while self.sock.recv(4096):
                pass
        except OSError:
            pass
        self.sock.close()


def listen():
    return socket.create_server((HOST.strip("[]"), int(PORT)), backlog=64)


def serve_one(visit, sock):
    peer = Peer(sock)
    try:
        visit(peer)
    except OSError as error:
        print("a client left:", error, file=sys.stderr)
    finally:
        peer.close()


def serve(visit):
    listener = listen()
    while True:
        sock, _ = listener.accept()
        threading.Thread(target=serve_one, args=(visit, sock), daemon=True).start()


def dial():
    return Peer(socket.create_connection((HOST.strip("[]"), int(PORT))))
