// Lab 14 · your client. It sends one request, and prints the answer. But the answer is only a redirect.
//
// Follow the redirect. `Location` may be a whole URL, or a part of a URL. `Host` is the host of the new
// URL. Follow at most five redirects. WIRELAB_ARG is the URL, then a space and POST, or only the URL for GET.
// `base.Parse(reference)` of `net/url` resolves a reference (RFC 3986, section 5.2).
// Check it with: cargo lab check 14
package main

import (
	"fmt"
	"io"
	"log"
	"net"
	"net/url"
	"os"
	"strings"
)

func main() {
	arg := os.Getenv("WIRELAB_ARG")
	if arg == "" {
		arg = "http://127.0.0.1:8014/menu"
	}
	first, err := url.Parse(strings.Fields(arg)[0])
	if err != nil {
		log.Fatal(err)
	}

	// Here: if the status is 301, 302, 303, 307 or 308, the client must send another request.
	answer, err := ask(first)
	if err != nil {
		log.Fatal(err)
	}
	os.Stdout.Write(answer)
}

func ask(where *url.URL) ([]byte, error) {
	port := where.Port()
	if port == "" {
		port = "80"
	}
	server, err := net.Dial("tcp", net.JoinHostPort(where.Hostname(), port))
	if err != nil {
		return nil, err
	}
	defer server.Close()
	target, host := where.RequestURI(), strings.TrimSuffix(where.Host, ":80")
	fmt.Fprintf(server, "GET %s HTTP/1.1\r\nHost: %s\r\nConnection: close\r\n\r\n", target, host)
	return io.ReadAll(server)
}
