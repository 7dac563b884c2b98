/* Lab 13 · your client. It tries only the first address, and ends if the attempt fails. Make it try all
 * addresses, and wait only a short time for each address except the last.
 *
 * WIRELAB_ARG has a URL and the addresses of the site, in the order in which to try them:
 * `http://tacos.example/ 127.0.0.1:1 127.0.0.1:8013`. Check it with: cargo lab check 13 */
#include <netdb.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* Sends all bytes. Returns 0, or -1 if a write fails. Finished. */
static int send_all(int to, const void *bytes, size_t length)
{
    const char *next = bytes;

    while (length > 0) {
        ssize_t n = write(to, next, length);

        if (n < 0)
            return -1;
        next += n;
        length -= n;
    }
    return 0;
}

/* Reads to the end, at most `size` bytes. Returns the number of bytes. Finished. */
static size_t read_all(int from, char *bytes, size_t size)
{
    size_t length = 0;
    ssize_t n;

    while (length < size && (n = read(from, bytes + length, size - length)) > 0)
        length += n;
    return length;
}

int main(void)
{
    static char answer[1000000], words[2000], request[3000];
    const char *arg = getenv("WIRELAB_ARG");
    char *url, *site, *addr, *port;
    struct addrinfo wanted = { .ai_socktype = SOCK_STREAM }, *place;
    size_t length;
    int server;

    signal(SIGPIPE, SIG_IGN); /* so a write to a server that has closed fails, and does not end this program */
    snprintf(words, sizeof words, "%s", arg && *arg ? arg : "http://tacos.example/ 127.0.0.1:8013");
    url = strtok(words, " ");

    /* Here: what must happen if the first address refuses, and what if no answer comes from this address? */
    addr = strtok(NULL, " ");
    port = strrchr(addr, ':');
    *port++ = 0;
    if (*addr == '[') { /* an IPv6 address has brackets */
        addr++;
        addr[strlen(addr) - 1] = 0;
    }
    if (getaddrinfo(addr, port, &wanted, &place) != 0)
        return 2;
    server = socket(place->ai_family, SOCK_STREAM, 0);
    if (connect(server, place->ai_addr, place->ai_addrlen) < 0) {
        perror("connect");
        return 1;
    }

    site = url + strlen("http://");
    site[strcspn(site, "/")] = 0;
    snprintf(request, sizeof request,
             "GET / HTTP/1.1\r\n"
             "Host: %s\r\n"
             "Connection: close\r\n"
             "\r\n", site);
    send_all(server, request, strlen(request));

    length = read_all(server, answer, sizeof answer);
    fwrite(answer, 1, length, stdout);
    return 0;
}
