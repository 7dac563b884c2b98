// Lab 23 · your server. It sends the whole file to every client, each time, even if the client has it already.
//
// This program already makes the tag and the dates. Two functions are yours: `wish` decides what the request
// asks for, and `answer` must send the bytes for each wish. Check it with: cargo lab check 23
package main

import (
	"bufio"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
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
		if err := serve(client); err != nil && err != io.EOF {
			log.Println("this client failed, the next one, please:", err)
		}
		client.Close()
	}
}

// Here: If-None-Match, or else If-Modified-Since; then Range, if If-Range allows it.
func wish(head *request, tag string, modified int64, length int) string {
	return "all"
}

func answer(head *request) ([]byte, error) {
	folder := os.Getenv("WIRELAB_ROOT")
	if folder == "" {
		folder = "labs/23-not-again/files"
	}
	closing := ""
	if head.has("connection", "close") {
		closing = "Connection: close\r\n"
	}
	if head.target != "/menu.txt" {
		said := fmt.Sprintf("HTTP/1.1 404 Not Found\r\nDate: %s\r\nContent-Length: 18\r\n%s\r\n", date(now()), closing)
		return []byte(said + "no such file here\n"), nil
	}
	path := filepath.Join(folder, "menu.txt")
	file, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	about, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	sum := sha256.Sum256(file)
	tag := fmt.Sprintf("\"%x\"", sum[:8])
	// If the file is newer than the clock, Last-Modified is the time of the clock.
	modified := about.ModTime().Unix()
	if modified > now() {
		modified = now()
	}

	if wish(head, tag, modified, len(file)) != "all" {
		return nil, errors.New("Here: the other answers")
	}
	said := fmt.Sprintf("HTTP/1.1 200 OK\r\n"+
		"Date: %s\r\n"+
		"ETag: %s\r\n"+
		"Last-Modified: %s\r\n"+
		"Accept-Ranges: bytes\r\n"+
		"Content-Length: %d\r\n"+
		"%s\r\n", date(now()), tag, date(modified), len(file), closing)
	return append([]byte(said), file...), nil
}

func now() int64 {
	if told, err := strconv.ParseInt(os.Getenv("WIRELAB_NOW"), 10, 64); err == nil {
		return told
	}
	return time.Now().Unix()
}

func date(second int64) string {
	return time.Unix(second, 0).UTC().Format(http.TimeFormat)
}

func serve(client net.Conn) error {
	reader := bufio.NewReader(client)
	for {
		head, err := readHead(reader)
		if err != nil {
			return err
		}
		said, err := answer(head)
		if err != nil {
			return err
		}
		if _, err := client.Write(said); err != nil {
			return err
		}
		if head.has("connection", "close") {
			client.(*net.TCPConn).CloseWrite()
			_, err := io.Copy(io.Discard, io.LimitReader(reader, 65_536))
			return err
		}
	}
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
	return "127.0.0.1:8023"
}
