// Lab 25 · your client. It sends each order only once. Change it: it must repeat an order that is not acknowledged.
//
// The orders are the words of WIRELAB_ARG. Send them one after the other, as `1 tacos\n`, `2 nachos\n` …,
// and wait for `ack N …` with the order's number before you send the next order. If this `ack` does not come
// within 50 ms, send the order again. At the end print the orders of the last `ack`.
// Check it with: cargo lab check 25 --client
package main

import (
	"fmt"
	"log"
	"net"
	"os"
	"strings"
)

func main() {
	arg := os.Getenv("WIRELAB_ARG")
	if arg == "" {
		arg = "tacos nachos tacos"
	}
	socket, err := net.Dial("udp", address())
	if err != nil {
		log.Fatal(err)
	}

	has := ""
	for at, order := range strings.Fields(arg) {
		if _, err := fmt.Fprintf(socket, "%d %s\n", at+1, order); err != nil {
			log.Fatal(err)
		}

		// Here: what if no answer comes? And what if an old `ack` comes?
		answer := make([]byte, 2_000)
		n, err := socket.Read(answer)
		if err != nil {
			log.Fatal(err)
		}
		words := strings.SplitN(strings.TrimSpace(string(answer[:n])), " ", 3)
		has = words[len(words)-1]
	}
	fmt.Println(has)
}

func address() string {
	if addr := os.Getenv("WIRELAB_ADDR"); addr != "" {
		return addr
	}
	return "127.0.0.1:8025"
}
