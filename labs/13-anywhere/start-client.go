// Lab 13 · your client. It tries only the first address, and ends if the attempt fails. Make it try all
// addresses, and wait only a short time for each address except the last.
//
// WIRELAB_ARG has a URL and the addresses of the site, in the order in which to try them:
// `http://tacos.example/ 127.0.0.1:1 127.0.0.1:8013`. Check it with: cargo lab check 13
package main

import (
	"fmt"
	"io"
	"log"
	"net"
	"os"
	"strings"
)

func main() {
	arg := os.Getenv("WIRELAB_ARG")
	if arg == "" {
		arg = "http://tacos.example/ 127.0.0.1:8013"
	}
	words := strings.Fields(arg)
	url, addrs := words[0], words[1:]

	// Here: what must happen if the first address refuses, and what if no answer comes from this address?
	server, err := net.Dial("tcp", addrs[0])
	if err != nil {
		log.Fatal(err)
	}
	site := strings.TrimSuffix(strings.TrimPrefix(url, "http://"), "/")
	fmt.Fprintf(server, "GET / HTTP/1.1\r\n"+
		"Host: %s\r\n"+
		"Connection: close\r\n"+
		"\r\n", site)

	answer, err := io.ReadAll(server)
	if err != nil {
		log.Fatal(err)
	}
	os.Stdout.Write(answer)
}
