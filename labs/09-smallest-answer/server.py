# Lab 9's server in Python: cargo lab check 9 --server "python3 labs/09-smallest-answer/server.py"
import os, socket

host, port = os.environ["WIRELAB_ADDR"].split(":")
server = socket.create_server((host, int(port)))
while True:
    with server.accept()[0] as guest:
        try:
            head = b""
            while b"\r\n\r\n" not in head and (piece := guest.recv(4096)):
                head += piece
            if head:
                guest.sendall(
                    b"HTTP/1.1 200 OK\r\n"
                    b"Content-Type: text/plain; charset=utf-8\r\n"
                    b"Content-Length: 12\r\n"
                    b"Connection: close\r\n"
                    b"\r\n"
                    b"three tacos\n"
                )
        except ConnectionError as error:
            print("a guest left:", error)
