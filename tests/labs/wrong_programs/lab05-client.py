from kit import *

peer = dial()
if WORDS == "rude":
    import struct
    peer.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    peer.sock.close()
else:
    peer.say(b"3 tacos\n")
    try:
        print(peer.read_all().decode(), end="")
    except ConnectionResetError:
        print("reset")
