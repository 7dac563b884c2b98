# Lab 4 · your client. It sends three fixed orders, and then waits for the bill. The server waits,
# too: for the next order. Make the client send the orders that you give it, and say that this was
# all.
#
# WIRELAB_ARG has any number of orders, with commas between them: `1 flan, 2 waters`. Without them the
# client sends the orders that it sends now. Check it with: cargo lab check 4 --client
import os
import socket
import sys

host, port = os.environ.get("WIRELAB_ADDR", "127.0.0.1:8004").rsplit(":", 1)
server = socket.create_connection((host, int(port)))

# Here: which orders should it send? os.environ.get("WIRELAB_ARG") has them.
server.sendall(b"3 tacos\n")
server.sendall(b"1 water\n")
server.sendall("2 jalapeños\n".encode())

# Here: how does the server know that no fourth order comes?

bill = b""
while piece := server.recv(4096):
    bill += piece
if not bill:
    print("the waiter hung up, and there was no bill")
sys.stdout.buffer.write(bill)
