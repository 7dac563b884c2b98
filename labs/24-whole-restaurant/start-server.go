// Lab 24 · your server. It gives the same answer to every request.
//
// You wrote the other parts in earlier labs: paths that stay in the folder (16), answers that say what they are (17),
// connections that stay open (18), many clients at once (19), limits (20), bodies and chunks (21, 22), 304 and
// 206 (23). Put these parts together, in the eight steps of the README. WIRELAB_ROOT contains the path of the
// folder, and WIRELAB_NOW contains the time to use. Check your server with: cargo lab check 24
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
	piece := make([]byte, 4096)
	for !bytes.Contains(head, []byte("\r\n\r\n")) {
		n, err := client.Read(piece)
		if err != nil || len(head) > 16_000 {
			return err
		}
		head = append(head, piece[:n]...)
	}

	// Here: which file, which method, which version, which part? And does the connection stay open?
	_, err := fmt.Fprint(client, "HTTP/1.1 200 OK\r\n"+
		"Content-Type: text/plain; charset=utf-8\r\n"+
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
	return "127.0.0.1:8024"
}
