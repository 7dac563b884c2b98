/* Lab 1 · your client. It always orders three tacos. Make it order what you tell it.
 *
 * It must send the words in WIRELAB_ARG, and a newline: if they are `0 tacos`, it sends `0 tacos\n`. Without
 * such words it sends `3 tacos\n`, as now. Check it with: cargo lab check 1 --client */
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
    static char answer[1000000];
    size_t length;
    struct addrinfo *place = address();
    int server = socket(place->ai_family, SOCK_STREAM, 0);

    signal(SIGPIPE, SIG_IGN); /* so a write to a server that has closed fails, and does not end this program */
    if (connect(server, place->ai_addr, place->ai_addrlen) < 0) {
        perror("connect");
        return 1;
    }

    /* Here: which words should it send? getenv("WIRELAB_ARG") has them. */
    send_all(server, "3 tacos\n", 8);

    length = read_all(server, answer, sizeof answer);
    fwrite(answer, 1, length, stdout);
    return 0;
}
