// Lab 20 · your server. It waits at most five seconds for each byte. A client that sends a byte every four
// seconds keeps its connection for over two minutes. A client that never stops uses up the memory.
//
// Give the whole head one second. Allow 8,000 bytes for the request line and 16,000 for the head. Answer 408,
// 414 or 431, and make sure that no reset destroys the answer. Check it with: cargo lab check 20
package main

import (
	"bytes"
	"fmt"
	"io"
	"log"
	"net"
	"os"
	"time"
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
		go func() {
			defer client.Close()
			if err := serve(client); err != nil && err != io.EOF {
				log.Println("this connection failed:", err)
			}
		}()
	}
}

func serve(client net.Conn) error {
	var head []byte
	buffer := make([]byte, 16_384)
	for !bytes.Contains(head, []byte("\r\n\r\n")) {
		// Here: five seconds for each byte do not limit the time of all bytes together.
		client.SetReadDeadline(time.Now().Add(5 * time.Second))
		n, err := client.Read(buffer)
		if err != nil {
			return err
		}
		head = append(head, buffer[:n]...)
	}
	_, err := fmt.Fprint(client, "HTTP/1.1 200 OK\r\n"+
		"Content-Length: 12\r\n"+
		"Connection: close\r\n"+
		"\r\n"+
		"three tacos\n")
	return err
}

func address() string {
	if addr := os.Getenv("WIRELAB_ADDR"); addr != "" {
		return addr
	}
	return "127.0.0.1:8020"
}
