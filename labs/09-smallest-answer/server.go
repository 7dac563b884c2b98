// Lab 9's server in Go: cargo lab check 9 --server "go run labs/09-smallest-answer/server.go"
package main

import (
	"bufio"
	"net"
	"os"
)

const answer = "HTTP/1.1 200 OK\r\n" +
	"Content-Type: text/plain; charset=utf-8\r\n" +
	"Content-Length: 12\r\n" +
	"Connection: close\r\n" +
	"\r\n" +
	"three tacos\n"

func main() {
	server, err := net.Listen("tcp", os.Getenv("WIRELAB_ADDR"))
	if err != nil {
		panic(err)
	}
	for {
		if guest, err := server.Accept(); err == nil {
			go serve(guest)
		}
	}
}

func serve(guest net.Conn) {
	defer guest.Close()
	for lines := bufio.NewScanner(guest); lines.Scan(); {
		if lines.Text() == "" {
			guest.Write([]byte(answer))
			return
		}
	}
}
