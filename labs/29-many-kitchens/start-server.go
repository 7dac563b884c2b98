// Lab 29 · your load balancer. It sends one request to the first server, and the next request to the second server.
// But the servers see only the balancer's address, and if a server ends, its clients get no answer.
//
// The README has the rules. WIRELAB_ARG has the addresses of the servers. Check it with: cargo lab check 29
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
	listener, err := net.Listen("tcp", setting("WIRELAB_ADDR", "127.0.0.1:8029"))
	if err != nil {
		log.Fatal(err)
	}
	var servers []string
	for _, word := range strings.Fields(setting("WIRELAB_ARG", "127.0.0.1:9029 127.0.0.1:9129")) {
		// Here: if the last word is `proxy`, each connection begins with a PROXY line.
		if word != "proxy" {
			servers = append(servers, word)
		}
	}
	fmt.Println("listening on", listener.Addr())
	for count := 0; ; count++ {
		client, err := listener.Accept()
		if err != nil {
			log.Fatal(err)
		}
		if err := serve(client, servers[count%len(servers)]); err != nil && err != io.EOF {
			log.Println("this client failed, the next one, please:", err)
		}
		client.Close()
	}
}

func serve(client net.Conn, server string) error {
	request, err := readRequest(client)
	if err != nil {
		return err
	}
	// Here: send a GET /health to all servers.
	// Here: what if no server listens at this address? What if it closes in the middle of its answer? What of a POST?
	answer, err := ask(request, server)
	if err != nil {
		return err
	}
	if _, err := client.Write(answer); err != nil {
		return err
	}
	client.(*net.TCPConn).CloseWrite()
	_, err = io.Copy(io.Discard, client)
	return err
}

// Reads the head of a request. (A POST also has a body: read as many bytes as its Content-Length says.)
func readRequest(client net.Conn) ([]byte, error) {
	var request []byte
	piece := make([]byte, 4096)
	for !bytes.Contains(request, []byte("\r\n\r\n")) {
		n, err := client.Read(piece)
		if err != nil {
			return nil, err
		}
		request = append(request, piece[:n]...)
	}
	return request, nil
}

// Sends the request to the server. The server closes after its answer.
func ask(request []byte, addr string) ([]byte, error) {
	// Here: which client sent this request? Who wrote the X-Forwarded-For line? The server sees only our address.
	server, err := net.Dial("tcp", addr)
	if err != nil {
		return nil, err
	}
	defer server.Close()
	if _, err := server.Write(request); err != nil {
		return nil, err
	}
	// Here: is the answer complete? Its Content-Length says how many bytes the body has.
	return io.ReadAll(server)
}

func setting(name, otherwise string) string {
	if value := os.Getenv(name); value != "" {
		return value
	}
	return otherwise
}
