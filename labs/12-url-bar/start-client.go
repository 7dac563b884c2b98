// Lab 12 · your client. It cuts the URL once, at the first slash. Cut the URL into the same
// parts as a browser. Write this code yourself: with a library you would not learn the rules.
//
// WIRELAB_ADDR is the address to connect to. WIRELAB_ARG is the text from the URL bar.
// Check it with: cargo lab check 12
package main

import (
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"os"
	"strings"
)

// The parts of a URL.
type parts struct {
	host   string // for Host, in small letters
	port   int    // 80 if the URL has no port
	target string // path and query: for the request line
}

func split(url string) (parts, error) {
	// Here: this code works for http://tacos.example/menu. The README has twelve other URLs.
	rest := strings.TrimPrefix(url, "http://")
	if rest == url {
		return parts{}, errors.New("a URL begins with http://")
	}
	host, path, _ := strings.Cut(rest, "/")
	return parts{host, 80, "/" + path}, nil
}

func main() {
	url := os.Getenv("WIRELAB_ARG")
	if url == "" {
		url = "http://tacos.example/menu?dish=taco#salsa"
	}
	parts, err := split(url)
	if err != nil {
		log.Printf("%s: %s", url, err)
		os.Exit(2)
	}

	// Here: what must Host contain when the port is not 80?
	log.Println("the port is", parts.port)
	server, err := net.Dial("tcp", address())
	if err != nil {
		log.Fatal(err)
	}
	fmt.Fprintf(server, "GET %s HTTP/1.1\r\nHost: %s\r\nConnection: close\r\n\r\n", parts.target, parts.host)

	answer, err := io.ReadAll(server)
	if err != nil {
		log.Fatal(err)
	}
	os.Stdout.Write(answer)
}

func address() string {
	if addr := os.Getenv("WIRELAB_ADDR"); addr != "" {
		return addr
	}
	return "127.0.0.1:8012"
}
