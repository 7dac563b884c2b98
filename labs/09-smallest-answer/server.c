/* Lab 9's server in C:
 *     cc -o target/lab09-c labs/09-smallest-answer/server.c && cargo lab check 9 --server "target/lab09-c {port}" */
#include <arpa/inet.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char answer[] = "HTTP/1.1 200 OK\r\n"
                             "Content-Type: text/plain; charset=utf-8\r\n"
                             "Content-Length: 12\r\n"
                             "Connection: close\r\n"
                             "\r\n"
                             "three tacos\n";

int main(int argc, char **argv)
{
    struct sockaddr_in place = { .sin_family = AF_INET };
    int server = socket(AF_INET, SOCK_STREAM, 0), on = 1;

    place.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    place.sin_port = htons(argc > 1 ? atoi(argv[1]) : 8009);
    setsockopt(server, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    signal(SIGPIPE, SIG_IGN); /* a guest who left is an error of write, and no end of ours */
    if (bind(server, (struct sockaddr *)&place, sizeof place) < 0 || listen(server, 16) < 0)
        return 1;
    for (;;) {
        char head[65536] = "";
        size_t length = 0;
        ssize_t n;
        int guest = accept(server, NULL, NULL);

        while (!strstr(head, "\r\n\r\n") && length < sizeof head - 1
               && (n = read(guest, head + length, sizeof head - 1 - length)) > 0)
            length += n;
        if (strstr(head, "\r\n\r\n") && write(guest, answer, sizeof answer - 1) < 0)
            length = 0;
        close(guest);
    }
}
