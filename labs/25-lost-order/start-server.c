/* Lab 25 · your server. It counts every datagram as a new order. Change it: it must count each order once, in order.
 *
 * A datagram is `NUMBER ORDER\n`. The server accepts an order only if its number is one more than the number of
 * orders that it has from this client. Each datagram gets an answer, even if the order is not accepted:
 * `ack N ORDER …\n`, the N accepted orders. Each client has a separate list.
 * Check it with: cargo lab check 25 --server */
#include <netdb.h>
#include <netinet/in.h>
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

#define CLIENTS 1000

/* The orders of a client, such as ` tacos nachos`, and the number of orders. */
struct client {
    struct sockaddr_storage addr;
    socklen_t length;
    int count;
    char orders[8000];
};

/* Returns the client with this address. A new address gets a new client, or NULL if there are too many. Finished. */
static struct client *client_at(const struct sockaddr_storage *addr, socklen_t length)
{
    static struct client clients[CLIENTS];
    static int known;

    for (int at = 0; at < known; at++)
        if (clients[at].length == length && memcmp(&clients[at].addr, addr, length) == 0)
            return &clients[at];
    if (known == CLIENTS)
        return NULL;
    clients[known].addr = *addr;
    clients[known].length = length;
    return &clients[known++];
}

int main(void)
{
    struct addrinfo *place = address();
    int server = socket(place->ai_family, SOCK_DGRAM, 0);

    if (bind(server, place->ai_addr, place->ai_addrlen) < 0) {
        perror("bind");
        return 1;
    }
    printf("listening on %s\n", getenv("WIRELAB_ADDR") ? getenv("WIRELAB_ADDR") : "127.0.0.1:8025");
    fflush(stdout);

    for (;;) {
        char datagram[2001], answer[8100];
        struct sockaddr_storage addr = { 0 };
        socklen_t length = sizeof addr;
        ssize_t n = recvfrom(server, datagram, sizeof datagram - 1, 0, (struct sockaddr *)&addr, &length);
        struct client *client = client_at(&addr, length);
        size_t used;

        if (n < 0 || client == NULL)
            continue;
        datagram[n] = 0;
        datagram[strcspn(datagram, "\r\n")] = 0;

        /* Here: is the number of this order the next number, a lower number, or a higher number? */
        client->count++;
        used = strlen(client->orders);
        snprintf(client->orders + used, sizeof client->orders - used, " %s",
                 datagram + strcspn(datagram, " ") + (strchr(datagram, ' ') != NULL));

        snprintf(answer, sizeof answer, "ack %d%s\n", client->count, client->orders);
        sendto(server, answer, strlen(answer), 0, (struct sockaddr *)&addr, length);
    }
}
