/* Lab 15 · your relay. It reads all bytes from the client, passes them on, then reads all bytes from
 * the server. Use the relay with your browser: the page never comes. Why?
 *
 * The relay must pass on each piece as soon as the piece comes, in both directions, and also the end
 * of each direction. WIRELAB_ARG is the address of the server. Check it with: cargo lab check 15 */
#include <netdb.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static int send_all(int to, const void *bytes, size_t length);
static size_t read_all(int from, char *bytes, size_t size);

/* Connects to the server, whose address is in WIRELAB_ARG. Returns the socket, or -1. Finished. */
static int upstream(void)
{
    const char *text = getenv("WIRELAB_ARG");
    struct addrinfo wanted = { .ai_socktype = SOCK_STREAM }, *place;
    char host[256], *port;
    int server;

    snprintf(host, sizeof host, "%s", text && *text ? text : "127.0.0.1:8009");
    port = strrchr(host, ':');
    if (port == NULL)
        return -1;
    *port++ = 0;
    if (getaddrinfo(host, port, &wanted, &place) != 0)
        return -1;
    server = socket(place->ai_family, SOCK_STREAM, 0);
    if (connect(server, place->ai_addr, place->ai_addrlen) < 0) {
        perror("connect");
        close(server);
        server = -1;
    }
    freeaddrinfo(place);
    return server;
}

static void serve(int client)
{
    static char bytes[1000000];
    int server = upstream();
    size_t length;

    if (server < 0)
        return;
    /* Here: read_all waits for the end of the client. A browser does not end before the answer. */
    length = read_all(client, bytes, sizeof bytes);
    send_all(server, bytes, length);

    length = read_all(server, bytes, sizeof bytes);
    send_all(client, bytes, length);
    close(server);
}

/* The address in WIRELAB_ADDR, for `bind` and `connect`. Finished. */
static struct addrinfo *address(void)
{
    const char *text = getenv("WIRELAB_ADDR") ? getenv("WIRELAB_ADDR") : "127.0.0.1:8015";
    const char *colon = strrchr(text, ':');
    struct addrinfo wanted = { .ai_socktype = SOCK_STREAM }, *found;
    char host[256] = "";

    if (colon != NULL)
        snprintf(host, sizeof host, "%.*s", (int)(colon - text), text);
    if (colon == NULL || getaddrinfo(host, colon + 1, &wanted, &found) != 0) {
        fprintf(stderr, "WIRELAB_ADDR: %s is not an address such as 127.0.0.1:8009\n", text);
        exit(2);
    }
    return found;
}

/* Makes a socket that listens at this address. Finished. */
static int listening(void)
{
    struct addrinfo *place = address();
    int on = 1, listener = socket(place->ai_family, SOCK_STREAM, 0);

    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    signal(SIGPIPE, SIG_IGN); /* so a write to a client that has left fails, and does not end this program */
    if (bind(listener, place->ai_addr, place->ai_addrlen) < 0 || listen(listener, 128) < 0) {
        perror("listen");
        exit(1);
    }
    printf("listening on %s\n", getenv("WIRELAB_ADDR") ? getenv("WIRELAB_ADDR") : "127.0.0.1:8015");
    fflush(stdout);
    return listener;
}

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
    int listener = listening();

    for (;;) {
        int client = accept(listener, NULL, NULL);

        if (client < 0)
            continue;
        serve(client);
        close(client);
    }
}
