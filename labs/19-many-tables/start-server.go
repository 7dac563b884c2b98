// Lab 19 · your server. Four goroutines share the work. Four clients that send nothing
// end all four goroutines. Write a server that no client can stop, and that refuses clients if no place is free.
//
// You need eight goroutines, and places for 24 more clients that wait. Check it with: cargo lab check 19
package main

import (
	"bufio"
	"fmt"
	"log"
	"net"
	"os"
	"strconv"
	"strings"
)

func main() {
	listener, err := net.Listen("tcp", address())
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("listening on", listener.Addr())
	// Here: how many clients may wait?
	queue := make(chan net.Conn, 1_000_000)
	for count := 0; count < 4; count++ {
		go work(queue)
	}
	for {
		client, err := listener.Accept()
		if err != nil {
			log.Fatal(err)
		}
		queue <- client
	}
}

// Answers one request after the other. `GET /share/3` shares twelve tacos among three people.
func serve(client net.Conn) error {
	defer client.Close()
	lines := bufio.NewReader(client)
	for {
		// Here: a client may close without a request, close in the middle of a request, or send nothing.
		request, err := lines.ReadString('\n')
		if err != nil {
			return err
		}
		stays := true
		for {
			line, err := lines.ReadString('\n')
			if err != nil {
				return err
			}
			if line = strings.TrimSpace(line); line == "" {
				break
			}
			if strings.EqualFold(line, "Connection: close") {
				stays = false
			}
		}
		status, body := "404 Not Found", "ask for /share/ and a number\n"
		path := strings.Fields(request)[1]
		if strings.HasPrefix(path, "/share/") {
			if people, err := strconv.ParseUint(path[len("/share/"):], 10, 32); err == nil {
				status, body = "200 OK", fmt.Sprintf("%d tacos each\n", 12/people)
			}
		}
		closing := "Connection: close\r\n"
		if stays {
			closing = ""
		}
		fmt.Fprintf(client, "HTTP/1.1 %s\r\nContent-Length: %d\r\n%s\r\n%s", status, len(body), closing, body)
		if !stays {
			return nil
		}
	}
}

// Takes one client after the other from the queue.
func work(queue <-chan net.Conn) {
	for client := range queue {
		// Here: what happens to this goroutine when `serve` fails? And to the program when `serve` panics?
		if err := serve(client); err != nil {
			log.Println("a worker ends:", err)
			return
		}
	}
}

func address() string {
	if addr := os.Getenv("WIRELAB_ADDR"); addr != "" {
		return addr
	}
	return "127.0.0.1:8019"
}
