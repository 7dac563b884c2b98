/* Lab 3 · your server. It sends the menu by line and by closing. Make it send the menu by length, and
 * read an order by length.
 *
 * Four bytes, the biggest part first, say how many bytes follow. The length 0 ends the menu. The
 * answer has its length in front, too. An order of more than 8000 bytes gets `? at most 8000 bytes`.
 * Check it with: cargo lab check 3 */
#include <netdb.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define DISHES 3
static const char *const MENU[DISHES] = { "nachos", "taco\ncon jalape\xc3\xb1o", "flan" };

static int send_all(int to, const void *bytes, size_t length);
static size_t trim(char *text, size_t length);
static size_t read_line(int client, char *line, size_t size);

/* Puts the answer to an order into `text`. Returns its length. An order may have bytes of any value. */
static size_t answer(const char *order, size_t length, char *text)
{
    static const char coming[] = ", coming up", none[] = "? no such dish";

    for (int dish = 0; dish < DISHES; dish++)
        if (length == strlen(MENU[dish]) && memcmp(order, MENU[dish], length) == 0) {
            memcpy(text, order, length);
            memcpy(text + length, coming, sizeof coming - 1);
            return length + sizeof coming - 1;
        }
    memcpy(text, none, sizeof none - 1);
    return sizeof none - 1;
}

/* Sends the menu: `end` after each dish, and once more after the last one. */
static int send_menu(int client, const char *end)
{
    char text[200] = "";

    for (int dish = 0; dish < DISHES; dish++)
        strcat(strcat(text, MENU[dish]), end);
    strcat(text, end);
    return send_all(client, text, strlen(text));
}

static void serve(int client)
{
    char line[8200], text[8200];
    size_t length = read_line(client, line, 8001);

    length = trim(line, length);
    if (strcmp(line, "menu by line") == 0) {
        if (send_menu(client, "\n") < 0)
            return;
        length = trim(line, read_line(client, line, 8001));
        length = answer(line, length, text);
        text[length++] = '\n';
        send_all(client, text, length);
    } else if (strcmp(line, "menu by length") == 0) {
        /* Here: each dish with its length in front, and a length of 0. This is still by line. */
        if (send_menu(client, "\n") < 0)
            return;
        /* Here: read a length, then as many bytes. Must you believe any length? */
        length = trim(line, read_line(client, line, 8001));
        send_all(client, text, answer(line, length, text));
    } else if (strcmp(line, "menu by closing") == 0) {
        send_menu(client, "");
    } else {
        const char *refusal = "? menu by line, by length, or by closing\n";

        send_all(client, refusal, strlen(refusal));
    }
}

/* Puts the next line with its end into `line` (at most `size` bytes). Returns its length. Finished. */
static size_t read_line(int client, char *line, size_t size)
{
    size_t length = 0;

    while (length + 1 < size && read(client, line + length, 1) == 1)
        if (line[length++] == '\n')
            break;
    line[length] = 0;
    return length;
}

/* The address in WIRELAB_ADDR, for `bind` and `connect`. Finished. */
static struct addrinfo *address(void)
{
    const char *text = getenv("WIRELAB_ADDR") ? getenv("WIRELAB_ADDR") : "127.0.0.1:8003";
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
    printf("listening on %s\n", getenv("WIRELAB_ADDR") ? getenv("WIRELAB_ADDR") : "127.0.0.1:8003");
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

/* Removes white space at both ends. Returns the new length. Finished. */
static size_t trim(char *text, size_t length)
{
    size_t start = 0;

    while (length > 0 && memchr(" \t\r\n", text[length - 1], 4))
        length--;
    while (start < length && memchr(" \t\r\n", text[start], 4))
        start++;
    length -= start;
    memmove(text, text + start, length);
    text[length] = 0;
    return length;
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
