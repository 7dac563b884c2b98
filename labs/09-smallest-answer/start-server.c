/* Lab 9 · your server. It reads the request to its end, but its answer has no head. Write the answer.
 *
 * It must send the five lines and the twelve bytes of the README's transcript, and hang up.
 * Check it with: cargo lab check 9 */
#include <netdb.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static int send_all(int to, const void *bytes, size_t length);

static void serve(int client)
{
    char head[65536] = "";
    size_t length = 0;
    ssize_t n;

    while (!strstr(head, "\r\n\r\n")) {
        n = read(client, head + length, sizeof head - 1 - length);
        if (n <= 0)
            return;
        length += n;
    }

    /* Here: a status line, the header lines, the empty line, and the body. */
    send_all(client, "three tacos\n", 12);
}

/* The address in WIRELAB_ADDR, for `bind` and `connect`. Finished. */
static struct addrinfo *address(void)
{
    const char *text = getenv("WIRELAB_ADDR") ? getenv("WIRELAB_ADDR") : "127.0.0.1:8009";
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
    printf("listening on %s\n", getenv("WIRELAB_ADDR") ? getenv("WIRELAB_ADDR") : "127.0.0.1:8009");
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
