/* Lab 10 · your server. It cuts header lines at the wrong places. Write its parser by the rules of the
 * README: first the names and values, then the eight refusals.
 *
 * You write `understand` and `members`. The rest is finished: the answer, the words of each refusal,
 * and the code that reads the head. Check it with: cargo lab check 10 */
#include <ctype.h>
#include <netdb.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { MOST_FIELDS = 1000, LONGEST_HEAD = 65536 };

/* Some bytes of the head. In C a text ends at a NUL. These bytes may contain NULs. */
struct bytes {
    const char *at;
    size_t length;
};

/* A name in small letters, and the value without outer spaces. */
struct field {
    struct bytes name, value;
};

/* The words of the refusals, in the order in which you test the rules on a line. */
#define LINE_END "a line does not end in CR LF"
#define BARE_CR "a CR without its LF"
#define FOLDED "a line begins with white space"
#define NO_COLON "a line has no colon"
#define SPACE_BEFORE_COLON "white space before the colon"
#define BAD_NAME "a name is empty or has a forbidden byte"
#define BAD_VALUE "a value has a control byte"
#define NOT_ONE_HOST "there must be one Host line, and only one"

static int send_all(int to, const void *bytes, size_t length);

static struct bytes trimmed(char *at, size_t length)
{
    while (length > 0 && isspace((unsigned char)*at))
        at++, length--;
    while (length > 0 && isspace((unsigned char)at[length - 1]))
        length--;
    return (struct bytes){ at, length };
}

/* Takes the header lines, each with its line end, and fills in the fields. Returns NULL, or the words of the
 * first rule that is broken. */
static const char *understand(char *lines, size_t length, struct field *fields, int *count)
{
    char *line = lines, *end = lines + length;

    /* Here: this code cuts each line at every colon, and makes each letter of a value a small letter. */
    *count = 0;
    while (line < end && *count < MOST_FIELDS) {
        char *next = memchr(line, '\n', end - line), *stop = next ? next : end;
        char *colon = memchr(line, ':', stop - line), *value = colon ? colon + 1 : stop;
        char *second = memchr(value, ':', stop - value);

        if (second)
            stop = second;
        for (char *byte = value; byte < stop; byte++)
            *byte = tolower((unsigned char)*byte);
        fields[*count].name = (struct bytes){ line, (colon ? colon : stop) - line };
        fields[*count].value = trimmed(value, stop - value);
        ++*count;
        line = next ? next + 1 : end;
    }
    return *count == 0 ? NO_COLON : NULL;
}

/* Puts the members of the list `name` into `found`: from all lines with this name, in the order of the lines,
 * without empty members. Returns the number of members. */
static int members(const struct field *fields, int count, const char *name, struct bytes *found)
{
    int last = 0;

    /* Here: this code takes only the last line with this name, and does not cut its value at the commas. */
    for (int i = 0; i < count; i++) {
        const struct bytes *own = &fields[i].name;

        if (own->length == strlen(name) && memcmp(own->at, name, own->length) == 0) {
            found[0] = fields[i].value;
            last = 1;
        }
    }
    return last;
}

static void add(char **to, const char *bytes, size_t length)
{
    memcpy(*to, bytes, length);
    *to += length;
}

/* Writes one line for each field, with the value in brackets. The last line has all members of the list Salsa.
 * Returns the length. Finished. */
static size_t receipt(char *to, const struct field *fields, int count)
{
    static struct bytes salsas[LONGEST_HEAD];
    int many = members(fields, count, "salsa", salsas);
    char *next = to;

    for (int i = 0; i < count; i++) {
        add(&next, fields[i].name.at, fields[i].name.length);
        add(&next, ": [", 3);
        add(&next, fields[i].value.at, fields[i].value.length);
        add(&next, "]\n", 2);
    }
    add(&next, "all salsas:", 11);
    for (int i = 0; i < many; i++) {
        add(&next, " [", 2);
        add(&next, salsas[i].at, salsas[i].length);
        add(&next, "]", 1);
    }
    add(&next, "\n", 1);
    return next - to;
}

/* Returns the end of the header lines, where the empty line begins, or NULL if the empty line has not come
 * yet. Finished. */
static char *end_of_head(char *head, size_t length)
{
    for (size_t i = 0; i + 3 <= length; i++)
        if (memcmp(head + i, "\n\r\n", 3) == 0)
            return head + i + 1;
    return NULL;
}

static void serve(int client)
{
    static char head[LONGEST_HEAD], body[4 * LONGEST_HEAD];
    static struct field fields[MOST_FIELDS];
    char start[200], *first, *end;
    size_t length = 0, written;
    const char *why;
    int count;

    /* The head, up to the empty line. The server ignores the bytes after the empty line. */
    while ((end = end_of_head(head, length)) == NULL) {
        ssize_t n = read(client, head + length, sizeof head - length);

        if (n <= 0)
            return;
        length += n;
    }
    first = memchr(head, '\n', length);
    first = first + 1;

    why = understand(first, end - first, fields, &count);
    if (why)
        written = sprintf(body, "%s\n", why);
    else
        written = receipt(body, fields, count);
    snprintf(start, sizeof start,
             "HTTP/1.1 %s\r\n"
             "Content-Type: text/plain\r\n"
             "Content-Length: %zu\r\n"
             "Connection: close\r\n"
             "\r\n", why ? "400 Bad Request" : "200 OK", written);
    if (send_all(client, start, strlen(start)) == 0)
        send_all(client, body, written);
}

/* The address in WIRELAB_ADDR, for `bind` and `connect`. Finished. */
static struct addrinfo *address(void)
{
    const char *text = getenv("WIRELAB_ADDR") ? getenv("WIRELAB_ADDR") : "127.0.0.1:8010";
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
    printf("listening on %s\n", getenv("WIRELAB_ADDR") ? getenv("WIRELAB_ADDR") : "127.0.0.1:8010");
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
