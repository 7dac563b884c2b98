# Lab 11 · your client. It counts letters, and it prints every answer. Make it count bytes. It must
# report an error if the body is shorter or longer than announced.
#
# WIRELAB_ARG is the order; without it the order is `jalapeño 🌮`. After an error, the exit status must
# not be 0. Check it with: cargo lab check 11 --client
import os
import socket
import sys

host, port = os.environ.get("WIRELAB_ADDR", "127.0.0.1:8011").rsplit(":", 1)
order = os.environ.get("WIRELAB_ARG") or "jalapeño 🌮"

# Here: does this number count letters or bytes?
length = len(order) + 1
server = socket.create_connection((host, int(port)))
request = (
    "POST /order HTTP/1.1\r\n"
    "Host: tacos.example\r\n"
    "Content-Type: text/plain; charset=utf-8\r\n"
    f"Content-Length: {length}\r\n"
    "Connection: close\r\n"
    "\r\n"
    f"{order}\n"
)
server.sendall(request.encode())

# Here: read up to the empty line, then exactly as many bytes as announced.
answer = b""
while piece := server.recv(4096):
    answer += piece
sys.stdout.buffer.write(answer)
