/* Lab 11 · your server. It reads until the client closes, and it counts letters. Mend both faults.
 *
 * Read exactly as many bytes as the client announces, and announce exactly as many bytes as you send. Answer
 * a length that is not made of digits with `400 Bad Request` and `a length is made of digits\n`, and
 * a length above 8000 with `413 Content Too Large` and `we take 8000 bytes and no more\n`.
 * Check it with: cargo lab check 11 */
#include <netdb.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static int send_all(int to, const void *bytes, size_t length);
static size_t trim(char *text, size_t length);
static size_t read_all(int from, char *bytes, size_t size);

/* The number of letters in a UTF-8 text. */
static size_t letters(const char *text)
{
    size_t count = 0;

    for (; *text; text++)
        count += (*text & 0xC0) != 0x80;
    return count;
}

static void answer(int client, const char *status, const char *body)
{
    char head[9000];
    /* Here: does this number count letters or bytes? */
    size_t length = letters(body);

    snprintf(head, sizeof head,
             "HTTP/1.1 %s\r\n"
             "Content-Type: text/plain; charset=utf-8\r\n"
             "Content-Length: %zu\r\n"
             "Connection: close\r\n"
             "\r\n", status, length);
    send_all(client, head, strlen(head));
    send_all(client, body, strlen(body));
}

static void serve(int client)
{
    static char heard[100001];
    size_t length;
    char *order;

    /* Here: the client waits for an answer and does not close. Where does the order end? */
    length = read_all(client, heard, sizeof heard - 20);
    heard[length] = 0;
    if (!(order = strstr(heard, "\r\n\r\n")))
        return;
    order += 4;
    fprintf(stderr, "the head says:\n%.*s", (int)(order - heard), heard);
    strcpy(order + trim(order, strlen(order)), ", coming up\n");
    answer(client, "200 OK", order);
}

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
    printf("listening on %s\n", getenv("WIRELAB_ADDR") ? getenv("WIRELAB_ADDR") : "127.0.0.1:8011");
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
