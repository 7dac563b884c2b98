/* Lab 11 · your client. It counts letters, and it prints every answer. Make it count bytes. It must
 * report an error if the body is shorter or longer than announced.
 *
 * WIRELAB_ARG is the order; without it the order is `jalapeño 🌮`. After an error, the exit status must
 * not be 0. Check it with: cargo lab check 11 --client */
#include <netdb.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* The address in WIRELAB_ADDR, for `bind` and `connect`. Finished. */
static struct addrinfo *address(void)
{
    const char *text = getenv("WIRELAB_ADDR") ? getenv("WIRELAB_ADDR") : "127.0.0.1:8011";
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

/* The number of letters in a UTF-8 text. */
static size_t letters(const char *text)
{
    size_t count = 0;

    for (; *text; text++)
        count += (*text & 0xC0) != 0x80;
    return count;
}

int main(void)
{
    const char *order = getenv("WIRELAB_ARG");
    char request[9000];
    size_t counted;
    static char answer[1000000];
    size_t length;
    struct addrinfo *place = address();
    int server = socket(place->ai_family, SOCK_STREAM, 0);

    signal(SIGPIPE, SIG_IGN); /* so a write to a server that has closed fails, and does not end this program */
    if (connect(server, place->ai_addr, place->ai_addrlen) < 0) {
        perror("connect");
        return 1;
    }

    if (!order || !*order)
        order = "jalape\xc3\xb1o \xf0\x9f\x8c\xae";
    /* Here: does this number count letters or bytes? */
    counted = letters(order) + 1;
    snprintf(request, sizeof request,
             "POST /order HTTP/1.1\r\n"
             "Host: tacos.example\r\n"
             "Content-Type: text/plain; charset=utf-8\r\n"
             "Content-Length: %zu\r\n"
             "Connection: close\r\n"
             "\r\n"
             "%s\n", counted, order);
    send_all(server, request, strlen(request));

    /* Here: read up to the empty line, then exactly as many bytes as announced. */
    length = read_all(server, answer, sizeof answer);
    fwrite(answer, 1, length, stdout);
    return 0;
}
