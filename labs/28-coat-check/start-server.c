/* Lab 28 · your server. It reads forms and answers, but it stores the dishes for one connection only. Each
 * request comes on a new connection, so the server forgets each order.
 *
 * Give each new client a ticket in a cookie, and store the dishes under the ticket. Decode the form. The README lists
 * the rules and the answers. `getrandom` or /dev/urandom gives random bytes. Check it with: cargo lab check 28 */
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

/* What one client has ordered. */
struct table {
    char dishes[100][2000];
    int count;
};

/* A text that grows at its end. A piece that does not fit is left out. */
struct text {
    size_t length;
    char bytes[400000];
};

static void put(struct text *text, const char *more)
{
    size_t length = strlen(more);

    if (text->length + length < sizeof text->bytes) {
        memcpy(text->bytes + text->length, more, length + 1);
        text->length += length;
    }
}

/* The page: the order so far, and the form. Finished. What somebody typed must not become HTML. */
static const char *page(const struct table *table)
{
    static struct text page;

    page.length = 0;
    put(&page, "<!doctype html>\n<title>Your table</title>\n");
    put(&page, table->count ? "<ol>\n" : "<p>Nothing yet.</p>\n");
    for (int i = 0; i < table->count; i++) {
        put(&page, "<li>");
        for (const char *byte = table->dishes[i]; *byte; byte++) {
            const char one[2] = { *byte, 0 };

            put(&page, *byte == '&' ? "&amp;" : *byte == '<' ? "&lt;" : one);
        }
        put(&page, "</li>\n");
    }
    put(&page, table->count ? "</ol>\n" : "");
    put(&page, "<form method=post action=/order>\n<input name=dish> <button>Order</button>\n</form>\n");
    return page.bytes;
}

/* Sends the answer. `more`: more header lines, each with its \r\n. Finished. */
static void answer(int client, const char *status, const char *more, const char *body)
{
    char head[2000], length[100], rest[4096];
    const char *kind = strncmp(status, "200", 3) == 0 ? "html" : "plain";

    snprintf(head, sizeof head, "HTTP/1.1 %s\r\n%s", status, more);
    if (*body) {
        snprintf(length, sizeof length, "Content-Type: text/%s; charset=utf-8\r\n", kind);
        strcat(head, length);
    }
    snprintf(length, sizeof length, "Content-Length: %zu\r\nConnection: close\r\n\r\n", strlen(body));
    strcat(head, length);
    if (send_all(client, head, strlen(head)) < 0 || send_all(client, body, strlen(body)) < 0)
        return;
    shutdown(client, SHUT_WR);
    while (read(client, rest, sizeof rest) > 0)
        ;
}

/* One request, one answer. */
static void serve(int client)
{
    static struct reader reader;
    static struct request head;
    /* Here: the program forgets these dishes when the connection ends. Store the dishes of all clients, under their
     * tickets. */
    static struct table table;
    const char *cookie;
    size_t length = 0;

    table.count = 0;
    reader.from = client;
    reader.length = 0;
    if (read_head(&reader, &head) <= 0)
        return;
    if (field(&head, "content-length"))
        length = strtoul(field(&head, "content-length"), NULL, 10);
    while (reader.length < length)
        if (!read_more(&reader))
            return;

    /* `Cookie: theme=dark; ticket=...`: which ticket is in this line, and has this server made it? */
    cookie = field(&head, "cookie");
    (void)cookie;

    if (strcmp(head.method, "GET") == 0 && strcmp(head.target, "/") == 0) {
        answer(client, "200 OK", "", page(&table));
    } else if (strcmp(head.method, "POST") == 0 && strcmp(head.target, "/order") == 0) {
        /* Here: `dish=3+nachos&note=hot` is a form. Cut the form, and then decode its parts. */
        snprintf(table.dishes[table.count++], sizeof table.dishes[0], "%.*s", (int)length, reader.bytes);
        answer(client, "200 OK", "", page(&table));
    } else {
        answer(client, "404 Not Found", "", "no such page\n");
    }
}

/* The address in WIRELAB_ADDR, for `bind` and `connect`. Finished. */
static struct addrinfo *address(void)
{
    const char *text = getenv("WIRELAB_ADDR") ? getenv("WIRELAB_ADDR") : "127.0.0.1:8028";
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
    printf("listening on %s\n", getenv("WIRELAB_ADDR") ? getenv("WIRELAB_ADDR") : "127.0.0.1:8028");
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
