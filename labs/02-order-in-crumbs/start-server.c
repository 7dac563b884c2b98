/* Lab 2 · your server. It takes each read for a whole order. That is the most common mistake with TCP,
 * and on a good day nobody notices it.
 *
 * Write `next_line`: collect bytes until there is a newline, return the line, and keep what came after
 * it. Check it with: cargo lab check 2 */
#include <netdb.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static int send_all(int to, const void *bytes, size_t length);
static size_t trim(char *text, size_t length);

/* Bytes of a client that are not used yet. They are kept as long as the connection. */
struct heard {
    char bytes[8000];
    size_t length;
};

/* Puts the next line into `line`. Returns its length, or 0 if the client has closed. `heard` is yours. */
static size_t next_line(int client, struct heard *heard, char *line)
{
    /* Here: one read is not one line. */
    ssize_t n = read(client, heard->bytes, 512);

    heard->length = n > 0 ? n : 0;
    memcpy(line, heard->bytes, heard->length);
    return heard->length;
}

static void serve(int client)
{
    struct heard heard = { .length = 0 };
    char line[8100];
    size_t length;

    while ((length = next_line(client, &heard, line)) > 0) {
        length = trim(line, length);
        memcpy(line + length, ", coming up\n", 12);
        if (send_all(client, line, length + 12) < 0)
            return;
    }
}

/* The address in WIRELAB_ADDR, for `bind` and `connect`. Finished. */
static struct addrinfo *address(void)
{
    const char *text = getenv("WIRELAB_ADDR") ? getenv("WIRELAB_ADDR") : "127.0.0.1:8002";
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
    printf("listening on %s\n", getenv("WIRELAB_ADDR") ? getenv("WIRELAB_ADDR") : "127.0.0.1:8002");
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

/* Removes white space at both ends. Returns the new length. Finished. */
static size_t trim(char *text, size_t length)
{
    size_t start = 0;

    while (length > 0 && memchr(" \t\r\n", text[length - 1], 4))
        length--;
    while (start < length && memchr(" \t\r\n", text[start], 4))
        start++;
    length -= start;
    memmove(text, text + start, length);
    text[length] = 0;
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
