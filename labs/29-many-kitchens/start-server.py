# Lab 29 · your load balancer. It sends one request to the first server, and the next request to the second server.
# But the servers see only the balancer's address, and if a server ends, its clients get no answer.
#
# The README has the rules. WIRELAB_ARG has the addresses of the servers. Check it with: cargo lab check 29
import os
import socket
import sys

host, port = os.environ.get("WIRELAB_ADDR", "127.0.0.1:8029").rsplit(":", 1)
words = (os.environ.get("WIRELAB_ARG") or "127.0.0.1:9029 127.0.0.1:9129").split()
# Here: if the last word is `proxy`, each connection begins with a PROXY line.
servers = [word for word in words if word != "proxy"]


def serve(client, server):
    request = read_request(client)
    # Here: send a GET /health to all servers.
    # Here: what if no server listens at this address? What if it closes in the middle of its answer? What of a POST?
    client.sendall(ask(request, server))
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


def ask(request, server):
    # Here: which client sent this request? Who wrote the X-Forwarded-For line? The server sees only our address.
    server_host, server_port = server.rsplit(":", 1)
    server = socket.create_connection((server_host, int(server_port)))
    server.sendall(request)
    answer = b""
    # Here: is the answer complete? Its Content-Length says how many bytes the body has.
    while piece := server.recv(4096):
        answer += piece
    return answer


listener = socket.create_server((host, int(port)))
print("listening on %s:%s" % listener.getsockname(), flush=True)
count = 0
while True:
    client, _ = listener.accept()
    server = servers[count % len(servers)]
    count += 1
    with client:
        try:
            serve(client, server)
        except OSError as error:
            print(f"this client failed: {error}; the next one, please", file=sys.stderr)
