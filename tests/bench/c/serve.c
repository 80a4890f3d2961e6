/* serve TRANSPORT: bench.x on libtirpc, over tcp, udp or unix. Says where it listens, and ends with its input. */
#include "bench.h"
#include <arpa/inet.h>
#include <netinet/in.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/un.h>
#include <unistd.h>

/* The largest payload of a scenario. */
#define LARGEST (4 << 20)

void bench_1(struct svc_req *, SVCXPRT *);

static char data[LARGEST];
static char path[64];

void *nullproc_1_svc(void *nothing, struct svc_req *call)
{
    static char result;
    return &result;
}

attributes *echo_1_svc(attributes *given, struct svc_req *call)
{
    static attributes same;
    same = *given;
    return &same;
}

u_int *write_1_svc(payload *given, struct svc_req *call)
{
    static u_int length;
    length = given->payload_len;
    return &length;
}

payload *read_1_svc(u_int *count, struct svc_req *call)
{
    static payload result;
    result.payload_val = data;
    result.payload_len = *count < LARGEST ? *count : LARGEST;
    return &result;
}

static void fail(const char *what)
{
    perror(what);
    exit(1);
}

static void *end_with_input(void *nothing)
{
    char byte;
    while (read(0, &byte, 1) > 0)
        ;
    unlink(path);
    _exit(0);
}

static void announce(const char *transport, int fd)
{
    struct sockaddr_in bound;
    socklen_t length = sizeof bound;
    if (strcmp(transport, "unix") == 0) {
        printf("listening unix://%s\n", path);
    } else {
        if (getsockname(fd, (struct sockaddr *)&bound, &length) != 0)
            fail("getsockname");
        printf("listening %s://127.0.0.1:%d\n", transport, ntohs(bound.sin_port));
    }
    fflush(stdout);
}

/* A socket that is bound, and listens if it is a stream's. */
static int open_socket(const char *transport)
{
    int stream = strcmp(transport, "udp") != 0;
    union {
        struct sockaddr any;
        struct sockaddr_in internet;
        struct sockaddr_un local;
    } place = {0};
    socklen_t length = sizeof place.internet;
    place.internet.sin_family = AF_INET;
    place.internet.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (strcmp(transport, "unix") == 0) {
        snprintf(path, sizeof path, "/tmp/oncrpc-bench-%d", getpid());
        memset(&place, 0, sizeof place);
        place.local.sun_family = AF_UNIX;
        strcpy(place.local.sun_path, path);
        length = sizeof place.local;
    }
    int fd = socket(place.any.sa_family, stream ? SOCK_STREAM : SOCK_DGRAM, 0);
    if (fd < 0 || bind(fd, &place.any, length) != 0 || (stream && listen(fd, 1024) != 0))
        fail("socket");
    return fd;
}

int main(int count, char **words)
{
    if (count != 2) {
        fputs("serve tcp|udp|unix\n", stderr);
        return 1;
    }
    struct rlimit descriptors;
    getrlimit(RLIMIT_NOFILE, &descriptors);
    descriptors.rlim_cur = descriptors.rlim_max;
    setrlimit(RLIMIT_NOFILE, &descriptors);
    /* A driver may leave while replies are on their way, of which libtirpc's servers die. */
    signal(SIGPIPE, SIG_IGN);
    for (int i = 0; i < LARGEST; i++)
        data[i] = i % 251;

    int fd = open_socket(words[1]);
    int stream = strcmp(words[1], "udp") != 0;
    SVCXPRT *transport = stream ? svc_vc_create(fd, 0, 0) : svc_dg_create(fd, 0, 0);
    if (transport == NULL || !svc_reg(transport, BENCH, BENCH_V1, bench_1, NULL))
        fail("svc_reg");
    announce(words[1], fd);
    pthread_t thread;
    pthread_create(&thread, NULL, end_with_input, NULL);
    svc_run();
    return 1;
}
