// Lab 11 · your client. It counts letters, and it prints every answer. Make it count bytes. It must
// report an error if the body is shorter or longer than announced.
//
// WIRELAB_ARG is the order; without it the order is `jalapeño 🌮`. After an error, the exit status must
// not be 0. Check it with: cargo lab check 11 --client
package main

import (
	"fmt"
	"io"
	"log"
	"net"
	"os"
	"unicode/utf8"
)

func main() {
	order := os.Getenv("WIRELAB_ARG")
	if order == "" {
		order = "jalapeño 🌮"
	}

	// Here: does this number count letters or bytes?
	length := utf8.RuneCountInString(order) + 1
	server, err := net.Dial("tcp", address())
	if err != nil {
		log.Fatal(err)
	}
	fmt.Fprintf(server, "POST /order HTTP/1.1\r\n"+
		"Host: tacos.example\r\n"+
		"Content-Type: text/plain; charset=utf-8\r\n"+
		"Content-Length: %d\r\n"+
		"Connection: close\r\n"+
		"\r\n"+
		"%s\n", length, order)

	// Here: read up to the empty line, then exactly as many bytes as announced.
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
	return "127.0.0.1:8011"
}
