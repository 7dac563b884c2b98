/* Lab 24 · your server. It gives the same answer to every request.
 *
 * You wrote the other parts in earlier labs: paths that stay in the folder (16), answers that say what they are (17),
 * connections that stay open (18), many clients at once (19), limits (20), bodies and chunks (21, 22), 304 and
 * 206 (23). Put these parts together, in the eight steps of the README. WIRELAB_ROOT contains the path of the
 * folder, and WIRELAB_NOW contains the time to use. Check your server with: cargo lab check 24 */
#include <netdb.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static int send_all(int to, const void *bytes, size_t length);

static void serve(int client)
{
    char head[16001] = "";
    size_t length = 0;
    ssize_t n;

    while (!strstr(head, "\r\n\r\n")) {
        n = read(client, head + length, sizeof head - 1 - length);
        if (n <= 0)
            return;
        length += n;
    }

    /* Here: which file, which method, which version, which part? And does the connection stay open? */
    const char *answer = "HTTP/1.1 200 OK\r\n"
                         "Content-Type: text/plain; charset=utf-8\r\n"
                         "Content-Length: 12\r\n"
                         "Connection: close\r\n"
                         "\r\n"
                         "three tacos\n";

    send_all(client, answer, strlen(answer));
}

/* The address in WIRELAB_ADDR, for `bind` and `connect`. Finished. */
static struct addrinfo *address(void)
{
    const char *text = getenv("WIRELAB_ADDR") ? getenv("WIRELAB_ADDR") : "127.0.0.1:8024";
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
    printf("listening on %s\n", getenv("WIRELAB_ADDR") ? getenv("WIRELAB_ADDR") : "127.0.0.1:8024");
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

static void *run(void *argument)
{
    int client = (int)(long)argument;

    serve(client);
    close(client);
    return NULL;
}

int main(void)
{
    int listener = listening();

    for (;;) {
        int client = accept(listener, NULL, NULL);
        pthread_t thread;

        if (client < 0)
            continue;
        if (pthread_create(&thread, NULL, run, (void *)(long)client) == 0)
            pthread_detach(thread);
        else
            close(client);
    }
}
