package main

import (
	"bufio"
	"net"
	"os"
)

func visit(conn net.Conn) {
	defer conn.Close()
	reader := bufio.NewReader(conn)
	for {
		line, err := reader.ReadBytes('\n')
		if err != nil {
			return
		}
		order := line[:len(line)-1]
		conn.Write(append(order, ", coming up\n"...))
	}
}

func main() {
	listener, err := net.Listen("tcp", os.Getenv("WIRELAB_ADDR"))
	if err != nil {
		panic(err)
	}
	for {
		conn, err := listener.Accept()
		if err == nil {
			go visit(conn)
		}
	}
}
