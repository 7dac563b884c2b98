// Lab 1 · your client. It always orders three tacos. Make it order what you tell it.
//
// It must send the words in WIRELAB_ARG, and a newline: if they are `0 tacos`, it sends `0 tacos\n`. Without
// such words it sends `3 tacos\n`, as now. Check it with: cargo lab check 1 --client
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

	// Here: which words should it send? os.Getenv("WIRELAB_ARG") has them.
	server.Write([]byte("3 tacos\n"))

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
	return "127.0.0.1:8001"
}
