/* Lab 28 · your client. It asks for the page, sends the form and follows the 303, but it forgets each
 * cookie that it gets.
 *
 * Store the cookies, and send each cookie with the right requests. The README lists the rules. WIRELAB_ARG is the dish.
 * Check it with: cargo lab check 28 */
#include <ctype.h>
#include <netdb.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

/* The address in WIRELAB_ADDR, for `bind` and `connect`. Finished. */
static struct addrinfo *address(void)
{
    const char *text = getenv("WIRELAB_ADDR") ? getenv("WIRELAB_ADDR") : "127.0.0.1:8028";
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

/* One connection, one request. Puts the Location of the answer into `location`, if it has one, and returns the
 * body. */
static char *ask(const char *method, const char *path, const char *body, char location[2000])
{
    static char request[20000], answer[1000000];
    struct addrinfo *place = address();
    int server = socket(place->ai_family, SOCK_STREAM, 0);
    char form[200] = "", *end, *line;
    size_t length = 0;
    ssize_t n;

    if (connect(server, place->ai_addr, place->ai_addrlen) < 0) {
        perror("connect");
        exit(1);
    }
    /* Here: `Cookie: name=value; name=value\r\n`, if there are cookies for this path. */
    const char *cookie = "";

    if (strcmp(method, "POST") == 0)
        snprintf(form, sizeof form,
                 "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: %zu\r\n", strlen(body));
    snprintf(request, sizeof request, "%s %s HTTP/1.1\r\nHost: tacos.example\r\n%s%sConnection: close\r\n\r\n%s",
             method, path, cookie, form, body);
    send_all(server, request, strlen(request));
    while ((n = read(server, answer + length, sizeof answer - 1 - length)) > 0)
        length += n;
    close(server);
    answer[length] = 0;
    end = strstr(answer, "\r\n\r\n");
    if (end == NULL) {
        fprintf(stderr, "this is no HTTP answer\n");
        exit(1);
    }
    *end = 0;
    *location = 0;
    for (line = strtok(answer, "\r\n"); line != NULL; line = strtok(NULL, "\r\n")) {
        const char *colon = strchr(line, ':'), *value = colon ? colon + 1 + strspn(colon + 1, " ") : "";

        if (strncasecmp(line, "location:", 9) == 0)
            snprintf(location, 2000, "%s", value);
        /* Here: store this cookie, with its path. */
        if (strncasecmp(line, "set-cookie:", 11) == 0)
            fprintf(stderr, "%s gave a cookie: %s\n", path, value);
    }
    return end + 4;
}

/* Encodes a text as a browser does: letters, digits and `*-._` stay, a space becomes `+`, each other byte `%XX`.
 * Finished. */
static void encode(char *to, const char *text)
{
    for (; *text; text++) {
        unsigned char byte = *text;

        if (isalnum(byte) || strchr("*-._", byte))
            *to++ = byte;
        else if (byte == ' ')
            *to++ = '+';
        else
            to += sprintf(to, "%%%02X", byte);
    }
    *to = 0;
}

int main(void)
{
    const char *dish = getenv("WIRELAB_ARG");
    static char form[9100] = "dish=", dishes[3000];
    char location[2000], next[2000];

    signal(SIGPIPE, SIG_IGN); /* so a write to a server that has closed fails, and does not end this program */
    snprintf(dishes, sizeof dishes, "%s", dish && *dish ? dish : "jalape\xc3\xb1o & lime");
    ask("GET", "/", "", location);
    encode(form + 5, dishes);
    ask("POST", "/order", form, next);
    if (*next)
        printf("%s", ask("GET", next, "", location));
    return 0;
}
