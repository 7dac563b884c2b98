// Lab 3 · your server. It sends the menu by line and by closing. Make it send the menu by length, and
// read an order by length.
//
// Four bytes, the biggest part first, say how many bytes follow. The length 0 ends the menu. The
// answer has its length in front, too. An order of more than 8000 bytes gets `? at most 8000 bytes`.
// Check it with: cargo lab check 3
package main

import (
	"bufio"
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

var menu = []string{"nachos", "taco\ncon jalapeño", "flan"}

func serve(client net.Conn) error {
	heard := bufio.NewReader(io.LimitReader(client, 20_000))
	wish, err := heard.ReadString('\n')
	if err != nil {
		return err
	}
	switch strings.TrimSpace(wish) {
	case "menu by line":
		fmt.Fprintf(client, "%s\n\n", strings.Join(menu, "\n"))
		order, _ := heard.ReadString('\n')
		_, err = fmt.Fprintf(client, "%s\n", answer(strings.TrimSpace(order)))
	case "menu by length":
		// Here: each dish with its length in front, and a length of 0. This is still by line.
		fmt.Fprintf(client, "%s\n\n", strings.Join(menu, "\n"))
		// Here: read a length, then as many bytes. Must you believe any length?
		order, _ := heard.ReadString('\n')
		_, err = fmt.Fprint(client, answer(strings.TrimSpace(order)))
	case "menu by closing":
		_, err = fmt.Fprint(client, strings.Join(menu, ""))
	default:
		_, err = fmt.Fprint(client, "? menu by line, by length, or by closing\n")
	}
	return err
}

func answer(order string) string {
	for _, dish := range menu {
		if dish == order {
			return order + ", coming up"
		}
	}
	return "? no such dish"
}

func address() string {
	if addr := os.Getenv("WIRELAB_ADDR"); addr != "" {
		return addr
	}
	return "127.0.0.1:8003"
}
