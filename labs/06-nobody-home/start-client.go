// Lab 6 · your client. It says "error" for every failure, and it waits for minutes when nobody
// answers. Teach it four words.
//
// It gets one address. It must print one line: the address, a space, and `closed`, `no answer`, `busy`
// or `open`. It must wait at most half a second for each: the connection and the greeting.
// Check it with: cargo lab check 6
package main

import (
	"fmt"
	"net"
	"os"
)

func main() {
	addr := address()

	// Here: how long may this take? Which kind of error was it?
	server, err := net.Dial("tcp", addr)
	if err != nil {
		fmt.Println(addr, "error")
		return
	}
	// Here: the connection is there. Does a greeting come?
	if _, err := server.Read(make([]byte, 64)); err != nil {
		fmt.Println(addr, "error")
		return
	}
	fmt.Println(addr, "open")
}

func address() string {
	if addr := os.Getenv("WIRELAB_ADDR"); addr != "" {
		return addr
	}
	return "127.0.0.1:8006"
}
