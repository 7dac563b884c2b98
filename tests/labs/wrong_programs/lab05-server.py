from kit import *

listener = listen()
while True:
    peer = Peer(listener.accept()[0])
    try:
        order = peer.read_to(b"\n")
        if order is not None:
            peer.say(order[:-1] + b", coming up\n")
    except OSError as error:
        print("a client left:", error, file=sys.stderr)
    peer.close()
