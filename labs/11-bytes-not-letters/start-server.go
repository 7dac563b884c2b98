// Lab 11 · your server. It reads until the client closes, and it counts letters. Mend both faults.
//
// Read exactly as many bytes as the client announces, and announce exactly as many bytes as you send. Answer
// a length that is not made of digits with `400 Bad Request` and `a length is made of digits\n`, and
// a length above 8000 with `413 Content Too Large` and `we take 8000 bytes and no more\n`.
// Check it with: cargo lab check 11
package main

import (
	"bytes"
	"fmt"
	"io"
	"log"
	"net"
	"os"
	"unicode/utf8"
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
	// Here: the client waits for an answer and does not close. Where does the order end?
	heard, err := io.ReadAll(io.LimitReader(client, 100_000))
	if err != nil {
		return err
	}
	head, order, found := bytes.Cut(heard, []byte("\r\n\r\n"))
	if !found {
		return nil
	}
	log.Printf("the head says:\n%s", head)

	return answer(client, "200 OK", string(bytes.TrimSpace(order))+", coming up\n")
}

func answer(client net.Conn, status, body string) error {
	// Here: does this number count letters or bytes?
	length := utf8.RuneCountInString(body)
	_, err := fmt.Fprintf(client, "HTTP/1.1 %s\r\n"+
		"Content-Type: text/plain; charset=utf-8\r\n"+
		"Content-Length: %d\r\n"+
		"Connection: close\r\n"+
		"\r\n%s", status, length, body)
	return err
}

func address() string {
	if addr := os.Getenv("WIRELAB_ADDR"); addr != "" {
		return addr
	}
	return "127.0.0.1:8011"
}
