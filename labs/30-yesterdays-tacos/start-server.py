# Lab 30 · your cache. It keeps every answer for ever, and gives it to everybody who asks for the same path. So a
# client gets somebody else's menu. Make it obey the rules of the README.
#
# WIRELAB_ARG is the address of the server, and WIRELAB_NOW the time to use.
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
    # Here: which request was this answer for? How old is it? May we send it? Add `Age`.
    if target not in stored:
        # Here: some answers must not be stored.
        stored[target] = ask(request)
    client.sendall(stored[target])
    client.shutdown(socket.SHUT_WR)
    while client.recv(4096):
        pass


def read_request(client):
    # The head of a request. (A POST has a body, too: read as many bytes as its Content-Length says.)
    request = b""
    while b"\r\n\r\n" not in request:
        piece = client.recv(4096)
        if not piece:
            raise OSError("the request is not whole")
        request += piece
    return request


def ask(request):
    # The server behind us closes after its answer. The request gets one more line before the last one.
    request = request.replace(b"Connection: close\r\n", b"Via: 1.1 cache\r\nConnection: close\r\n")
    server = socket.create_connection((up_host, int(up_port)))
    server.sendall(request)
    answer = b""
    # Here: is the answer whole? Its Content-Length says how many bytes the body has.
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
