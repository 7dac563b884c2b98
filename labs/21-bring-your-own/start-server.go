// Lab 21 · your server. It keeps plates in its memory, but it does not read the body of a request. The server
// takes the bytes of the body for the next request.
//
// Read the body of each request. The README has the order of the steps, and the answers. Check it with:
// cargo lab check 21
package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
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

var plates = map[string][]byte{}

// Answers one request after the other, on one connection (lab 18).
func serve(client net.Conn) error {
	reader := bufio.NewReader(client)
	for {
		head, err := readHead(reader)
		if err == errNoRequest {
			_, err = client.Write(answer(400, []byte("this is no request\n"), true))
		}
		if head == nil {
			return err
		}
		name, closes := head.target, head.has("connection", "close")

		// Here: how long is the body? Does the client wait for 100? Do we want the body? Read the body.
		var plate []byte

		old, isThere := plates[name]
		said := answer(501, []byte("GET, PUT, POST and DELETE are all that we know\n"), closes)
		switch {
		case head.method == "PUT" && isThere:
			plates[name] = plate
			said = answer(204, nil, closes)
		case head.method == "PUT":
			plates[name] = plate
			said = answer(201, nil, closes)
		case (head.method == "GET" || head.method == "DELETE") && !isThere:
			said = answer(404, []byte("no such plate\n"), closes)
		case head.method == "GET":
			said = answer(200, old, closes)
		case head.method == "DELETE":
			delete(plates, name)
			said = answer(204, nil, closes)
		}
		if _, err := client.Write(said); err != nil || closes {
			return err
		}
	}
}

func answer(status int, body []byte, closes bool) []byte {
	words := http.StatusText(status)
	if status == 413 {
		words = "Content Too Large"
	}
	head := fmt.Sprintf("HTTP/1.1 %d %s\r\n", status, words)
	if status != 204 {
		head += fmt.Sprintf("Content-Length: %d\r\n", len(body))
	}
	if closes {
		head += "Connection: close\r\n"
	}
	return append([]byte(head+"\r\n"), body...)
}

// A request: the words of its first line, and its fields by name in small letters, in their order.
type request struct {
	method, target, version string
	fields                  map[string][]string
}

var errNoRequest = errors.New("this is no request")

// Reads the head of the next request. io.EOF: the client has closed; errNoRequest: the bytes are not a request.
// Finished (lab 10).
func readHead(reader *bufio.Reader) (*request, error) {
	var lines []string
	for {
		line, err := reader.ReadString('\n')
		if err != nil {
			return nil, err
		}
		if line = strings.TrimRight(line, "\r\n"); line == "" {
			break
		}
		lines = append(lines, line)
	}
	if len(lines) == 0 {
		return nil, errNoRequest
	}
	words := strings.Split(lines[0], " ")
	if len(words) != 3 {
		return nil, errNoRequest
	}
	head := &request{words[0], words[1], words[2], map[string][]string{}}
	for _, line := range lines[1:] {
		name, value, found := strings.Cut(line, ":")
		if !found || name == "" || strings.ContainsAny(name, " \t") {
			return nil, errNoRequest
		}
		name = strings.ToLower(name)
		head.fields[name] = append(head.fields[name], strings.Trim(value, " \t"))
	}
	return head, nil
}

// Whether the list `name` has this element: `Connection: keep-alive, close` has `close`.
func (head *request) has(name, wanted string) bool {
	for _, element := range strings.Split(strings.Join(head.fields[name], ","), ",") {
		if strings.EqualFold(strings.TrimSpace(element), wanted) {
			return true
		}
	}
	return false
}

func address() string {
	if addr := os.Getenv("WIRELAB_ADDR"); addr != "" {
		return addr
	}
	return "127.0.0.1:8021"
}
