# Lab 30 · your cache. It stores every answer for ever, and sends it to every client that asks for the
# same path. So a client may get the menu of another client. Change it: it must follow the rules of the README.
#
# WIRELAB_ARG contains the address of the server, and WIRELAB_NOW contains the time to use.
# Check it with: cargo lab check 30
import os
import socket
import sys

host, port = os.environ.get("WIRELAB_ADDR", "127.0.0.1:8030").rsplit(":", 1)
upstream = os.environ.get("WIRELAB_ARG") or "127.0.0.1:9030"
up_host, up_port = upstream.rsplit(":", 1)
stored = {}


def serve(client):
    request = read_request(client)
    target = request.split(b" ")[1]
    # Here: for which request was this answer made? How old is the answer? May we send it? Add `Age`.
    if target not in stored:
        # Here: which answers must we not store?
        stored[target] = ask(request)
    client.sendall(stored[target])
    client.shutdown(socket.SHUT_WR)
    while client.recv(4096):
        pass


def read_request(client):
    # Reads the head of a request. (A POST also has a body: read as many bytes as its Content-Length says.)
    request = b""
    while b"\r\n\r\n" not in request:
        piece = client.recv(4096)
        if not piece:
            raise OSError("the request is not whole")
        request += piece
    return request


def ask(request):
    # Send the request to the server, with the line `Via`. The server closes after its answer.
    request = request.replace(b"Connection: close\r\n", b"Via: 1.1 cache\r\nConnection: close\r\n")
    server = socket.create_connection((up_host, int(up_port)))
    server.sendall(request)
    answer = b""
    # Here: is the answer complete? Its Content-Length says how many bytes the body has.
    while piece := server.recv(4096):
        answer += piece
    return answer


listener = socket.create_server((host, int(port)))
print("listening on %s:%s" % listener.getsockname(), flush=True)
while True:
    client, _ = listener.accept()
    with client:
        try:
            serve(client)
        except (OSError, IndexError) as error:
            print(f"this client failed: {error}; the next one, please", file=sys.stderr)
