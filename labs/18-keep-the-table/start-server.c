/* Lab 18 · your server. It keeps every connection open. It has four faults, which the README lists.
 * Because of each fault, some client waits for ever, or some request is lost.
 *
 * Check it with: cargo lab check 18 */
#include <netdb.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static int send_all(int to, const void *bytes, size_t length);

static void found(char *answer, size_t size, const char *body)
{
    snprintf(answer, size, "HTTP/1.1 200 OK\r\nContent-Length: %zu\r\n\r\n%s", strlen(body), body);
}

/* Answers one request after the other, until the client closes. */
static void serve(int client)
{
    for (;;) {
        /* Here: one read may return the end of this request and the beginning of the next request. Keep these bytes. */
        char received[65536] = "", answer[1000], method[16] = "", target[1000] = "";
        size_t length = 0;
        ssize_t n;

        while (!strstr(received, "\r\n\r\n")) {
            n = read(client, received + length, sizeof received - 1 - length);
            if (n <= 0)
                return;
            length += n;
        }
        sscanf(received, "%15s %999s", method, target);

        /* Here: must the server close after this answer? And does every answer have a Content-Length? */
        strcpy(answer, "HTTP/1.1 404 Not Found\r\n\r\nno such file here\n");
        if (strcmp(target, "/menu.txt") == 0)
            found(answer, sizeof answer, "three tacos\n");
        if (strcmp(target, "/drinks.txt") == 0)
            found(answer, sizeof answer, "one water\n");
        if (strcmp(method, "HEAD") == 0)
            strstr(answer, "\r\n\r\n")[4] = 0;
        if (send_all(client, answer, strlen(answer)) < 0)
            return;
    }
}

/* The address in WIRELAB_ADDR, for `bind` and `connect`. Finished. */
static struct addrinfo *address(void)
{
    const char *text = getenv("WIRELAB_ADDR") ? getenv("WIRELAB_ADDR") : "127.0.0.1:8018";
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
    printf("listening on %s\n", getenv("WIRELAB_ADDR") ? getenv("WIRELAB_ADDR") : "127.0.0.1:8018");
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
