# Lab 5 · your server. It resets every client. And it ends when a client resets. Repair both.
#
# It answers before it has read the order. Read the order to its end; then no client is reset. And no
# client may end the whole server. Check it with: cargo lab check 5
import os
import socket

host, port = os.environ.get("WIRELAB_ADDR", "127.0.0.1:8005").rsplit(":", 1)


def serve(client):
    # Waits until the client has sent something. (MSG_PEEK looks at the bytes, and leaves them there.)
    client.recv(1, socket.MSG_PEEK)

    # Here: what did the client order? Read it, to its end.
    client.sendall(b"3 tacos, coming up\n")


server = socket.create_server((host, int(port)))
print("listening on %s:%s" % server.getsockname(), flush=True)
while True:
    client, _ = server.accept()
    with client:
        # Here: what if a call fails for one client?
        serve(client)
