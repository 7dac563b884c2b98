/* Lab 29 · your load balancer. It sends one request to the first server, and the next request to the second server.
 * But the servers see only the balancer's address, and if a server ends, its clients get no answer.
 *
 * The README has the rules. WIRELAB_ARG has the addresses of the servers. Check it with: cargo lab check 29 */
#include <netdb.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static int dial(const char *text);
static int send_all(int to, const void *bytes, size_t length);

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

/* Sends the request to the server. The server closes after its answer. Returns how many bytes came. */
static size_t ask(const char *request, size_t length, const char *address, char *answer, size_t size)
{
    /* Here: which client sent this request? Who wrote the X-Forwarded-For line? The server sees only our address. */
    int server = dial(address);
    size_t got = 0;
    ssize_t n;

    if (server < 0) {
        perror(address);
        return 0;
    }
    send_all(server, request, length);
    /* Here: is the answer complete? Its Content-Length says how many bytes the body has. */
    while ((n = read(server, answer + got, size - got)) > 0)
        got += n;
    close(server);
    return got;
}

static void serve(int client, const char *server)
{
    static char request[65536], answer[1000000];
    size_t length = read_request(client, request, sizeof request);

    if (length == 0)
        return;
    /* Here: send a GET /health to all servers. */
    /* Here: what if no server listens at this address? What if it closes in the middle of its answer? What of a POST?
     * */
    length = ask(request, length, server, answer, sizeof answer);
    if (send_all(client, answer, length) < 0)
        return;
    shutdown(client, SHUT_WR);
    while (read(client, request, sizeof request) > 0)
        ;
}

/* The address in WIRELAB_ADDR, for `bind` and `connect`. Finished. */
static struct addrinfo *address(void)
{
    const char *text = getenv("WIRELAB_ADDR") ? getenv("WIRELAB_ADDR") : "127.0.0.1:8029";
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

/* Connects to `text`, an address like 127.0.0.1:9029. Returns the socket, or -1 if nobody listens there. Finished. */
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
    printf("listening on %s\n", getenv("WIRELAB_ADDR") ? getenv("WIRELAB_ADDR") : "127.0.0.1:8029");
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
    static char words[2000];
    const char *arg = getenv("WIRELAB_ARG");
    char *servers[10];
    int listener = listening(), count = 0;

    snprintf(words, sizeof words, "%s", arg && *arg ? arg : "127.0.0.1:9029 127.0.0.1:9129");
    for (char *word = strtok(words, " "); word != NULL && count < 10; word = strtok(NULL, " "))
        /* Here: if the last word is `proxy`, each connection begins with a PROXY line. */
        if (strcmp(word, "proxy") != 0)
            servers[count++] = word;
    for (int next = 0; count > 0; next = (next + 1) % count) {
        int client = accept(listener, NULL, NULL);

        if (client < 0)
            continue;
        serve(client, servers[next]);
        close(client);
    }
    return 1;
}
