# Lab 13 · your client. It tries only the first address, and ends if the attempt fails. Make it try all
# addresses, and wait only a short time for each address except the last.
#
# WIRELAB_ARG has a URL and the addresses of the site, in the order in which to try them:
# `http://tacos.example/ 127.0.0.1:1 127.0.0.1:8013`. Check it with: cargo lab check 13
import os
import socket
import sys

words = (os.environ.get("WIRELAB_ARG") or "http://tacos.example/ 127.0.0.1:8013").split()
url, addrs = words[0], words[1:]

# Here: what must happen if the first address refuses, and what if no answer comes from this address?
host, port = addrs[0].rsplit(":", 1)
server = socket.create_connection((host.strip("[]"), int(port)))

site = url.removeprefix("http://").rstrip("/")
request = (
    "GET / HTTP/1.1\r\n"
    f"Host: {site}\r\n"
    "Connection: close\r\n"
    "\r\n"
)
server.sendall(request.encode())

answer = b""
while piece := server.recv(4096):
    answer += piece
sys.stdout.buffer.write(answer)
