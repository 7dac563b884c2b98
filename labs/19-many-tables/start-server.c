/* Lab 19 · your server. Four threads share the work, as in some tutorials. Four clients that send nothing
 * end all four threads. Write a server that no client can stop, and that refuses clients if no place is free.
 *
 * You need eight threads, and places for 24 more clients that wait. Check it with: cargo lab check 19 */
#include <netdb.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

static int send_all(int to, const void *bytes, size_t length);

/* The bytes that have come from a client. The bytes from `next` on are not used yet. */
struct heard {
    int client;
    char bytes[4096];
    size_t next, length;
};

/* Puts the next line into `line`, without the line end, and cut to `size`. Returns 0, or -1 if the client has closed.
 * Finished. */
static int read_line(struct heard *heard, char *line, size_t size)
{
    size_t used = 0;

    for (;;) {
        char byte;

        if (heard->next == heard->length) {
            ssize_t n = read(heard->client, heard->bytes, sizeof heard->bytes);

            if (n <= 0)
                return -1;
            heard->next = 0;
            heard->length = (size_t)n;
        }
        byte = heard->bytes[heard->next++];
        if (byte == '\n')
            break;
        if (byte != '\r' && used + 1 < size)
            line[used++] = byte;
    }
    line[used] = 0;
    return 0;
}

/* Answers one request after the other. `GET /share/3` shares twelve tacos among three people. */
static void serve(int client)
{
    struct heard heard = { .client = client };
    char line[8000], answer[400], body[100], *path, *end;

    for (;;) {
        const char *status = "200 OK";
        long number;
        int stays = 1;

        /* Here: a client may close without a request, close in the middle of a request, or send nothing. */
        if (read_line(&heard, line, sizeof line) < 0)
            pthread_exit(NULL);
        path = strchr(line, ' ') ? strchr(line, ' ') + 1 : line;
        path[strcspn(path, " ")] = 0;
        number = strncmp(path, "/share/", 7) == 0 ? strtol(path + 7, &end, 10) : -1;
        if (number < 0 || path[7] == 0 || *end != 0) {
            status = "404 Not Found";
            strcpy(body, "ask for /share/ and a number\n");
        } else {
            snprintf(body, sizeof body, "%ld tacos each\n", 12 / number);
        }
        do {
            if (read_line(&heard, line, sizeof line) < 0)
                pthread_exit(NULL);
            if (strcasecmp(line, "Connection: close") == 0)
                stays = 0;
        } while (*line);

        snprintf(answer, sizeof answer,
                 "HTTP/1.1 %s\r\n"
                 "Content-Length: %zu\r\n"
                 "%s\r\n%s", status, strlen(body), stays ? "" : "Connection: close\r\n", body);
        if (send_all(client, answer, strlen(answer)) < 0 || !stays)
            return;
    }
}

/* The clients that wait for a thread. */
struct waiting {
    int client;
    struct waiting *next;
};

static struct waiting *first, **last = &first;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t came = PTHREAD_COND_INITIALIZER;

/* Puts a client at the end of the queue. */
static void put(int client)
{
    struct waiting *new = malloc(sizeof *new);

    /* Here: this queue has no limit. */
    if (new == NULL)
        exit(1);
    new->client = client;
    new->next = NULL;
    pthread_mutex_lock(&lock);
    *last = new;
    last = &new->next;
    pthread_cond_signal(&came);
    pthread_mutex_unlock(&lock);
}

/* Takes the first client out of the queue. Waits if the queue is empty. */
static int take(void)
{
    struct waiting *taken;
    int client;

    pthread_mutex_lock(&lock);
    while (first == NULL)
        pthread_cond_wait(&came, &lock);
    taken = first;
    first = taken->next;
    if (first == NULL)
        last = &first;
    pthread_mutex_unlock(&lock);
    client = taken->client;
    free(taken);
    return client;
}

static void *work(void *unused)
{
    (void)unused;
    for (;;) {
        int client = take();

        /* Here: what happens to the connection and to this thread when `serve` ends the thread? And to the program
         * when somebody asks for /share/0? */
        serve(client);
        close(client);
    }
    return NULL;
}

/* The address in WIRELAB_ADDR, for `bind` and `connect`. Finished. */
static struct addrinfo *address(void)
{
    const char *text = getenv("WIRELAB_ADDR") ? getenv("WIRELAB_ADDR") : "127.0.0.1:8019";
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
    printf("listening on %s\n", getenv("WIRELAB_ADDR") ? getenv("WIRELAB_ADDR") : "127.0.0.1:8019");
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

    for (int count = 0; count < 4; count++) {
        pthread_t thread;

        pthread_create(&thread, NULL, work, NULL);
    }
    for (;;) {
        int client = accept(listener, NULL, NULL);

        if (client >= 0)
            put(client);
    }
}
