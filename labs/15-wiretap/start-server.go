// Lab 15 · your relay. It reads all bytes from the client, passes them on, then reads all bytes from
// the server. Use the relay with your browser: the page never comes. Why?
//
// The relay must pass on each piece as soon as the piece comes, in both directions, and also the end
// of each direction. WIRELAB_ARG is the address of the server. Check it with: cargo lab check 15
package main

import (
	"fmt"
	"io"
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
		if err := serve(client); err != nil && err != io.EOF {
			log.Println("this client failed, the next one, please:", err)
		}
		client.Close()
	}
}

func serve(client net.Conn) error {
	upstream := os.Getenv("WIRELAB_ARG")
	if upstream == "" {
		upstream = "127.0.0.1:8009"
	}
	server, err := net.Dial("tcp", upstream)
	if err != nil {
		return err
	}
	defer server.Close()

	// Here: ReadAll waits for the end of the client. A browser does not end before the answer.
	request, err := io.ReadAll(client)
	if err != nil {
		return err
	}
	server.Write(request)

	answer, err := io.ReadAll(server)
	if err != nil {
		return err
	}
	_, err = client.Write(answer)
	return err
}

func address() string {
	if addr := os.Getenv("WIRELAB_ADDR"); addr != "" {
		return addr
	}
	return "127.0.0.1:8015"
}
