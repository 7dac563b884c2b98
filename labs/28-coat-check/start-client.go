// Lab 28 · your client. It asks for the page, sends the form and follows the 303, but it forgets each
// cookie that it gets.
//
// Store the cookies, and send each cookie with the right requests. The README lists the rules. WIRELAB_ARG is the dish.
// Check it with: cargo lab check 28
package main

import (
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/url"
	"os"
	"strings"
)

func main() {
	dish := os.Getenv("WIRELAB_ARG")
	if dish == "" {
		dish = "jalapeño & lime"
	}
	if err := order(dish); err != nil {
		log.Fatal(err)
	}
}

func order(dish string) error {
	if _, _, err := ask("GET", "/", ""); err != nil {
		return err
	}
	_, location, err := ask("POST", "/order", "dish="+encode(dish))
	if err != nil || location == "" {
		return err
	}
	body, _, err := ask("GET", location, "")
	fmt.Print(body)
	return err
}

// One connection, one request; the body of the answer, and its Location.
func ask(method, path, body string) (string, string, error) {
	server, err := net.Dial("tcp", address())
	if err != nil {
		return "", "", err
	}
	defer server.Close()
	// Here: `Cookie: name=value; name=value\r\n`, if there are cookies for this path.
	cookie := ""
	form := ""
	if method == "POST" {
		form = fmt.Sprintf("Content-Type: application/x-www-form-urlencoded\r\nContent-Length: %d\r\n", len(body))
	}
	request := fmt.Sprintf("%s %s HTTP/1.1\r\nHost: tacos.example\r\n%s%sConnection: close\r\n\r\n%s",
		method, path, cookie, form, body)
	if _, err := io.WriteString(server, request); err != nil {
		return "", "", err
	}
	answer, err := io.ReadAll(server)
	if err != nil {
		return "", "", err
	}
	head, said, found := strings.Cut(string(answer), "\r\n\r\n")
	if !found {
		return "", "", errors.New("this is no HTTP answer")
	}
	location := ""
	for _, line := range strings.Split(head, "\r\n")[1:] {
		name, value, _ := strings.Cut(line, ":")
		switch strings.ToLower(name) {
		case "location":
			location = strings.TrimSpace(value)
		case "set-cookie":
			// Here: store this cookie, with its path.
			log.Printf("%s gave a cookie: %s", path, strings.TrimSpace(value))
		}
	}
	return said, location, nil
}

// Encodes a text as a browser does: letters, digits and `*-._` stay, a space becomes `+`, each other byte `%XX`.
// Finished.
func encode(text string) string {
	return strings.NewReplacer("%2A", "*", "~", "%7E").Replace(url.QueryEscape(text))
}

func address() string {
	if addr := os.Getenv("WIRELAB_ADDR"); addr != "" {
		return addr
	}
	return "127.0.0.1:8028"
}
