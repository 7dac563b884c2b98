from kit import *

peer = dial()
peer.say(f"{WORDS or '3 tacos'}\n".encode())
print(peer.read_all().decode(), end="")
