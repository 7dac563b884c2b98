// Lab 26 · your server. It sends the same record to every client. Change it: it must read the question, and answer it.
//
// The README has the records, the rules and the form of a message. An answer repeats ID, opcode and RD of the
// question, and the question itself. The name of a record is a pointer: `c0 0c`, byte 12.
// Check it with: cargo lab check 26 --server
package main

import (
	"fmt"
	"log"
	"net"
	"os"
)

// One record: a pointer to byte 12 as its name, type A, class 1, 300 seconds, four bytes of data.
var record = []byte{0xc0, 12, 0, 1, 0, 1, 0, 0, 1, 44, 0, 4, 192, 0, 2, 7}

func main() {
	socket, err := net.ListenPacket("udp", address())
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("listening on", socket.LocalAddr())

	// Here: the same questions come over TCP, on the same port. There the length of each message stands before the message.

	message := make([]byte, 65_535)
	for {
		n, client, err := socket.ReadFrom(message)
		if err != nil {
			log.Fatal(err)
		}

		// Here: which ID, name and type has the question? Which records answer it? Do they fit into 512 bytes?
		answer := []byte{0, 1, 0x85, 0, 0, 1, 0, 1, 0, 0, 0, 0}
		if n > 12 {
			answer = append(answer, message[12:n]...)
		}
		answer = append(answer, record...)

		if _, err := socket.WriteTo(answer, client); err != nil {
			log.Println("this answer could not be sent:", err)
		}
	}
}

func address() string {
	if addr := os.Getenv("WIRELAB_ADDR"); addr != "" {
		return addr
	}
	return "127.0.0.1:8026"
}
