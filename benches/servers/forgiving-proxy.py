#!/usr/bin/env python3
"""A proxy that is forgiving on purpose, to see what `cargo lab grid --through` finds: it ends every
request by Content-Length alone, and passes Transfer-Encoding on. Never use it for anything else.

    forgiving-proxy.py PORT UPSTREAM_HOST:UPSTREAM_PORT
"""
import socket
import sys
import threading

PORT, (HOST, BACK) = int(sys.argv[1]), sys.argv[2].rsplit(":", 1)


def message(stream, rest, no_body=False):
    """One message from `stream`, by Content-Length alone, and what came behind it."""
    while b"\r\n\r\n" not in rest:
        more = stream.recv(65536)
        if not more:
            return b"", rest
        rest += more
    head, _, rest = rest.partition(b"\r\n\r\n")
    length = 0
    for line in head.split(b"\r\n")[1:]:
        name, _, value = line.partition(b":")
        if name.strip().lower() == b"content-length":
            length = int(value)
    length = 0 if no_body else length
    while len(rest) < length:
        more = stream.recv(65536)
        if not more:
            break
        rest += more
    return head + b"\r\n\r\n" + rest[:length], rest[length:]


def serve(client):
    client.settimeout(5)
    try:
        server = socket.create_connection((HOST, int(BACK)), timeout=5)
    except OSError:
        client.close()
        return
    asked, said = b"", b""
    try:
        while True:
            request, asked = message(client, asked)
            if not request:
                return
            server.sendall(request)
            response, said = message(server, said, request.startswith(b"HEAD"))
            client.sendall(response)
            last = b"connection: close" in (request + response).lower()
            if last or not response:
                return
    except (OSError, ValueError):
        pass
    finally:
        client.close()
        server.close()


listener = socket.create_server(("127.0.0.1", PORT), backlog=64)
while True:
    threading.Thread(target=serve, args=(listener.accept()[0],), daemon=True).start()
