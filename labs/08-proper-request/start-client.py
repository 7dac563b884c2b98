# Lab 8 · your client. It sends the request of 1991, and the server refuses it. Make it a proper
# request.
#
# It must send the five lines of the README's transcript, byte for byte, and print the whole answer.
# Check it with: cargo lab check 8
import os
import socket
import sys

host, port = os.environ.get("WIRELAB_ADDR", "127.0.0.1:8008").rsplit(":", 1)
server = socket.create_connection((host, int(port)))

# Here: method, target and version; three header lines; the empty line.
server.sendall(b"GET /menu.txt\r\n")

answer = b""
while piece := server.recv(4096):
    answer += piece
sys.stdout.buffer.write(answer)
