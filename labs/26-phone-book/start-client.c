/* Lab 26 · your client. It prints the last four bytes of an answer as the address. Change it: it must read the whole
 * answer.
 *
 * The words of WIRELAB_ARG are NAME udp|tcp ID. Ask for the type A with this ID, and then for AAAA (28) with the
 * next ID. Print all addresses of the name in one line. The README has the form of a message, and what to print
 * if there is no address.
 * Check it with: cargo lab check 26 --client */
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

/* The address in WIRELAB_ADDR, for `bind` and `connect`. Finished. */
static struct addrinfo *address(void)
{
    const char *text = getenv("WIRELAB_ADDR") ? getenv("WIRELAB_ADDR") : "127.0.0.1:8026";
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

/* Writes a question: the ID, the rest of the header, the name as labels, type and class. Returns its length. */
static size_t question(unsigned char *to, unsigned id, const char *name, unsigned char kind)
{
    size_t length = 12;

    memcpy(to, (const unsigned char[12]){ id >> 8, id, 1, 0, 0, 1 }, 12);
    while (*name) {
        size_t label = strcspn(name, ".");

        to[length++] = label;
        memcpy(to + length, name, label);
        length += label;
        name += label + (name[label] == '.');
    }
    memcpy(to + length, (const unsigned char[5]){ 0, 0, kind, 0, 1 }, 5);
    return length + 5;
}

int main(void)
{
    static unsigned char query[1000], answer[65535];
    const char *arg = getenv("WIRELAB_ARG");
    char name[500] = "", way[8] = "", found[200] = "";
    unsigned id = 0;
    struct addrinfo *place = address();
    int client = socket(place->ai_family, SOCK_DGRAM, 0);

    sscanf(arg && *arg ? arg : "tacos.example udp 6699", "%499s %7s %u", name, way, &id);
    /* Here: with `tcp` both questions go over one TCP connection, each with its length before it. */
    if (connect(client, place->ai_addr, place->ai_addrlen) < 0) {
        perror("connect");
        return 1;
    }
    for (int i = 0; i < 2; i++) {
        ssize_t n = question(query, (id + i) & 0xffff, name, i == 0 ? 1 : 28);

        send(client, query, n, 0);

        /* Here: what if no answer comes in time? Does this message answer the question? Which records does it have? */
        n = recv(client, answer, sizeof answer, 0);
        if (n < 4) {
            fprintf(stderr, "no whole answer came\n");
            return 1;
        }
        snprintf(found + strlen(found), sizeof found - strlen(found), "%s%d.%d.%d.%d", i ? " " : "",
                 answer[n - 4], answer[n - 3], answer[n - 2], answer[n - 1]);
    }
    printf("%s\n", found);
    return 0;
}
