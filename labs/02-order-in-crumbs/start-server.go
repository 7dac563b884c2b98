// Lab 2 · your server. It takes each read for a whole order. That is the most common mistake with TCP,
// and on a good day nobody notices it.
//
// Write `readLine`: collect bytes until there is a newline, return the line, and keep what came after
// it. Check it with: cargo lab check 2
package main

import (
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
	var heard []byte
	for {
		line, err := readLine(client, &heard)
		if err != nil {
			return err
		}
		if _, err := client.Write(append(bytes.TrimSpace(line), ", coming up\n"...)); err != nil {
			return err
		}
	}
}

// The next line; io.EOF when the client hung up. `heard` is yours: it lives as long as the connection.
func readLine(client net.Conn, heard *[]byte) ([]byte, error) {
	// Here: one read is not one line.
	piece := make([]byte, 512)
	n, err := client.Read(piece)
	*heard = piece[:n]
	return *heard, err
}

func address() string {
	if addr := os.Getenv("WIRELAB_ADDR"); addr != "" {
		return addr
	}
	return "127.0.0.1:8002"
}
