/* Lab 6 · your client. It says "error" for every failure, and it waits for minutes when nobody
 * answers. Teach it four words.
 *
 * It gets one address. It must print one line: the address, a space, and `closed`, `no answer`, `busy`
 * or `open`. It must wait at most half a second for each: the connection and the greeting.
 * Check it with: cargo lab check 6 */
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* The address in WIRELAB_ADDR, for `bind` and `connect`. Finished. */
static struct addrinfo *address(void)
{
    const char *text = getenv("WIRELAB_ADDR") ? getenv("WIRELAB_ADDR") : "127.0.0.1:8006";
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

int main(void)
{
    const char *text = getenv("WIRELAB_ADDR") ? getenv("WIRELAB_ADDR") : "127.0.0.1:8006";
    struct addrinfo *place = address();
    int server = socket(place->ai_family, SOCK_STREAM, 0);
    char greeting[64];

    /* Here: how long may this take? Which kind of error was it? */
    if (connect(server, place->ai_addr, place->ai_addrlen) < 0) {
        printf("%s error\n", text);
        return 0;
    }
    /* Here: the connection is there. Does a greeting come? */
    if (read(server, greeting, sizeof greeting) > 0)
        printf("%s open\n", text);
    else
        printf("%s error\n", text);
    return 0;
}
