# Lab 1 · your client. It always orders three tacos. Make it order what you tell it.
#
# It must send the words in WIRELAB_ARG, and a newline: if they are `0 tacos`, it sends `0 tacos\n`. Without
# such words it sends `3 tacos\n`, as now. Check it with: cargo lab check 1 --client
import os
import socket
import sys

host, port = os.environ.get("WIRELAB_ADDR", "127.0.0.1:8001").rsplit(":", 1)
server = socket.create_connection((host, int(port)))

# Here: which words should it send? os.environ.get("WIRELAB_ARG") has them.
server.sendall(b"3 tacos\n")

answer = b""
while piece := server.recv(4096):
    answer += piece
sys.stdout.buffer.write(answer)
