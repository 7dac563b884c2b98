/* Lab 14 · your client. It sends one request, and prints the answer. But the answer is only a redirect.
 *
 * Follow the redirect. `Location` may be a whole URL, or a part of a URL. `Host` is the host of the new
 * URL. Follow at most five redirects. WIRELAB_ARG is the URL, then a space and POST, or only the URL for GET.
 * RFC 3986, section 5.2, says how to resolve a reference. Check it with: cargo lab check 14 */
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

/* Asks for a URL, and reads the answer. Returns its length, or -1. Finished. */
static long ask(const char *url, char *answer, size_t size)
{
    static char request[9000];
    char authority[512], host[512], *port = "80", *colon;
    const char *rest = strncmp(url, "http://", 7) == 0 ? url + 7 : url;
    size_t length = strcspn(rest, "/?#");
    const char *path = rest + length;
    int server;

    snprintf(authority, sizeof authority, "%.*s", (int)length, rest);
    snprintf(host, sizeof host, "%s", authority);
    colon = strrchr(host, ':');
    if (colon != NULL && strchr(colon, ']') == NULL) {
        *colon = 0;
        port = colon + 1;
    }
    if (strcmp(port, "80") == 0) /* the usual port is left out of Host */
        authority[strlen(host)] = 0;
    server = connect_to(host, port);
    if (server < 0)
        return -1;
    snprintf(request, sizeof request,
             "GET %s%.*s HTTP/1.1\r\n"
             "Host: %s\r\n"
             "Connection: close\r\n"
             "\r\n", *path == '/' ? "" : "/", (int)strcspn(path, "#"), path, authority);
    send_all(server, request, strlen(request));
    length = read_all(server, answer, size);
    close(server);
    return (long)length;
}

int main(void)
{
    static char answer[1000000], url[4000];
    const char *arg = getenv("WIRELAB_ARG");
    long length;

    signal(SIGPIPE, SIG_IGN); /* so a write to a server that has closed fails, and does not end this program */
    snprintf(url, sizeof url, "%s", arg && *arg ? arg : "http://127.0.0.1:8014/menu");
    url[strcspn(url, " ")] = 0;

    /* Here: if the status is 301, 302, 303, 307 or 308, the client must send another request. */
    length = ask(url, answer, sizeof answer);
    if (length < 0)
        return 1;
    fwrite(answer, 1, (size_t)length, stdout);
    return 0;
}
