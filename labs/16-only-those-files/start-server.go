// Lab 16 · your server. It joins its folder and the path of the request, and opens the result. Write
// `find` by the seven steps in the README. The rest is finished.
//
// The server's folder is WIRELAB_ROOT. Check it with: cargo lab check 16
package main

import (
	"bytes"
	"fmt"
	"io"
	"log"
	"net"
	"os"
	"path/filepath"
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

// The file that `path` names in the folder root(). Or the status and the words of a refusal: `404 Not Found` with
// `no such file here`, or `400 Bad Request` and one of `a % needs two hex digits`, `no file name holds a NUL`,
// `a slash hides in a name`.
func find(path string) (file, status, why string) {
	// Here: steps 2 to 7. (`serve` does step 1: it cuts off the query.)
	place := root() + path
	if found, err := os.Stat(place); err == nil && found.Mode().IsRegular() {
		return place, "200 OK", ""
	}
	return "", "404 Not Found", "no such file here"
}

func root() string {
	folder := os.Getenv("WIRELAB_ROOT")
	if folder == "" {
		folder = "labs/16-only-those-files/files"
	}
	real, err := filepath.EvalSymlinks(folder)
	if err != nil {
		log.Fatal(err)
	}
	return real
}

func serve(client net.Conn) error {
	var head []byte
	piece := make([]byte, 4096)
	for !bytes.Contains(head, []byte("\r\n\r\n")) {
		n, err := client.Read(piece)
		if err != nil || len(head) > 65_536 {
			return err
		}
		head = append(head, piece[:n]...)
	}
	// The second word of the request, up to the first ? in this word.
	_, target, _ := strings.Cut(string(head), " ")
	target, _, _ = strings.Cut(target, " ")
	path, _, _ := strings.Cut(target, "?")

	file, status, why := find(path)
	body := []byte(why + "\n")
	if file != "" {
		var err error
		if body, err = os.ReadFile(file); err != nil {
			return err
		}
	}
	_, err := fmt.Fprintf(client, "HTTP/1.1 %s\r\n"+
		"Content-Length: %d\r\n"+
		"Connection: close\r\n"+
		"\r\n%s", status, len(body), body)
	return err
}

func address() string {
	if addr := os.Getenv("WIRELAB_ADDR"); addr != "" {
		return addr
	}
	return "127.0.0.1:8016"
}
