# Lab 26 · your client. It prints the last four bytes of an answer as the address. Change it: it must read the whole
# answer.
#
# The words of WIRELAB_ARG are NAME udp|tcp ID. Ask for the type A with this ID, and then for AAAA (28) with the
# next ID. Print all addresses of the name in one line. The README has the form of a message, and what to print
# if there is no address.
# Check it with: cargo lab check 26 --client
import os
import socket

host, port = os.environ.get("WIRELAB_ADDR", "127.0.0.1:8026").rsplit(":", 1)
name, way, number = os.environ.get("WIRELAB_ARG", "tacos.example udp 6699").split()

# Here: with `tcp` both questions go over one TCP connection, each with its length before it.
client = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
client.connect((host, int(port)))

found = []
for more, kind in [(0, 1), (1, 28)]:
    query = ((int(number) + more) % 65_536).to_bytes(2, "big") + bytes([1, 0, 0, 1, 0, 0, 0, 0, 0, 0])
    for label in name.split("."):
        query += bytes([len(label)]) + label.encode()
    query += bytes([0, 0, kind, 0, 1])
    client.send(query)

    # Here: what if no answer comes in time? Does this message answer the question? Which records does it have?
    answer = client.recv(65_535)
    found.append(".".join(str(byte) for byte in answer[-4:]))
print(" ".join(found))
