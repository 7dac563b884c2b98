from kit import *


def pump(source, drain):
    try:
        while piece := source.recv(4096):
            drain.sendall(piece)
        drain.shutdown(socket.SHUT_WR)
    except OSError as error:
        print("a relay ends:", error, file=sys.stderr)


def visit(peer):
    host, port = WORDS.rsplit(":", 1)
    behind = socket.create_connection((host.strip("[]"), int(port)))
    other = threading.Thread(target=pump, args=(peer.sock, behind))
    other.start()
    pump(behind, peer.sock)
    other.join()
    behind.close()


serve(visit)
