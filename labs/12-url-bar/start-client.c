/* Lab 12 · your client. It cuts the URL once, at the first slash. Cut the URL into the same
 * parts as a browser. Write this code yourself: with a library you would not learn the rules.
 *
 * WIRELAB_ADDR is the address to connect to. WIRELAB_ARG is the text from the URL bar.
 * Check it with: cargo lab check 12 */
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

/* Connects to this host and port. Returns the socket, or -1. Finished. */
static int connect_to(const char *host, const char *port)
{
    struct addrinfo wanted = { .ai_socktype = SOCK_STREAM }, *place;
    int server;

    if (getaddrinfo(host, port, &wanted, &place) != 0) {
        fprintf(stderr, "%s has no address\n", host);
        return -1;
    }
    server = socket(place->ai_family, SOCK_STREAM, 0);
    if (connect(server, place->ai_addr, place->ai_addrlen) < 0) {
        perror("connect");
        return -1;
    }
    return server;
}

/* Cuts `url`: the host for `Host`, in small letters; the port, 80 if the URL has none; path and query for the
 * request line. The three texts have room for a whole URL. Returns 0, or -1 with the reason in `why`. */
static int split(const char *url, char *site, char *port, char *target, const char **why)
{
    /* Here: this code works for http://tacos.example/menu. The README has twelve other URLs. */
    const char *scheme = "http://", *path;

    if (strncmp(url, scheme, strlen(scheme)) != 0) {
        *why = "a URL begins with http://";
        return -1;
    }
    url += strlen(scheme);
    path = url + strcspn(url, "/");
    sprintf(site, "%.*s", (int)(path - url), url);
    strcpy(port, "80");
    sprintf(target, "/%s", *path ? path + 1 : "");
    return 0;
}

int main(void)
{
    static char answer[1000000], site[4000], port[4000], target[4000], request[9000], host[256];
    const char *addr = getenv("WIRELAB_ADDR") ? getenv("WIRELAB_ADDR") : "127.0.0.1:8012";
    const char *arg = getenv("WIRELAB_ARG"), *why = "this URL is too long", *colon = strrchr(addr, ':');
    const char *url = arg && *arg ? arg : "http://tacos.example/menu?dish=taco#salsa";
    size_t length;
    int server;

    signal(SIGPIPE, SIG_IGN); /* so a write to a server that has closed fails, and does not end this program */
    if (colon == NULL) {
        fprintf(stderr, "WIRELAB_ADDR: %s is not an address such as 127.0.0.1:8012\n", addr);
        return 2;
    }
    if (strlen(url) >= sizeof site || split(url, site, port, target, &why) < 0) {
        fprintf(stderr, "%s: %s\n", url, why);
        return 2;
    }

    /* Here: what must Host contain when the port is not 80? */
    fprintf(stderr, "the port is %s\n", port);
    snprintf(host, sizeof host, "%.*s", (int)(colon - addr), addr);
    server = connect_to(host, colon + 1);
    if (server < 0)
        return 1;
    snprintf(request, sizeof request,
             "GET %s HTTP/1.1\r\n"
             "Host: %s\r\n"
             "Connection: close\r\n"
             "\r\n", target, site);
    send_all(server, request, strlen(request));

    length = read_all(server, answer, sizeof answer);
    fwrite(answer, 1, length, stdout);
    return 0;
}
