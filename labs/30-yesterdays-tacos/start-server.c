/* Lab 30 · your cache. It stores every answer for ever, and sends it to every client that asks for the
 * same path. So a client may get the menu of another client. Change it: it must follow the rules of the README.
 *
 * WIRELAB_ARG contains the address of the server, and WIRELAB_NOW contains the time to use. Check it with:
 * cargo lab check 30 */
#include <netdb.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static int dial(const char *text);
static int send_all(int to, const void *bytes, size_t length);

/* A place in the store. Without a target it is free. */
struct stored {
    char target[4000];
    char *answer;
    size_t length;
};

enum { PLACES = 1000 };

static struct stored stored[PLACES];

/* Reads the head of a request. (A POST also has a body: read as many bytes as its Content-Length says.) Returns
 * the length of the head, or 0 if the client has closed or the head is too long. */
static size_t read_request(int client, char *request, size_t size)
{
    size_t length = 0;

    request[0] = 0;
    while (!strstr(request, "\r\n\r\n")) {
        ssize_t n = read(client, request + length, size - 1 - length);

        if (n <= 0)
            return 0;
        length += n;
        request[length] = 0;
    }
    return length;
}

/* Sends the request to the server, with the line `Via`. The server closes after its answer.
 * Returns how many bytes came. */
static size_t ask(const char *request, char *answer, size_t size)
{
    const char *upstream = getenv("WIRELAB_ARG"), *last = strstr(request, "Connection: close\r\n");
    size_t first = last ? (size_t)(last - request) : strlen(request), got = 0;
    int server = dial(upstream && *upstream ? upstream : "127.0.0.1:9030");
    ssize_t n;

    if (server < 0) {
        perror("connect");
        return 0;
    }
    send_all(server, request, first);
    send_all(server, "Via: 1.1 cache\r\n", last ? 16 : 0);
    send_all(server, request + first, strlen(request + first));
    /* Here: is the answer complete? Its Content-Length says how many bytes the body has. */
    while ((n = read(server, answer + got, size - got)) > 0)
        got += n;
    close(server);
    return got;
}

/* Returns the place of this target in the store, or a free place. If no place is free, it deletes the last answer. */
static struct stored *stored_for(const char *target)
{
    size_t at = 0;

    while (at < PLACES - 1 && stored[at].target[0] && strcmp(stored[at].target, target) != 0)
        at++;
    if (strcmp(stored[at].target, target) != 0) {
        free(stored[at].answer);
        memset(&stored[at], 0, sizeof stored[at]);
    }
    return &stored[at];
}

static void serve(int client)
{
    static char request[65536], answer[1000000];
    char target[4000] = "";
    struct stored *found;

    if (read_request(client, request, sizeof request) == 0 || sscanf(request, "%*s %3999s", target) != 1)
        return;
    found = stored_for(target);
    /* Here: for which request was this answer made? How old is the answer? May we send it? Add `Age`. */
    if (found->target[0] == 0) {
        size_t length = ask(request, answer, sizeof answer);

        /* Here: which answers must we not store? */
        found->answer = malloc(length + 1);
        if (found->answer == NULL)
            return;
        memcpy(found->answer, answer, length);
        found->length = length;
        strcpy(found->target, target);
    }
    if (send_all(client, found->answer, found->length) < 0)
        return;
    shutdown(client, SHUT_WR);
    while (read(client, request, sizeof request) > 0)
        ;
}

/* The address in WIRELAB_ADDR, for `bind` and `connect`. Finished. */
static struct addrinfo *address(void)
{
    const char *text = getenv("WIRELAB_ADDR") ? getenv("WIRELAB_ADDR") : "127.0.0.1:8030";
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

/* Connects to `text`, an address like 127.0.0.1:9030. Returns the socket, or -1 if nobody listens there. Finished. */
static int dial(const char *text)
{
    const char *port = strrchr(text, ':') ? strrchr(text, ':') + 1 : text;
    struct addrinfo wanted = { .ai_socktype = SOCK_STREAM }, *found;
    char host[256] = "";
    int server;

    snprintf(host, sizeof host, "%.*s", port == text ? 0 : (int)(port - 1 - text), text);
    if (getaddrinfo(host, port, &wanted, &found) != 0)
        return -1;
    server = socket(found->ai_family, SOCK_STREAM, 0);
    if (connect(server, found->ai_addr, found->ai_addrlen) < 0) {
        close(server);
        server = -1;
    }
    freeaddrinfo(found);
    return server;
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
    printf("listening on %s\n", getenv("WIRELAB_ADDR") ? getenv("WIRELAB_ADDR") : "127.0.0.1:8030");
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
