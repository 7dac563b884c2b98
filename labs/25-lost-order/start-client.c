/* Lab 25 · your client. It sends each order only once. Change it: it must repeat an order that is not acknowledged.
 *
 * The orders are the words of WIRELAB_ARG. Send them one after the other, as `1 tacos\n`, `2 nachos\n` …,
 * and wait for `ack N …` with the order's number before you send the next order. If this `ack` does not come
 * within 50 ms, send the order again. At the end print the orders of the last `ack`.
 * Check it with: cargo lab check 25 --client */
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* The address in WIRELAB_ADDR. Finished. */
static struct addrinfo *address(void)
{
    const char *text = getenv("WIRELAB_ADDR") ? getenv("WIRELAB_ADDR") : "127.0.0.1:8025";
    const char *colon = strrchr(text, ':');
    struct addrinfo wanted = { .ai_socktype = SOCK_DGRAM }, *found;
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
    static char words[8000], answer[2001];
    const char *arg = getenv("WIRELAB_ARG");
    struct addrinfo *place = address();
    int client = socket(place->ai_family, SOCK_DGRAM, 0), number = 0, at = 0;

    snprintf(words, sizeof words, "%s", arg && *arg ? arg : "tacos nachos tacos");
    if (connect(client, place->ai_addr, place->ai_addrlen) < 0) {
        perror("connect");
        return 1;
    }
    for (char *order = strtok(words, " "); order != NULL; order = strtok(NULL, " ")) {
        char datagram[2000];
        ssize_t n;

        snprintf(datagram, sizeof datagram, "%d %s\n", ++number, order);
        send(client, datagram, strlen(datagram), 0);

        /* Here: what if no answer comes? And what if an old `ack` comes? */
        n = recv(client, answer, sizeof answer - 1, 0);
        if (n < 0) {
            perror("recv");
            return 1;
        }
        answer[n] = 0;
        answer[strcspn(answer, "\n")] = 0;
        sscanf(answer, "ack %*d %n", &at);
    }
    printf("%s\n", answer + at);
    return 0;
}
