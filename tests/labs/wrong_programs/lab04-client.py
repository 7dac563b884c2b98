from kit import *

orders = [order.strip() for order in (WORDS or "3 tacos, 1 water, 2 jalapeños").split(",")]
peer = dial()
peer.say("".join(order + "\n" for order in orders).encode())
peer.sock.shutdown(socket.SHUT_WR)
print(peer.read_all().decode(), end="")
