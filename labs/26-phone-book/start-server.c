/* Lab 26 · your server. It sends the same record to every client. Change it: it must read the question, and answer it.
 *
 * The README has the records, the rules and the form of a message. An answer repeats ID, opcode and RD of the
 * question, and the question itself. The name of a record is a pointer: `c0 0c`, byte 12.
 * Check it with: cargo lab check 26 --server */
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

/* One record: a pointer to byte 12 as its name, type A, class 1, 300 seconds, four bytes of data. */
static const unsigned char RECORD[16] = { 0xc0, 12, 0, 1, 0, 1, 0, 0, 1, 44, 0, 4, 192, 0, 2, 7 };

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

int main(void)
{
    static unsigned char message[65535], answer[65535 + sizeof RECORD];
    struct addrinfo *place = address();
    int server = socket(place->ai_family, SOCK_DGRAM, 0);

    if (bind(server, place->ai_addr, place->ai_addrlen) < 0) {
        perror("bind");
        return 1;
    }
    printf("listening on %s\n", getenv("WIRELAB_ADDR") ? getenv("WIRELAB_ADDR") : "127.0.0.1:8026");
    fflush(stdout);

    /* Here: the same questions come over TCP, on the same port. There the length of each message stands before the
     * message. */

    for (;;) {
        struct sockaddr_storage client;
        socklen_t size = sizeof client;
        ssize_t n = recvfrom(server, message, sizeof message, 0, (struct sockaddr *)&client, &size);
        size_t length = n < 0 ? 0 : (size_t)n, question = length > 12 ? length - 12 : 0;

        if (n < 0)
            continue;

        /* Here: which ID, name and type has the question? Which records answer it? Do they fit into 512 bytes? */
        memcpy(answer, (const unsigned char[12]){ 0, 1, 0x85, 0, 0, 1, 0, 1, 0, 0, 0, 0 }, 12);
        memcpy(answer + 12, message + 12, question);
        memcpy(answer + 12 + question, RECORD, sizeof RECORD);

        sendto(server, answer, 12 + question + sizeof RECORD, 0, (struct sockaddr *)&client, size);
    }
}
