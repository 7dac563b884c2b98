// Lab 25 · your server. It counts every datagram as a new order. Change it: it must count each order once, in order.
//
// A datagram is `NUMBER ORDER\n`. The server accepts an order only if its number is one more than the number of
// orders that it has from this client. Each datagram gets an answer, even if the order is not accepted:
// `ack N ORDER …\n`, the N accepted orders. Each client has a separate list.
// Check it with: cargo lab check 25 --server
package main

import (
	"fmt"
	"log"
	"net"
	"os"
	"strings"
)

func main() {
	socket, err := net.ListenPacket("udp", address())
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("listening on", socket.LocalAddr())

	clients := map[string][]string{}
	datagram := make([]byte, 2_000)
	for {
		n, client, err := socket.ReadFrom(datagram)
		if err != nil {
			log.Fatal(err)
		}
		who := client.String()

		// Here: is the number of this order the next number, a lower number, or a higher number?
		if _, order, found := strings.Cut(strings.TrimSpace(string(datagram[:n])), " "); found {
			clients[who] = append(clients[who], order)
		}

		orders := clients[who]
		answer := fmt.Sprintf("ack %d", len(orders))
		for _, order := range orders {
			answer += " " + order
		}
		if _, err := socket.WriteTo([]byte(answer+"\n"), client); err != nil {
			log.Println("this answer could not be sent:", err)
		}
	}
}

func address() string {
	if addr := os.Getenv("WIRELAB_ADDR"); addr != "" {
		return addr
	}
	return "127.0.0.1:8025"
}
