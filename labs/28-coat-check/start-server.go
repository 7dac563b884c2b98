// Lab 28 · your server. It reads forms and answers, but it stores the dishes for one connection only. Each
// request comes on a new connection, so the server forgets each order.
//
// Give each new client a ticket in a cookie, and store the dishes under the ticket. Decode the form. The README lists
// the rules and the answers. `rand.Read` of `crypto/rand` and `hex.EncodeToString` make 32 random hex digits of 16
// bytes. Check it with: cargo lab check 28
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

// One request, one answer.
func serve(client net.Conn) error {
	reader := bufio.NewReader(client)
	said := ""
	head, err := readHead(reader)
	switch {
	case err == errNoRequest:
		said = answer(400, err.Error()+"\n", "")
	case err != nil:
		return err
	default:
		length, _ := strconv.ParseUint(head.fields["content-length"], 10, 31)
		body, err := io.ReadAll(io.LimitReader(reader, int64(length)))
		if err != nil {
			return err
		}
		said = respond(head, string(body))
	}
	if _, err := io.WriteString(client, said); err != nil {
		return err
	}
	client.(*net.TCPConn).CloseWrite()
	_, err = io.Copy(io.Discard, reader)
	return err
}

func respond(head *request, body string) string {
	// Here: the program forgets these dishes when the connection ends. Store the dishes of all clients, under their
	// tickets.
	var dishes []string

	// `Cookie: theme=dark; ticket=…`: which ticket is in this line, and has this server made it?
	_ = head.fields["cookie"]

	switch head.method + " " + head.target {
	case "GET /":
		return answer(200, page(dishes), "")
	case "POST /order":
		// Here: `dish=3+nachos&note=hot` is a form. Cut the form, and then decode its parts.
		dishes = append(dishes, body)
		return answer(200, page(dishes), "")
	}
	return answer(404, "no such page\n", "")
}

// The answer. `more`: more header lines, each with its \r\n. Finished.
func answer(status int, body, more string) string {
	head := fmt.Sprintf("HTTP/1.1 %d %s\r\n%s", status, http.StatusText(status), more)
	if body != "" {
		kind := "plain"
		if status == 200 {
			kind = "html"
		}
		head += fmt.Sprintf("Content-Type: text/%s; charset=utf-8\r\n", kind)
	}
	return head + fmt.Sprintf("Content-Length: %d\r\nConnection: close\r\n\r\n%s", len(body), body)
}

// The page: the order so far, and the form. Finished. What somebody typed must not become HTML.
func page(order []string) string {
	listed := "<p>Nothing yet.</p>\n"
	if len(order) > 0 {
		listed = "<ol>\n"
		for _, dish := range order {
			listed += "<li>" + strings.NewReplacer("&", "&amp;", "<", "&lt;").Replace(dish) + "</li>\n"
		}
		listed += "</ol>\n"
	}
	form := "<form method=post action=/order>\n<input name=dish> <button>Order</button>\n</form>\n"
	return "<!doctype html>\n<title>Your table</title>\n" + listed + form
}

// A request: the words of its first line, and its fields by name in small letters.
type request struct {
	method, target, version string
	fields                  map[string]string
}

var errNoRequest = errors.New("this is no request")

// Reads the head of the request. io.EOF: the client has closed; errNoRequest: the bytes are not a request.
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
	head := &request{words[0], words[1], words[2], map[string]string{}}
	for _, line := range lines[1:] {
		name, value, found := strings.Cut(line, ":")
		if !found || name == "" || strings.ContainsAny(name, " \t") {
			return nil, errNoRequest
		}
		head.fields[strings.ToLower(name)] = strings.Trim(value, " \t")
	}
	return head, nil
}

func address() string {
	if addr := os.Getenv("WIRELAB_ADDR"); addr != "" {
		return addr
	}
	return "127.0.0.1:8028"
}
