// Lab 1 · your server. It accepts every order, even one of 0 tacos. Let it answer 0 tacos with a question.
//
// It must answer an order of 0 with the bytes `? how many\n`. All other orders stay as they are.
// Check it with: cargo lab check 1
package main

import (
	"bufio"
	"bytes"
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
	line, err := bufio.NewReader(io.LimitReader(client, 8_000)).ReadBytes('\n')
	if err != nil {
		return err
	}
	order := bytes.TrimSpace(line)

	// Here: how many does the client want? An order of 0 is no order.
	answer := append(order, ", coming up\n"...)

	_, err = client.Write(answer)
	return err
}

func address() string {
	if addr := os.Getenv("WIRELAB_ADDR"); addr != "" {
		return addr
	}
	return "127.0.0.1:8001"
}
