// Lab 30 · your cache. It stores every answer for ever, and sends it to every client that asks for the
// same path. So a client may get the menu of another client. Change it: it must follow the rules of the README.
//
// WIRELAB_ARG contains the address of the server, and WIRELAB_NOW contains the time to use.
// Check it with: cargo lab check 30
package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"os"
)

var stored = map[string][]byte{}

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
	request, err := readRequest(client)
	if err != nil {
		return err
	}
	words := bytes.SplitN(request, []byte(" "), 3)
	if len(words) < 3 {
		return errors.New("this is no request")
	}
	target := string(words[1])
	// Here: for which request was this answer made? How old is the answer? May we send it? Add `Age`.
	answer, found := stored[target]
	if !found {
		if answer, err = ask(request); err != nil {
			return err
		}
		// Here: which answers must we not store?
		stored[target] = answer
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

// Sends the request to the server, with the line `Via`. The server closes after its answer.
func ask(request []byte) ([]byte, error) {
	upstream := os.Getenv("WIRELAB_ARG")
	if upstream == "" {
		upstream = "127.0.0.1:9030"
	}
	last := []byte("Connection: close\r\n")
	request = bytes.Replace(request, last, append([]byte("Via: 1.1 cache\r\n"), last...), 1)
	server, err := net.Dial("tcp", upstream)
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

func address() string {
	if addr := os.Getenv("WIRELAB_ADDR"); addr != "" {
		return addr
	}
	return "127.0.0.1:8030"
}
