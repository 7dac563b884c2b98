// Prints the page at a URL, with Go's net/http and its cookie jar.
package main

import (
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"os"
	"time"
)

func main() {
	jar, _ := cookiejar.New(nil)
	client := http.Client{Jar: jar, Timeout: 8 * time.Second}
	response, err := client.Get(os.Args[1])
	if err == nil {
		_, err = io.Copy(os.Stdout, response.Body)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
