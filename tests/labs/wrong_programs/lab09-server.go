package main

import (
	"bufio"
	"fmt"
	"net"
	"os"
	"strings"
)

func visit(conn net.Conn) {
	defer conn.Close()
	reader := bufio.NewReader(conn)
	for {
		line, err := reader.ReadString('\n')
		if err != nil {
			return
		}
		if strings.TrimSpace(line) == "" {
			break
		}
	}
	body := "three tacos\n"
	fmt.Fprintf(conn, "HTTP/1.1 200 OK\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: %d\r\nConnection: close\r\n\r\n%s", len(body), body)
	if tcp, ok := conn.(*net.TCPConn); ok {
		tcp.CloseWrite()
		for {
			if _, err := reader.ReadByte(); err != nil {
				return
			}
		}
	}
}

func main() {
	listener, err := net.Listen("tcp", os.Getenv("WIRELAB_ADDR"))
	if err != nil {
		panic(err)
	}
	for {
		conn, err := listener.Accept()
		if err != nil {
			continue
		}
		go visit(conn)
	}
}
