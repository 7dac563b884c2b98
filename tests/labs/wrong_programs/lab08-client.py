from kit import *

peer = dial()
peer.say(
    b"GET /menu.txt HTTP/1.1\r\n"
    b"Host: tacos.example\r\n"
    b"Accept: text/plain\r\n"
    b"Connection: close\r\n"
    b"\r\n"
)
print(peer.read_all().decode(), end="")
