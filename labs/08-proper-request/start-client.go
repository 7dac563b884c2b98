// Lab 8 · your client. It sends the request of 1991, and the server refuses it. Make it a proper
// request.
//
// It must send the five lines of the README's transcript, byte for byte, and print the whole answer.
// Check it with: cargo lab check 8
package main

import (
	"io"
	"log"
	"net"
	"os"
)

func main() {
	server, err := net.Dial("tcp", address())
	if err != nil {
		log.Fatal(err)
	}

	// Here: method, target and version; three header lines; the empty line.
	server.Write([]byte("GET /menu.txt\r\n"))

	answer, err := io.ReadAll(server)
	if err != nil {
		log.Fatal(err)
	}
	os.Stdout.Write(answer)
}

func address() string {
	if addr := os.Getenv("WIRELAB_ADDR"); addr != "" {
		return addr
	}
	return "127.0.0.1:8008"
}
