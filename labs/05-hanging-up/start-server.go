// Lab 5 · your server. It resets every client. And it ends when a client resets. Repair both.
//
// It answers before it has read the order. Read the order to its end; then no client is reset. And no
// client may end the whole server. Check it with: cargo lab check 5
package main

import (
	"fmt"
	"log"
	"net"
	"os"
)

func main() {
	listener, err := net.Listen("tcp", address())
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("listening on", listener.Addr())
	for {
		client, err := listener.Accept()
		if err != nil {
			log.Fatal(err)
		}
		// Here: what if a call fails for one client?
		if err := serve(client); err != nil {
			log.Fatal(err)
		}
		client.Close()
	}
}

func serve(client net.Conn) error {
	// Waits until the client has sent something: takes one byte, and leaves the rest.
	if _, err := client.Read(make([]byte, 1)); err != nil {
		return err
	}

	// Here: what did the client order? Read it, to its end.
	_, err := fmt.Fprint(client, "3 tacos, coming up\n")
	return err
}

func address() string {
	if addr := os.Getenv("WIRELAB_ADDR"); addr != "" {
		return addr
	}
	return "127.0.0.1:8005"
}
