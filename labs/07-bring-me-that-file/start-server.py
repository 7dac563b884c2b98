# Lab 7 · your server. It sends the menu, but it cannot send a picture. Make it send any file
# unchanged.
#
# Its files are in the folder WIRELAB_ROOT. A file that is not there, or a name that is not allowed,
# gets `no such file here\n`; that part is finished. Check it with: cargo lab check 7
import os
import re
import socket
import sys

host, port = os.environ.get("WIRELAB_ADDR", "127.0.0.1:8007").rsplit(":", 1)
folder = os.environ.get("WIRELAB_ROOT", "labs/07-bring-me-that-file/files")


def serve(client):
    line = client.makefile("rb").readline(8_000)
    if not line:
        return
    name = file_name(line)
    path = os.path.join(folder, name or "")
    if not name or not os.path.isfile(path):
        client.sendall(b"no such file here\n")
        return

    # Here: this works for a menu. What does it do with a picture?
    with open(path, encoding="utf-8") as file:
        text = file.read()
    client.sendall(text.encode("utf-8"))


def file_name(line):
    """The file that a line such as `GET /menu.txt` asks for. A name is made of letters, digits, `-`, `_`
    and dots, and begins with no dot: no path leads out of the folder."""
    found = re.match(rb"GET /([A-Za-z0-9_-][A-Za-z0-9._-]*)\s", line)
    return found and found[1].decode()


server = socket.create_server((host, int(port)))
print("listening on %s:%s" % server.getsockname(), flush=True)
while True:
    client, _ = server.accept()
    with client:
        try:
            serve(client)
        except (OSError, ValueError) as error:
            print(f"this client failed: {error}; the next one, please", file=sys.stderr)
