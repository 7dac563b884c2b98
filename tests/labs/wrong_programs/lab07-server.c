#include <netinet/in.h>
#include <arpa/inet.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static void visit(int client) {
    char line[1000];
    size_t length = 0;
    while (length < sizeof line - 1) {
        if (read(client, line + length, 1) <= 0) return;
        if (line[length] == '\n') break;
        length++;
    }
    line[length ? length - 1 : 0] = 0;
    char *name = line + 4;
    char path[2000];
    snprintf(path, sizeof path, "%s%s", getenv("WIRELAB_ROOT"), name);
    FILE *file = 0;
    if (name[1] != '.' && !strchr(name + 1, '/')) file = fopen(path, "rb");
    if (!file) {
        char *none = "no such file here\n";
        write(client, none, strlen(none));
        return;
    }
    char buffer[512];
    size_t n;
    while ((n = fread(buffer, 1, sizeof buffer, file)) > 0) write(client, buffer, n);
    fclose(file);
}

int main(void) {
    signal(SIGPIPE, SIG_IGN);
    char *addr = getenv("WIRELAB_ADDR");
    int port = atoi(strrchr(addr, ':') + 1);
    int server = socket(AF_INET, SOCK_STREAM, 0), yes = 1;
    setsockopt(server, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    struct sockaddr_in place = {.sin_family = AF_INET, .sin_port = htons(port)};
    place.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    bind(server, (struct sockaddr *)&place, sizeof place);
    listen(server, 64);
    for (;;) {
        int client = accept(server, 0, 0);
        if (client < 0) continue;
        visit(client);
        shutdown(client, SHUT_WR);
        close(client);
    }
}
