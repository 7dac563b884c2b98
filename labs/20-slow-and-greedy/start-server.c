/* Lab 20 · your server. It waits at most five seconds for each byte. A client that sends a byte every four
 * seconds keeps its connection for over two minutes. A client that never stops uses up the memory.
 *
 * Give the whole head one second. Allow 8,000 bytes for the request line and 16,000 for the head. Answer 408,
 * 414 or 431, and make sure that no reset destroys the answer. Check it with: cargo lab check 20 */
#include <netdb.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

static int send_all(int to, const void *bytes, size_t length);

static void serve(int client)
{
    /* Here: five seconds for each byte do not limit the time of all bytes together. */
    struct timeval wait = { .tv_sec = 5 };
    char *head = calloc(1, 1);
    size_t length = 0;

    setsockopt(client, SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof wait);
    while (!strstr(head, "\r\n\r\n")) {
        char *more = realloc(head, length + 16385);
        ssize_t n = more ? read(client, more + length, 16384) : -1;

        head = more ? more : head;
        if (n <= 0) {
            free(head);
            return;
        }
        length += n;
        head[length] = 0;
    }
    free(head);
    send_all(client,
             "HTTP/1.1 200 OK\r\n"
             "Content-Length: 12\r\n"
             "Connection: close\r\n"
             "\r\n"
             "three tacos\n", 71);
}

/* The address in WIRELAB_ADDR, for `bind` and `connect`. Finished. */
static struct addrinfo *address(void)
{
    const char *text = getenv("WIRELAB_ADDR") ? getenv("WIRELAB_ADDR") : "127.0.0.1:8020";
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
    printf("listening on %s\n", getenv("WIRELAB_ADDR") ? getenv("WIRELAB_ADDR") : "127.0.0.1:8020");
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
