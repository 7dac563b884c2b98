// Lab 18 · your server. It keeps every connection open. It has four faults, which the README lists.
// Because of each fault, some client waits for ever, or some request is lost.
//
// Check it with: cargo lab check 18
package main

import (
	"bytes"
	"fmt"
	"io"
	"log"
	"net"
	"os"
	"strings"
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

// Answers one request after the other, until the client closes.
func serve(client net.Conn) error {
	for {
		// Here: one read may return the end of this request and the beginning of the next request. Keep these bytes.
		var received []byte
		buffer := make([]byte, 4096)
		for !bytes.Contains(received, []byte("\r\n\r\n")) {
			n, err := client.Read(buffer)
			if err != nil || len(received) > 65_536 {
				return err
			}
			received = append(received, buffer[:n]...)
		}
		words := append(strings.Fields(string(received)), "", "")
		method, target := words[0], words[1]

		// Here: must the server close after this answer? And does every answer have a Content-Length?
		answer := "HTTP/1.1 404 Not Found\r\n\r\nno such file here\n"
		switch target {
		case "/menu.txt":
			answer = found("three tacos\n")
		case "/drinks.txt":
			answer = found("one water\n")
		}
		if method == "HEAD" {
			head, _, _ := strings.Cut(answer, "\r\n\r\n")
			answer = head + "\r\n\r\n"
		}
		if _, err := fmt.Fprint(client, answer); err != nil {
			return err
		}
	}
}

func found(body string) string {
	return fmt.Sprintf("HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s", len(body), body)
}

func address() string {
	if addr := os.Getenv("WIRELAB_ADDR"); addr != "" {
		return addr
	}
	return "127.0.0.1:8018"
}
