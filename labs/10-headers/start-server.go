// Lab 10 · your server. It cuts header lines at the wrong places. Write its parser by the rules of the
// README: first the names and values, then the eight refusals.
//
// You write `understand` and `members`. The rest is finished: the answer, the words of each refusal, and
// the code that reads the head. Check it with: cargo lab check 10
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

// A name in small letters, and the value without outer spaces. A string may hold any bytes.
type field struct{ name, value string }

// Takes the header lines, each with its line end. Returns the fields, or the words of the first rule that is
// broken ("" if none is).
func understand(lines string) ([]field, string) {
	// Here: this code treats the header lines as text, and cuts each line at every colon.
	text := strings.ToValidUTF8(lines, "\uFFFD")
	var fields []field
	for _, line := range strings.Split(strings.TrimSuffix(text, "\n"), "\n") {
		parts := append(strings.Split(line, ":"), "")
		value := strings.ToLower(strings.TrimSpace(parts[1]))
		fields = append(fields, field{strings.TrimSuffix(parts[0], "\r"), value})
	}
	if len(fields) == 0 {
		return nil, noColon
	}
	return fields, ""
}

// The members of the list `name`: from all lines with this name, in the order of the lines, without empty members.
func members(fields []field, name string) []string {
	// Here: this code takes only the last line with this name, and does not cut its value at the commas.
	var last []string
	for _, field := range fields {
		if field.name == name {
			last = []string{field.value}
		}
	}
	return last
}

// The words of the refusals, in the order in which you test the rules on a line.
const (
	lineEnd          = "a line does not end in CR LF"
	bareCR           = "a CR without its LF"
	folded           = "a line begins with white space"
	noColon          = "a line has no colon"
	spaceBeforeColon = "white space before the colon"
	badName          = "a name is empty or has a forbidden byte"
	badValue         = "a value has a control byte"
	notOneHost       = "there must be one Host line, and only one"
)

func serve(client net.Conn) error {
	// The head, up to the empty line. The server ignores the bytes after the empty line.
	var head []byte
	piece := make([]byte, 4096)
	for !bytes.Contains(head, []byte("\n\r\n")) {
		n, err := client.Read(piece)
		if err != nil || len(head) > 65_536 {
			return err
		}
		head = append(head, piece[:n]...)
	}
	first := bytes.IndexByte(head, '\n') + 1
	end := bytes.Index(head, []byte("\n\r\n")) + 1

	status, body := "200 OK", ""
	if fields, why := understand(string(head[first:end])); why == "" {
		body = receipt(fields)
	} else {
		status, body = "400 Bad Request", why+"\n"
	}
	_, err := fmt.Fprintf(client, "HTTP/1.1 %s\r\n"+
		"Content-Type: text/plain\r\n"+
		"Content-Length: %d\r\n"+
		"Connection: close\r\n"+
		"\r\n%s", status, len(body), body)
	return err
}

// One line for each field, with the value in brackets. The last line has all members of the list Salsa.
func receipt(fields []field) string {
	var receipt strings.Builder
	for _, field := range fields {
		fmt.Fprintf(&receipt, "%s: [%s]\n", field.name, field.value)
	}
	receipt.WriteString("all salsas:")
	for _, salsa := range members(fields, "salsa") {
		fmt.Fprintf(&receipt, " [%s]", salsa)
	}
	return receipt.String() + "\n"
}

func address() string {
	if addr := os.Getenv("WIRELAB_ADDR"); addr != "" {
		return addr
	}
	return "127.0.0.1:8010"
}
