/* Lab 17 · your server. It sends files, but its answers do not describe the files, and it ignores the
 * method. Write `answer`. The rest is finished.
 *
 * The server's folder is WIRELAB_ROOT. WIRELAB_NOW is the time for Date, in seconds since 1970. Without
 * WIRELAB_NOW, use the clock of the system. `gmtime` and `strftime` write a date.
 * Check it with: cargo lab check 17 */
#include <ctype.h>
#include <limits.h>
#include <netdb.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

static int send_all(int to, const void *bytes, size_t length);
static const char *find(const char *path);
static char *read_file(const char *path, size_t *length);

/* Sends the whole answer to a request. `method`, `target` and `version` are the words of its first line. */
static void answer(int client, const char *method, const char *target, const char *version)
{
    char path[8000], head[300];
    const char *file;
    char *body = NULL;
    size_t length = 0;

    fprintf(stderr, "%s %s %s\n", method, target, version);
    /* Here: test the version and the method; send the date and the type; send no body for HEAD. */
    snprintf(path, sizeof path, "%.*s", (int)strcspn(target, "?"), target);
    file = find(path);
    if (file == NULL || (body = read_file(file, &length)) == NULL) {
        /* Here: a refusal needs the same header lines and a body. */
        const char *missing = "HTTP/1.1 404 Not Found\r\n\r\n";

        send_all(client, missing, strlen(missing));
        return;
    }
    snprintf(head, sizeof head,
             "HTTP/1.1 200 OK\r\n"
             "Content-Length: %zu\r\n"
             "Connection: close\r\n"
             "\r\n", length);
    if (send_all(client, head, strlen(head)) == 0)
        send_all(client, body, length);
    free(body);
}

/* Decodes `length` bytes of a path into `name`. Returns 0, or -1 if the bytes cannot be the name of a file.
 * Finished. */
static int decode(const char *part, size_t length, char *name)
{
    for (size_t at = 0; at < length; at++, name++) {
        char digits[3] = "";

        *name = part[at];
        if (part[at] == '%' && at + 2 < length)
            memcpy(digits, part + at + 1, 2);
        if (isxdigit((unsigned char)digits[0]) && isxdigit((unsigned char)digits[1])) {
            *name = (char)strtol(digits, NULL, 16);
            at += 2;
        }
        if (*name == '/' || *name == 0)
            return -1;
    }
    *name = 0;
    return 0;
}

/* The file that a path names (lab 16), or NULL. Finished. */
static const char *find(const char *path)
{
    static char real[PATH_MAX];
    char root[PATH_MAX], place[PATH_MAX], name[8000];
    const char *folder = getenv("WIRELAB_ROOT") ? getenv("WIRELAB_ROOT") : "labs/17-saying-what-it-is/files";
    size_t own, used;

    if (realpath(folder, root) == NULL || path[0] != '/' || path[strlen(path) - 1] == '/')
        return NULL;
    own = used = strlen(root);
    strcpy(place, root);
    while (*path == '/') {
        size_t length = strcspn(++path, "/");

        if (decode(path, length, name) < 0 || used + strlen(name) + 2 > sizeof place)
            return NULL;
        path += length;
        if (strcmp(name, "..") == 0) {
            char *last = strrchr(place + own, '/');

            if (last != NULL)
                *last = 0;
        } else if (*name != 0 && strcmp(name, ".") != 0) {
            strcat(strcat(place, "/"), name);
        }
        used = strlen(place);
    }
    if (realpath(place, real) == NULL || strncmp(real, root, own) != 0 || real[own] != '/')
        return NULL;
    return real;
}

/* Reads up to the empty line. Returns 0, or -1 if the client has closed or the head is too long. Finished. */
static int read_head(int client, char *head, size_t size)
{
    size_t length = 0;

    head[0] = 0;
    while (strstr(head, "\r\n\r\n") == NULL) {
        ssize_t n = length + 1 < size ? read(client, head + length, size - 1 - length) : 0;

        if (n <= 0)
            return -1;
        length += (size_t)n;
        head[length] = 0;
    }
    return 0;
}

/* Returns the bytes of a file, and puts their number into `length`. Returns NULL if it cannot read the file. You
 * must free the bytes. Finished. */
static char *read_file(const char *path, size_t *length)
{
    FILE *file = fopen(path, "rb");
    struct stat about;
    char *bytes;

    if (file == NULL)
        return NULL;
    if (fstat(fileno(file), &about) < 0 || !S_ISREG(about.st_mode)) {
        fclose(file);
        return NULL;
    }
    bytes = malloc((size_t)about.st_size + 1);
    *length = bytes != NULL ? fread(bytes, 1, (size_t)about.st_size, file) : 0;
    fclose(file);
    return bytes;
}

static void serve(int client)
{
    static char head[65536];
    char *words[3] = { "", "", "" }, *next = head;

    if (read_head(client, head, sizeof head) < 0)
        return;
    head[strcspn(head, "\r\n")] = 0;
    for (int at = 0; at < 3 && next != NULL; at++)
        words[at] = strsep(&next, " ");
    answer(client, words[0], words[1], words[2]);
}

/* The address in WIRELAB_ADDR, for `bind` and `connect`. Finished. */
static struct addrinfo *address(void)
{
    const char *text = getenv("WIRELAB_ADDR") ? getenv("WIRELAB_ADDR") : "127.0.0.1:8017";
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
    printf("listening on %s\n", getenv("WIRELAB_ADDR") ? getenv("WIRELAB_ADDR") : "127.0.0.1:8017");
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
