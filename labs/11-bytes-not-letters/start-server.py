# Lab 11 · your server. It reads until the client closes, and it counts letters. Mend both faults.
#
# Read exactly as many bytes as the client announces, and announce exactly as many bytes as you send. Answer
# a length that is not made of digits with `400 Bad Request` and `a length is made of digits\n`, and
# a length above 8000 with `413 Content Too Large` and `we take 8000 bytes and no more\n`.
# Check it with: cargo lab check 11
import os
import socket
import sys

host, port = os.environ.get("WIRELAB_ADDR", "127.0.0.1:8011").rsplit(":", 1)


def serve(client):
    # Here: the client waits for an answer and does not close. Where does the order end?
    heard = b""
    while piece := client.recv(4096):
        heard += piece

    head, end, order = heard.partition(b"\r\n\r\n")
    if not end:
        return
    print("the head says:", head.decode("latin-1"), sep="\n", file=sys.stderr)

    answer(client, "200 OK", order.rstrip().decode() + ", coming up\n")


def answer(client, status, body):
    # Here: does this number count letters or bytes?
    length = len(body)
    head = (
        f"HTTP/1.1 {status}\r\n"
        "Content-Type: text/plain; charset=utf-8\r\n"
        f"Content-Length: {length}\r\n"
        "Connection: close\r\n"
        "\r\n"
    )
    client.sendall((head + body).encode())


server = socket.create_server((host, int(port)))
print("listening on %s:%s" % server.getsockname(), flush=True)
while True:
    client, _ = server.accept()
    with client:
        try:
            serve(client)
        except (OSError, ValueError) as error:
            print(f"this client failed: {error}; the next one, please", file=sys.stderr)
