// Lab 27 · your server. It reads only once, and answers in HTTP. A client that speaks TLS cannot
// read an HTTP answer.
//
// Read the whole ClientHello, find the name of the site, and answer with an alert. The README has the form
// of a ClientHello, and the table of alerts. Check it with: cargo lab check 27
package main

import (
	"fmt"
	"io"
	"log"
	"net"
	"os"
)

const notTLS = "HTTP/1.1 400 Bad Request\r\n" +
	"Content-Type: text/plain\r\n" +
	"Content-Length: 28\r\n" +
	"Connection: close\r\n" +
	"\r\n" +
	"this port speaks https: TLS\n"

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
	// Here: a ClientHello may come in many pieces, and in several records.
	hello := make([]byte, 4096)
	n, err := client.Read(hello)
	if err != nil && err != io.EOF {
		return err
	}
	log.Printf("%d bytes came, the first is %d", n, hello[0])

	// Here: if the first byte is not a letter, the client speaks TLS. Which alert must you send?
	if _, err := io.WriteString(client, notTLS); err != nil {
		return err
	}
	client.(*net.TCPConn).CloseWrite()
	_, err = io.Copy(io.Discard, client)
	return err
}

// An alert record: type 21, version, length 2, level 2 (fatal), reason. Finished.
func alert(reason byte) []byte {
	return []byte{21, 3, 3, 0, 2, 2, reason}
}

func address() string {
	if addr := os.Getenv("WIRELAB_ADDR"); addr != "" {
		return addr
	}
	return "127.0.0.1:8027"
}
