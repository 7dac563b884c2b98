# Lab 26 · your server. It sends the same record to every client. Change it: it must read the question, and answer it.
#
# The README has the records, the rules and the form of a message. An answer repeats ID, opcode and RD of the
# question, and the question itself. The name of a record is a pointer: `c0 0c`, byte 12.
# Check it with: cargo lab check 26 --server
import os
import socket

# One record: a pointer to byte 12 as its name, type A, class 1, 300 seconds, four bytes of data.
RECORD = bytes([0xC0, 12, 0, 1, 0, 1, 0, 0, 1, 44, 0, 4, 192, 0, 2, 7])

host, port = os.environ.get("WIRELAB_ADDR", "127.0.0.1:8026").rsplit(":", 1)
server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
server.bind((host, int(port)))
print("listening on %s:%s" % server.getsockname(), flush=True)

# Here: the same questions come over TCP, on the same port. There the length of each message stands before the message.

while True:
    message, client = server.recvfrom(65_535)

    # Here: which ID, name and type has the question? Which records answer it? Do they fit into 512 bytes?
    answer = bytes([0, 1, 0x85, 0, 0, 1, 0, 1, 0, 0, 0, 0]) + message[12:] + RECORD

    server.sendto(answer, client)
