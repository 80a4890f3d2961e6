/* drive ADDRESS SCENARIO SECONDS|calls:COUNT: calls bench.x by rpcgen's client, and tells how it went. */
#include "bench.h"
#include <arpa/inet.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

/* Calls of which a median is taken in a run of a second or more, even if that takes up to three times as long; and at most. */
#define CALLS 20000
#define MOST_CALLS (1 << 22)

#define MOST_THREADS 64

static CLIENT *client;
static double seconds;
/* Makes so many calls, however long that takes, if there is a number. */
static int calls;

static void fail(const char *what)
{
    if (client != NULL)
        clnt_perror(client, what);
    fprintf(stderr, "drive: %s\n", what);
    exit(1);
}

static double now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec + time.tv_nsec * 1e-9;
}

/* Where the server at that address is. */
static socklen_t parse(const char *address, struct sockaddr_storage *place)
{
    memset(place, 0, sizeof *place);
    if (strncmp(address, "unix://", 7) == 0) {
        struct sockaddr_un *local = (struct sockaddr_un *)place;
        local->sun_family = AF_UNIX;
        snprintf(local->sun_path, sizeof local->sun_path, "%s", address + 7);
        return sizeof *local;
    }
    struct sockaddr_in *internet = (struct sockaddr_in *)place;
    internet->sin_family = AF_INET;
    internet->sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    internet->sin_port = htons(atoi(strrchr(address, ':') + 1));
    return sizeof *internet;
}

static int open_socket(struct sockaddr_storage *place, socklen_t length, int type)
{
    int fd = socket(place->ss_family, type, 0);
    if (fd < 0 || connect(fd, (struct sockaddr *)place, length) != 0)
        fail("connect");
    return fd;
}

static CLIENT *open_client(const char *address)
{
    struct sockaddr_storage place;
    struct netbuf server = {.maxlen = sizeof place, .len = parse(address, &place), .buf = &place};
    const char *name = strncmp(address, "unix", 4) == 0 ? "local" : strncmp(address, "udp", 3) == 0 ? "udp" : "tcp";
    struct netconfig *config = getnetconfigent(name);
    CLIENT *made = clnt_tli_create(RPC_ANYFD, config, &server, BENCH, BENCH_V1, 0, 0);
    if (made == NULL) {
        clnt_pcreateerror("drive");
        exit(1);
    }
    return made;
}

static void call_null(void)
{
    if (nullproc_1(NULL, client) == NULL)
        fail("NULLPROC");
}

static int compare(const void *left, const void *right)
{
    double difference = *(const double *)left - *(const double *)right;
    return (difference > 0) - (difference < 0);
}

static void lone(void)
{
    for (int i = 0; i < calls; i++)
        call_null();
    if (calls > 0) {
        printf("figure %d\n", calls);
        return;
    }
    double *times = malloc(MOST_CALLS * sizeof *times);
    int count = 0, least = CALLS * (seconds < 1 ? seconds : 1);
    for (double begin = now(); now() - begin < seconds / 10;)
        call_null();
    double begin = now(), last = begin;
    while (count < MOST_CALLS && (last - begin < seconds || (count < least && last - begin < 3 * seconds))) {
        call_null();
        double next = now();
        times[count++] = (next - last) * 1e6;
        last = next;
    }
    qsort(times, count, sizeof *times, compare);
    printf("figure %f\n", times[count / 2]);
}

/* Beside connections that have sent nothing. */
static void idle(const char *address, int count)
{
    struct sockaddr_storage place;
    socklen_t length = parse(address, &place);
    for (int i = 0; i < count; i++) {
        open_socket(&place, length, SOCK_STREAM);
        /* Lest more connections wait than the listener keeps. */
        if (i % 256 == 0)
            call_null();
    }
    lone();
}

static volatile int over;

static void *repeat(void *result)
{
    long *calls = result;
    while (!over) {
        call_null();
        ++*calls;
    }
    return NULL;
}

static long sum(volatile long *calls, int count)
{
    long all = 0;
    for (int i = 0; i < count; i++)
        all += calls[i];
    return all;
}

/* Threads that share one client. */
static void threads(int count)
{
    static long calls[MOST_THREADS];
    pthread_t all[MOST_THREADS];
    if (count > MOST_THREADS)
        fail("too many threads");
    for (int i = 0; i < count; i++)
        pthread_create(&all[i], NULL, repeat, &calls[i]);
    usleep(seconds * 1e5);
    long before = sum(calls, count);
    double begin = now();
    usleep(seconds * 1e6);
    long after = sum(calls, count);
    double end = now();
    over = 1;
    for (int i = 0; i < count; i++)
        pthread_join(all[i], NULL);
    printf("figure %f\n", (after - before) / (end - begin));
}

static int sample(int index)
{
    return index % 251;
}

static void write_once(payload *data)
{
    u_int *taken = write_1(data, client);
    if (taken == NULL || *taken != data->payload_len)
        fail("WRITE");
}

static void read_once(u_int size, int look)
{
    payload *got = read_1(&size, client);
    if (got == NULL || got->payload_len != size)
        fail("READ");
    for (u_int i = 0; look && i < size; i++)
        if ((unsigned char)got->payload_val[i] != sample(i))
            fail("other data came");
    clnt_freeres(client, (xdrproc_t)xdr_payload, (caddr_t)got);
}

static void bulk(int writes, u_int size)
{
    payload data = {size, malloc(size)};
    for (u_int i = 0; i < size; i++)
        data.payload_val[i] = sample(i);
    if (!writes)
        read_once(size, 1);
    double begin = now(), measured = 0, elapsed = 0;
    /* A tenth of the time is for warming up. */
    for (int warm = 0; elapsed < seconds; elapsed = now() - begin) {
        if (!warm && elapsed > seconds / 10) {
            warm = 1;
            begin = now();
            measured = 0;
        }
        writes ? write_once(&data) : read_once(size, 0);
        measured += size;
    }
    printf("figure %f\n", measured / elapsed / 1e6);
}

int main(int count, char **words)
{
    if (count != 4)
        fail("ADDRESS SCENARIO SECONDS");
    struct rlimit descriptors;
    getrlimit(RLIMIT_NOFILE, &descriptors);
    descriptors.rlim_cur = descriptors.rlim_max;
    setrlimit(RLIMIT_NOFILE, &descriptors);
    if (sscanf(words[3], "calls:%d", &calls) != 1)
        seconds = atof(words[3]);
    client = open_client(words[1]);

    int number = 0;
    if (strcmp(words[2], "lone") == 0)
        lone();
    else if (sscanf(words[2], "idle:%d", &number) == 1)
        idle(words[1], number);
    else if (sscanf(words[2], "threads:%d", &number) == 1)
        threads(number);
    else if (sscanf(words[2], "write:%d:1", &number) == 1)
        bulk(1, number);
    else if (sscanf(words[2], "read:%d:1", &number) == 1)
        bulk(0, number);
    else
        fail("no such scenario");
    return 0;
}
