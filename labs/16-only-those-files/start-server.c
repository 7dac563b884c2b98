/* Lab 16 · your server. It joins its folder and the path of the request, and opens the result. Write
 * `find` by the seven steps in the README. The rest is finished.
 *
 * The server's folder is WIRELAB_ROOT. `realpath` and `stat` will help. Check it with: cargo lab check 16 */
#include <netdb.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

static int send_all(int to, const void *bytes, size_t length);

/* A refusal: the status and the words. */
struct refusal {
    const char *status, *words;
};

static const struct refusal NO_FILE = { "404 Not Found", "no such file here" };
/* You need three more refusals, with the status 400 Bad Request: "a % needs two hex digits", "no file name holds
 * a NUL" and "a slash hides in a name". */

/* Finds the file that `path` names in the folder `root`, and writes its path into `place`. Returns NULL, or a
 * refusal. */
static const struct refusal *find(const char *root, const char *path, char *place, size_t size)
{
    struct stat about;

    /* Here: steps 2 to 7. (`serve` does step 1: it cuts off the query.) */
    snprintf(place, size, "%s%s", root, path);
    if (stat(place, &about) == 0 && S_ISREG(about.st_mode))
        return NULL;
    return &NO_FILE;
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
    static char head[65536], place[70000], answer[200];
    const char *root = getenv("WIRELAB_ROOT") ? getenv("WIRELAB_ROOT") : "labs/16-only-those-files/files";
    const char *status = "200 OK";
    const struct refusal *refusal;
    char *target, *file = NULL, words[200];
    const char *body = words;
    size_t length = 0;

    if (read_head(client, head, sizeof head) < 0)
        return;

    /* The second word of the request, up to the first ? in this word. */
    target = head + strcspn(head, " ");
    target += *target == ' ';
    target[strcspn(target, " ?\r")] = 0;

    refusal = find(root, target, place, sizeof place);
    if (refusal == NULL && (file = read_file(place, &length)) == NULL)
        refusal = &NO_FILE;
    if (refusal != NULL) {
        status = refusal->status;
        snprintf(words, sizeof words, "%s\n", refusal->words);
        length = strlen(words);
    } else {
        body = file;
    }
    snprintf(answer, sizeof answer,
             "HTTP/1.1 %s\r\n"
             "Content-Length: %zu\r\n"
             "Connection: close\r\n"
             "\r\n", status, length);
    if (send_all(client, answer, strlen(answer)) == 0)
        send_all(client, body, length);
    free(file);
}

/* The address in WIRELAB_ADDR, for `bind` and `connect`. Finished. */
static struct addrinfo *address(void)
{
    const char *text = getenv("WIRELAB_ADDR") ? getenv("WIRELAB_ADDR") : "127.0.0.1:8016";
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
    printf("listening on %s\n", getenv("WIRELAB_ADDR") ? getenv("WIRELAB_ADDR") : "127.0.0.1:8016");
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
