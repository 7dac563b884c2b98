# Lab 6 · your client. It says "error" for every failure, and it waits for minutes when nobody
# answers. Teach it four words.
#
# It gets one address. It must print one line: the address, a space, and `closed`, `no answer`, `busy`
# or `open`. It must wait at most half a second for each: the connection and the greeting.
# Check it with: cargo lab check 6
import os
import socket
import sys

addr = os.environ.get("WIRELAB_ADDR", "127.0.0.1:8006")
host, port = addr.rsplit(":", 1)

# Here: how long may this take? Which kind of error was it?
try:
    server = socket.create_connection((host, int(port)))
except OSError:
    print(addr, "error")
    sys.exit()
# Here: the connection is there. Does a greeting come?
print(addr, "open" if server.recv(64) else "error")
