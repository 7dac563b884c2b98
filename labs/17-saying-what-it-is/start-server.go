// Lab 17 · your server. It sends files, but its answers do not describe the files, and it ignores the
// method. Write `answer`. The rest is finished.
//
// The server's folder is WIRELAB_ROOT. WIRELAB_NOW is the time for Date, in seconds since 1970. Without
// WIRELAB_NOW, use the clock of the system. `time.Unix(second, 0).UTC().Format(http.TimeFormat)` writes a
// date, and `http.StatusText(404)` has the words after a status number.
// Check it with: cargo lab check 17
package main

import (
	"bytes"
	"fmt"
	"io"
	"log"
	"net"
	"net/url"
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

// The whole answer to a request: the arguments include the three words of the first line.
func answer(method, target, version string) []byte {
	log.Println(method, target, version)
	// Here: test the version and the method; send the date and the type; send no body for HEAD.
	path, _, _ := strings.Cut(target, "?")
	body, err := os.ReadFile(find(path))
	if err != nil {
		// Here: a refusal needs the same header lines and a body.
		return []byte("HTTP/1.1 404 Not Found\r\n\r\n")
	}
	head := fmt.Sprintf("HTTP/1.1 200 OK\r\n"+
		"Content-Length: %d\r\n"+
		"Connection: close\r\n"+
		"\r\n", len(body))
	return append([]byte(head), body...)
}

// The file that a path names (lab 16), or "". Finished.
func find(path string) string {
	names := []string{root()}
	for _, part := range strings.Split(path, "/") {
		name, err := url.PathUnescape(part)
		if err != nil || strings.ContainsAny(name, "/\x00") {
			return ""
		}
		if name == ".." && len(names) > 1 {
			names = names[:len(names)-1]
		} else if name != "" && name != "." && name != ".." {
			names = append(names, name)
		}
	}
	real, err := filepath.EvalSymlinks(filepath.Join(names...))
	if err != nil || strings.HasSuffix(path, "/") || !strings.HasPrefix(real, root()+"/") {
		return ""
	}
	return real
}

func root() string {
	folder := os.Getenv("WIRELAB_ROOT")
	if folder == "" {
		folder = "labs/17-saying-what-it-is/files"
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
	first, _, _ := strings.Cut(string(head), "\r\n")
	words := append(strings.Split(first, " "), "", "")
	_, err := client.Write(answer(words[0], words[1], words[2]))
	return err
}

func address() string {
	if addr := os.Getenv("WIRELAB_ADDR"); addr != "" {
		return addr
	}
	return "127.0.0.1:8017"
}
