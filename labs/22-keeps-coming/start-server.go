// Lab 22 · your server. It accepts orders that have a length, and refuses all other orders.
//
// Two functions are yours. `ends` says where the body of a request ends. You must add `chunks`,
// which reads a chunked body. The README has the rules and the sentences. Check it with: cargo lab check 22
package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"os"
	"strconv"
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

// Here: where does the body end? The README has the rules, in their order. Now the result is a length, or the status
// and the sentence of a refusal.
func ends(head *request) (length uint64, status, why string) {
	if head.fields["transfer-encoding"] != nil {
		return 0, "411 Length Required", "in one piece, please, and with its length"
	}
	digits := "0"
	if lengths := head.fields["content-length"]; lengths != nil {
		digits = lengths[0]
	}
	length, err := strconv.ParseUint(digits, 10, 32)
	if err != nil {
		return 0, "400 Bad Request", "a length is made of digits"
	}
	return length, "", ""
}

func serve(client net.Conn) error {
	reader := bufio.NewReader(client)
	for {
		head, err := readHead(reader)
		if err == errNoRequest {
			return refuse(client, reader, "400 Bad Request", "no request")
		}
		if err != nil {
			return err
		}
		length, status, why := ends(head)
		if status != "" {
			return refuse(client, reader, status, why)
		}
		order, err := io.ReadAll(io.LimitReader(reader, int64(length)))
		if err != nil {
			return err
		}
		closes := head.has("connection", "close")
		var pieces []string
		if head.method == "GET" {
			pieces, err = menu()
		} else {
			for _, dish := range strings.Split(strings.TrimSuffix(string(order), "\n"), "\n") {
				pieces = append(pieces, dish+", coming up\n")
			}
		}
		if err != nil {
			return err
		}
		inChunks(client, pieces, closes)
		if closes {
			return nil
		}
	}
}

func menu() ([]string, error) {
	folder := os.Getenv("WIRELAB_ROOT")
	if folder == "" {
		folder = "labs/22-keeps-coming/files"
	}
	entries, err := os.ReadDir(folder) // sorted by name
	var lines []string
	for _, entry := range entries {
		lines = append(lines, entry.Name()+"\n")
	}
	return lines, err
}

// Sends an answer in chunks. Nothing needs to be changed here.
func inChunks(client net.Conn, pieces []string, closes bool) {
	closing := ""
	if closes {
		closing = "Connection: close\r\n"
	}
	fmt.Fprintf(client, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: Dishes\r\n%s\r\n", closing)
	for _, piece := range pieces {
		fmt.Fprintf(client, "%x\r\n%s\r\n", len(piece), piece)
	}
	fmt.Fprintf(client, "0\r\nDishes: %d\r\n\r\n", len(pieces))
}

func refuse(client net.Conn, reader *bufio.Reader, status, why string) error {
	fmt.Fprintf(client, "HTTP/1.1 %s\r\nContent-Length: %d\r\nConnection: close\r\n\r\n%s\n", status, len(why)+1, why)
	client.(*net.TCPConn).CloseWrite()
	_, err := io.Copy(io.Discard, io.LimitReader(reader, 65_536)) // so that no reset destroys the answer
	return err
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
	return "127.0.0.1:8022"
}
