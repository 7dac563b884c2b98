/* Lab 21 · your server. It keeps plates in its memory, but it does not read the body of a request. The server
 * takes the bytes of the body for the next request.
 *
 * Read the body of each request. The README has the order of the steps, and the answers. Check it with:
 * cargo lab check 21 */
#define _GNU_SOURCE
#include <netdb.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

static int send_all(int to, const void *bytes, size_t length);

/* A connection, and the bytes that have come on it and are not used yet. */
struct reader {
    int from;
    size_t length;
    char bytes[65536];
};

/* Waits for more bytes. Returns 1, or 0 if the client has closed or the buffer is full. Finished. */
static int read_more(struct reader *reader)
{
    size_t room = sizeof reader->bytes - reader->length;
    ssize_t n = read(reader->from, reader->bytes + reader->length, room);

    if (n <= 0)
        return 0;
    reader->length += n;
    return 1;
}

/* Removes the first `count` of these bytes. Finished. */
static void drop(struct reader *reader, size_t count)
{
    reader->length -= count;
    memmove(reader->bytes, reader->bytes + count, reader->length);
}

/* A request: the words of its first line, and its header lines, each with a NUL at its end. */
struct request {
    char method[16], target[4000], version[16];
    char lines[100][2000];
    int count;
};

/* Returns the value of the header line `name` without the spaces before it, or NULL if there is no such line.
 * Finished. */
static const char *field(const struct request *head, const char *name)
{
    size_t length = strlen(name);

    for (int i = 0; i < head->count; i++) {
        const char *line = head->lines[i];

        if (strncasecmp(line, name, length) == 0 && line[length] == ':')
            return line + length + 1 + strspn(line + length + 1, " \t");
    }
    return NULL;
}

/* Reads the head of the next request. Returns 1, 0 if the client has closed, or -1 if the bytes are not a request.
 * Finished (lab 10). */
static int read_head(struct reader *reader, struct request *head)
{
    int lines = 0;

    memset(head, 0, sizeof *head);
    for (;;) {
        char *end = memchr(reader->bytes, '\n', reader->length);
        size_t length;

        if (end == NULL) {
            if (!read_more(reader))
                return 0;
            continue;
        }
        length = end - reader->bytes;
        if (length > 0 && reader->bytes[length - 1] == '\r')
            length--;
        if (length == 0) {
            drop(reader, end + 1 - reader->bytes);
            return lines > 0 ? 1 : -1;
        }
        if (length >= sizeof head->lines[0] || head->count == 100)
            return -1;
        if (lines++ == 0) {
            char line[2000] = "", more;

            memcpy(line, reader->bytes, length);
            if (sscanf(line, "%15s %3999s %15s %c", head->method, head->target, head->version, &more) != 3)
                return -1;
        } else {
            char *line = head->lines[head->count++];

            memcpy(line, reader->bytes, length);
            if (strcspn(line, ":") == strlen(line) || strcspn(line, " \t") < strcspn(line, ":"))
                return -1;
        }
        drop(reader, end + 1 - reader->bytes);
    }
}

/* Whether the client wants the connection to close after this answer. Finished. */
static int wants_close(const struct request *head)
{
    const char *how = field(head, "connection");

    return how != NULL && strcasestr(how, "close") != NULL;
}

/* A plate: its name, and the bytes on it. A plate without a name is free. */
struct plate {
    char name[4000];
    char *bytes;
    size_t length;
};

static struct plate plates[1000];

/* Returns the plate with this name. If there is none: a free plate if `make` is 1, or else NULL. Finished. */
static struct plate *plate_named(const char *name, int make)
{
    struct plate *free_one = NULL;

    for (size_t i = 0; i < sizeof plates / sizeof plates[0]; i++) {
        if (strcmp(plates[i].name, name) == 0)
            return &plates[i];
        if (plates[i].name[0] == 0 && free_one == NULL)
            free_one = &plates[i];
    }
    return make ? free_one : NULL;
}

static int answer(int client, const char *status, const void *body, size_t length, int closes)
{
    char head[400];
    int n = snprintf(head, sizeof head, "HTTP/1.1 %s\r\n", status);

    if (strncmp(status, "204", 3) != 0)
        n += snprintf(head + n, sizeof head - n, "Content-Length: %zu\r\n", length);
    n += snprintf(head + n, sizeof head - n, "%s\r\n", closes ? "Connection: close\r\n" : "");
    return send_all(client, head, n) < 0 ? -1 : send_all(client, body, length);
}

static int say(int client, const char *status, const char *body, int closes)
{
    return answer(client, status, body, strlen(body), closes);
}

/* Answers one request after the other, on one connection (lab 18). */
static void serve(int client)
{
    static struct reader reader;
    static struct request head;
    int closes = 0, sent = 0;

    reader.from = client;
    reader.length = 0;
    while (!closes && sent == 0) {
        int put, got = read_head(&reader, &head);
        struct plate *plate;

        if (got < 0)
            say(client, "400 Bad Request", "this is no request\n", 1);
        if (got <= 0)
            return;
        closes = wants_close(&head);
        put = strcmp(head.method, "PUT") == 0;
        plate = plate_named(head.target, 0);

        /* Here: how long is the body? Does the client wait for 100? Do we want the body? Read the body. */

        if (put && plate != NULL) {
            plate->length = 0;
            sent = say(client, "204 No Content", "", closes);
        } else if (put) {
            plate = plate_named(head.target, 1);
            if (plate != NULL)
                strcpy(plate->name, head.target);
            sent = say(client, "201 Created", "", closes);
        } else if (strcmp(head.method, "GET") == 0 && plate != NULL) {
            sent = answer(client, "200 OK", plate->bytes, plate->length, closes);
        } else if (strcmp(head.method, "DELETE") == 0 && plate != NULL) {
            free(plate->bytes);
            memset(plate, 0, sizeof *plate);
            sent = say(client, "204 No Content", "", closes);
        } else if (strcmp(head.method, "GET") == 0 || strcmp(head.method, "DELETE") == 0) {
            sent = say(client, "404 Not Found", "no such plate\n", closes);
        } else {
            sent = say(client, "501 Not Implemented", "GET, PUT, POST and DELETE are all that we know\n", closes);
        }
    }
}

/* The address in WIRELAB_ADDR, for `bind` and `connect`. Finished. */
static struct addrinfo *address(void)
{
    const char *text = getenv("WIRELAB_ADDR") ? getenv("WIRELAB_ADDR") : "127.0.0.1:8021";
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
    printf("listening on %s\n", getenv("WIRELAB_ADDR") ? getenv("WIRELAB_ADDR") : "127.0.0.1:8021");
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
