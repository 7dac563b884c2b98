/* Lab 23 · your server. It sends the whole file to every client, each time, even if the client has it already.
 *
 * This program already makes the tag and the dates. Two functions are yours: `wish` decides what the request
 * asks for, and `answer` must send the bytes for each wish. Check it with: cargo lab check 23 */
#define _GNU_SOURCE
#include <netdb.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <time.h>
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

/* The first eight bytes of the SHA-256 of some bytes, as hexadecimal digits (FIPS 180-4). Finished. */
static void tag_of(const unsigned char *bytes, size_t length, char tag[19])
{
    static const uint32_t k[64] = {
        0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
        0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
        0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
        0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
        0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
        0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
        0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
        0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
    };
    uint32_t state[8] = { 0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
                          0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19 };
    size_t whole = (length + 9 + 63) / 64 * 64;

    for (size_t block = 0; block < whole; block += 64) {
        uint32_t w[64] = { 0 }, s[8];

        for (size_t i = 0; i < 64; i++) {
            size_t at = block + i;
            uint32_t byte = at < length ? bytes[at] : at == length ? 0x80 : 0;

            if (at >= whole - 8)
                byte = (uint64_t)length * 8 >> 8 * (whole - 1 - at) & 255;
            w[i / 4] |= byte << 8 * (3 - i % 4);
        }
#define TURN(x, n) ((x) >> (n) | (x) << (32 - (n)))
        for (int i = 16; i < 64; i++)
            w[i] = w[i - 16] + w[i - 7] + (TURN(w[i - 15], 7) ^ TURN(w[i - 15], 18) ^ w[i - 15] >> 3)
                   + (TURN(w[i - 2], 17) ^ TURN(w[i - 2], 19) ^ w[i - 2] >> 10);
        memcpy(s, state, sizeof s);
        for (int i = 0; i < 64; i++) {
            uint32_t one = s[7] + (TURN(s[4], 6) ^ TURN(s[4], 11) ^ TURN(s[4], 25))
                           + ((s[4] & s[5]) ^ (~s[4] & s[6])) + k[i] + w[i];
            uint32_t two = (TURN(s[0], 2) ^ TURN(s[0], 13) ^ TURN(s[0], 22))
                           + ((s[0] & s[1]) ^ (s[0] & s[2]) ^ (s[1] & s[2]));

            memmove(s + 1, s, 7 * sizeof s[0]);
            s[4] += one;
            s[0] = one + two;
        }
        for (int i = 0; i < 8; i++)
            state[i] += s[i];
    }
    sprintf(tag, "\"%08x%08x\"", (unsigned)state[0], (unsigned)state[1]);
}

enum wish { ALL };

/* Here: If-None-Match, or else If-Modified-Since; then Range, if If-Range allows it. */
static enum wish wish(const struct request *head, const char *tag, time_t modified, size_t length)
{
    (void)head, (void)tag, (void)modified, (void)length;
    return ALL;
}

/* `Sun, 06 Nov 1994 08:49:37 GMT`. Finished. */
static void date(time_t second, char text[40])
{
    strftime(text, 40, "%a, %d %b %Y %H:%M:%S GMT", gmtime(&second));
}

static int answer(int client, const struct request *head)
{
    const char *root = getenv("WIRELAB_ROOT") ? getenv("WIRELAB_ROOT") : "labs/23-not-again/files";
    const char *close = wants_close(head) ? "Connection: close\r\n" : "", *told = getenv("WIRELAB_NOW");
    char path[4096], said[1000], today[40], changed[40], tag[19];
    static unsigned char file[1000000];
    time_t now = told && *told ? (time_t)atoll(told) : time(NULL), modified;
    struct stat about;
    size_t length;
    FILE *opened;

    date(now, today);
    if (strcmp(head->target, "/menu.txt") != 0) {
        snprintf(said, sizeof said, "HTTP/1.1 404 Not Found\r\nDate: %s\r\nContent-Length: 18\r\n%s\r\n"
                 "no such file here\n", today, close);
        return send_all(client, said, strlen(said));
    }
    snprintf(path, sizeof path, "%s/menu.txt", root);
    opened = fopen(path, "rb");
    if (opened == NULL || stat(path, &about) < 0) {
        perror(path);
        return -1;
    }
    length = fread(file, 1, sizeof file, opened);
    fclose(opened);
    tag_of(file, length, tag);
    /* If the file is newer than the clock, Last-Modified is the time of the clock. */
    modified = about.st_mtime < now ? about.st_mtime : now;
    date(modified, changed);

    if (wish(head, tag, modified, length) != ALL)
        return -1; /* Here: the other answers. */
    snprintf(said, sizeof said,
             "HTTP/1.1 200 OK\r\n"
             "Date: %s\r\n"
             "ETag: %s\r\n"
             "Last-Modified: %s\r\n"
             "Accept-Ranges: bytes\r\n"
             "Content-Length: %zu\r\n"
             "%s\r\n", today, tag, changed, length, close);
    return send_all(client, said, strlen(said)) < 0 ? -1 : send_all(client, file, length);
}

static void serve(int client)
{
    static struct reader reader;
    static struct request head;

    reader.from = client;
    reader.length = 0;
    while (read_head(&reader, &head) > 0) {
        if (answer(client, &head) < 0)
            return;
        if (wants_close(&head)) {
            shutdown(client, SHUT_WR);
            reader.length = 0;
            while (read_more(&reader))
                reader.length = 0;
            return;
        }
    }
}

/* The address in WIRELAB_ADDR, for `bind` and `connect`. Finished. */
static struct addrinfo *address(void)
{
    const char *text = getenv("WIRELAB_ADDR") ? getenv("WIRELAB_ADDR") : "127.0.0.1:8023";
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
    printf("listening on %s\n", getenv("WIRELAB_ADDR") ? getenv("WIRELAB_ADDR") : "127.0.0.1:8023");
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
