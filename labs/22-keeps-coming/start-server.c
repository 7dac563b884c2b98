/* Lab 22 · your server. It accepts orders that have a length, and refuses all other orders.
 *
 * Two functions are yours. `ends` says where the body of a request ends. You must add `chunks`,
 * which reads a chunked body. The README has the rules and the sentences. Check it with: cargo lab check 22 */
#define _GNU_SOURCE
#include <dirent.h>
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

/* Why a request is refused. */
struct refusal {
    const char *status, *why;
};

/* Here: where does the body end? The README has the rules, in their order. Now the result is a length, or a refusal. */
static long ends(const struct request *head, struct refusal *refusal)
{
    const char *digits = field(head, "content-length") ? field(head, "content-length") : "0";

    if (field(head, "transfer-encoding")) {
        *refusal = (struct refusal){ "411 Length Required", "in one piece, please, and with its length" };
        return -1;
    }
    if (*digits == 0 || digits[strspn(digits, "0123456789")] != 0) {
        *refusal = (struct refusal){ "400 Bad Request", "a length is made of digits" };
        return -1;
    }
    return strtol(digits, NULL, 10);
}

static void refuse(int client, struct refusal refusal)
{
    char answer[500], rest[4096];

    snprintf(answer, sizeof answer, "HTTP/1.1 %s\r\nContent-Length: %zu\r\nConnection: close\r\n\r\n%s\n",
             refusal.status, strlen(refusal.why) + 1, refusal.why);
    if (send_all(client, answer, strlen(answer)) < 0)
        return;
    shutdown(client, SHUT_WR);
    while (read(client, rest, sizeof rest) > 0)
        ; /* so that no reset destroys the answer */
}

/* Begins an answer in chunks. Nothing needs to be changed here. */
static int begin(int client, int closes)
{
    char head[200];

    snprintf(head, sizeof head, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: Dishes\r\n%s\r\n",
             closes ? "Connection: close\r\n" : "");
    return send_all(client, head, strlen(head));
}

/* One chunk: its size in hexadecimal digits, and its bytes. */
static int chunk(int client, const void *bytes, size_t length)
{
    char size[32];

    snprintf(size, sizeof size, "%zx\r\n", length);
    if (send_all(client, size, strlen(size)) < 0 || send_all(client, bytes, length) < 0)
        return -1;
    return send_all(client, "\r\n", 2);
}

/* The last chunk, and how many there were. */
static int end(int client, int count)
{
    char last[64];

    snprintf(last, sizeof last, "0\r\nDishes: %d\r\n\r\n", count);
    return send_all(client, last, strlen(last));
}

static int by_name(const void *one, const void *other)
{
    return strcmp(*(char *const *)one, *(char *const *)other);
}

/* The names of the files in the folder, a chunk each. */
static int send_names(int client, int closes)
{
    const char *root = getenv("WIRELAB_ROOT") ? getenv("WIRELAB_ROOT") : "labs/22-keeps-coming/files";
    DIR *folder = opendir(root);
    char *names[1000], line[1000];
    int count = 0, sent = begin(client, closes);

    for (struct dirent *file; folder != NULL && count < 1000 && (file = readdir(folder)) != NULL;)
        if (file->d_name[0] != '.')
            names[count++] = strdup(file->d_name);
    if (folder != NULL)
        closedir(folder);
    qsort(names, count, sizeof names[0], by_name);
    for (int i = 0; i < count; i++) {
        snprintf(line, sizeof line, "%s\n", names[i]);
        sent = sent < 0 ? sent : chunk(client, line, strlen(line));
        free(names[i]);
    }
    return sent < 0 ? sent : end(client, count);
}

/* Each line of the order, a chunk each. */
static int send_dishes(int client, const char *order, size_t length, int closes)
{
    const char *line = order, *stop = order + length;
    int count = 0, sent = begin(client, closes);

    while (line < stop && sent == 0) {
        const char *next = memchr(line, '\n', stop - line), *over = next ? next : stop;
        size_t dish = over - line - (over > line && over[-1] == '\r');
        char *said = malloc(dish + 20);

        if (said == NULL)
            return -1;
        memcpy(said, line, dish);
        memcpy(said + dish, ", coming up\n", 12);
        sent = chunk(client, said, dish + 12);
        free(said);
        count++;
        line = over + 1;
    }
    return sent < 0 ? sent : end(client, count);
}

static void serve(int client)
{
    static struct reader reader;
    static struct request head;
    struct refusal refusal = { "400 Bad Request", "no request" };
    int closes = 0, sent = 0;

    reader.from = client;
    reader.length = 0;
    while (!closes && sent == 0) {
        int got = read_head(&reader, &head);
        long length = got > 0 ? ends(&head, &refusal) : -1;

        if (got == 0)
            return;
        if (length < 0 || length > (long)sizeof reader.bytes) {
            refuse(client, refusal);
            return;
        }
        closes = wants_close(&head);
        while (reader.length < (size_t)length)
            if (!read_more(&reader))
                return;
        if (strcmp(head.method, "GET") == 0)
            sent = send_names(client, closes);
        else
            sent = send_dishes(client, reader.bytes, length, closes);
        drop(&reader, length);
    }
}

/* The address in WIRELAB_ADDR, for `bind` and `connect`. Finished. */
static struct addrinfo *address(void)
{
    const char *text = getenv("WIRELAB_ADDR") ? getenv("WIRELAB_ADDR") : "127.0.0.1:8022";
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
    printf("listening on %s\n", getenv("WIRELAB_ADDR") ? getenv("WIRELAB_ADDR") : "127.0.0.1:8022");
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
