/* Lab 27 · your server. It reads only once, and answers in HTTP. A client that speaks TLS cannot
 * read an HTTP answer.
 *
 * Read the whole ClientHello, find the name of the site, and answer with an alert. The README has the form
 * of a ClientHello, and the table of alerts. Check it with: cargo lab check 27 */
#include <netdb.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static const char NOT_TLS[] = "HTTP/1.1 400 Bad Request\r\n"
                              "Content-Type: text/plain\r\n"
                              "Content-Length: 28\r\n"
                              "Connection: close\r\n"
                              "\r\n"
                              "this port speaks https: TLS\n";

static int send_all(int to, const void *bytes, size_t length);

/* An alert record: type 21, version, length 2, level 2 (fatal), reason. Finished. */
int send_alert(int client, unsigned char reason)
{
    const unsigned char record[7] = { 21, 3, 3, 0, 2, 2, reason };

    return send_all(client, record, sizeof record);
}

static void serve(int client)
{
    /* Here: a ClientHello may come in many pieces, and in several records. */
    unsigned char hello[4096] = { 0 };
    ssize_t n = read(client, hello, sizeof hello);

    if (n < 0)
        return;
    fprintf(stderr, "%zd bytes came, they begin with %02x\n", n, hello[0]);

    /* Here: if the first byte is not a letter, the client speaks TLS. Which alert must you send? */
    if (send_all(client, NOT_TLS, strlen(NOT_TLS)) < 0)
        return;
    shutdown(client, SHUT_WR);
    while (read(client, hello, sizeof hello) > 0)
        ;
}

/* The address in WIRELAB_ADDR, for `bind` and `connect`. Finished. */
static struct addrinfo *address(void)
{
    const char *text = getenv("WIRELAB_ADDR") ? getenv("WIRELAB_ADDR") : "127.0.0.1:8027";
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
    printf("listening on %s\n", getenv("WIRELAB_ADDR") ? getenv("WIRELAB_ADDR") : "127.0.0.1:8027");
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
