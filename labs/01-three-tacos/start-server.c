/* Lab 1 · your server. It accepts every order, even one of 0 tacos. Let it answer 0 tacos with a question.
 *
 * It must answer an order of 0 with the bytes `? how many\n`. All other orders stay as they are.
 * Check it with: cargo lab check 1 */
#include <netdb.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static int send_all(int to, const void *bytes, size_t length);
static size_t read_line(int from, char *line, size_t size);
static size_t trim(char *text, size_t length);

static void serve(int client)
{
    char line[8000];
    size_t length = read_line(client, line, sizeof line);

    if (length == 0 || line[length - 1] != '\n')
        return;
    length = trim(line, length);

    /* Here: how many does the client want? An order of 0 is no order. */
    send_all(client, line, length);
    send_all(client, ", coming up\n", 12);
}

/* The address in WIRELAB_ADDR, for `bind` and `connect`. Finished. */
static struct addrinfo *address(void)
{
    const char *text = getenv("WIRELAB_ADDR") ? getenv("WIRELAB_ADDR") : "127.0.0.1:8001";
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
    printf("listening on %s\n", getenv("WIRELAB_ADDR") ? getenv("WIRELAB_ADDR") : "127.0.0.1:8001");
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

/* Reads a line with its newline, or to the end. Returns the number of bytes. Finished. */
static size_t read_line(int from, char *line, size_t size)
{
    size_t length = 0;

    while (length + 1 < size && read(from, line + length, 1) == 1)
        if (line[length++] == '\n')
            break;
    line[length] = 0;
    return length;
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
