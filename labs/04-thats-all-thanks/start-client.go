// Lab 4 · your client. It sends three fixed orders, and then waits for the bill. The server waits,
// too: for the next order. Make the client send the orders that you give it, and say that this was
// all.
//
// WIRELAB_ARG has any number of orders, with commas between them: `1 flan, 2 waters`. Without them the
// client sends the orders that it sends now. Check it with: cargo lab check 4 --client
package main

import (
	"fmt"
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

	// Here: which orders should it send? os.Getenv("WIRELAB_ARG") has them.
	server.Write([]byte("3 tacos\n"))
	server.Write([]byte("1 water\n"))
	server.Write([]byte("2 jalapeños\n"))

	// Here: how does the server know that no fourth order comes?

	bill, err := io.ReadAll(server)
	if err != nil {
		log.Fatal(err)
	}
	if len(bill) == 0 {
		fmt.Println("the waiter hung up, and there was no bill")
	}
	os.Stdout.Write(bill)
}

func address() string {
	if addr := os.Getenv("WIRELAB_ADDR"); addr != "" {
		return addr
	}
	return "127.0.0.1:8004"
}
