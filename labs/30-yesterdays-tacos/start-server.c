/* Lab 30 · your cache. It keeps every answer for ever, and gives it to everybody who asks for the same path. So a
 * client gets somebody else's menu. Which rules must it learn?
 *
 * The README has the rules. WIRELAB_ARG is the address of the server behind it, and WIRELAB_NOW its clock. Check it
 * with: cargo lab check 30 */
#include <netdb.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static int dial(const char *text);
static int send_all(int to, const void *bytes, size_t length);

/* An answer in the store; one without a target is free. */
struct stored {
    char target[4000];
    char *answer;
    size_t length;
};

static struct stored stored[1000];

/* The head of a request. (A POST has a body, too: read as many bytes as its Content-Length says.) Returns its
 * length; 0 when the client has left. */
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

/* Asks the server behind us, which closes after its answer. The request gets one more line before the last one.
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
    /* Here: is it whole? Its Content-Length says how many bytes the body has. */
    while ((n = read(server, answer + got, size - got)) > 0)
        got += n;
    close(server);
    return got;
}

/* The answer to this target in the store; without one a free place. */
static struct stored *stored_for(const char *target)
{
    size_t at = 0;

    while (at < 999 && stored[at].target[0] && strcmp(stored[at].target, target) != 0)
        at++;
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
    /* Here: for whom was it, how old is it, and may it be given at all? And where is its Age? */
    if (found->target[0] == 0) {
        size_t length = ask(request, answer, sizeof answer);

        /* Here: not every answer may be stored. */
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
    const char *port = strrchr(text, ':') + 1;
    struct addrinfo wanted = { .ai_socktype = SOCK_STREAM }, *found;
    char host[256] = "";

    snprintf(host, sizeof host, "%.*s", (int)(port - 1 - text), text);
    if (getaddrinfo(host, port, &wanted, &found) != 0) {
        fprintf(stderr, "%s is no address\n", text);
        exit(2);
    }
    return found;
}

/* A connection to `text`, an address like 127.0.0.1:9030; -1 when nobody listens there. Finished. */
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

/* A socket that listens there. Finished. */
static int listening(void)
{
    struct addrinfo *place = address();
    int on = 1, listener = socket(place->ai_family, SOCK_STREAM, 0);

    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    signal(SIGPIPE, SIG_IGN); /* a client that left is an error of write, and not the end of this program */
    if (bind(listener, place->ai_addr, place->ai_addrlen) < 0 || listen(listener, 128) < 0) {
        perror("listen");
        exit(1);
    }
    printf("listening on %s\n", getenv("WIRELAB_ADDR") ? getenv("WIRELAB_ADDR") : "127.0.0.1:8030");
    fflush(stdout);
    return listener;
}

/* Sends all bytes; 0, or -1 when the client has left. Finished. */
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
