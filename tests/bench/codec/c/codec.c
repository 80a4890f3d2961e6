/*
 * codec SCENARIO SECONDS: what rpcgen makes of bench.x, over libtirpc's xdrmem. Prints what one operation takes and a sum
 * over the bytes that it moved, as the Rust program of the same name does.
 */
#include "bench.h"
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

/* How many parts the time is divided into; the figure is the least of theirs. */
#define PARTS 11

struct bytes {
    char *data;
    size_t length;
};

static struct bytes sample, out;
static char *values;
static size_t value_count;

/* What is moved: its sample, how a value of it is coded, and how large it is in memory. */
struct kind {
    const char *name;
    bool_t (*code)(XDR *, void *);
    size_t size;
};

static void fail(const char *what)
{
    fprintf(stderr, "codec: %s\n", what);
    exit(1);
}

static void read_sample(const char *name)
{
    char path[4096];
    const char *folder = getenv("BENCH_SAMPLES");
    struct stat about;

    snprintf(path, sizeof path, "%s/%s", folder ? folder : ".", name);
    int file = open(path, O_RDONLY);
    if (file < 0 || fstat(file, &about) < 0)
        fail(path);
    sample.length = about.st_size;
    sample.data = malloc(sample.length);
    if (read(file, sample.data, sample.length) != (ssize_t)sample.length)
        fail("the sample is not read");
    close(file);
}

/* All values of the sample, which stand one after another. */
static void decode_all(const struct kind *it)
{
    XDR xdr;
    xdrmem_create(&xdr, sample.data, sample.length, XDR_DECODE);
    values = NULL;
    for (value_count = 0; xdr_getpos(&xdr) < sample.length; value_count++) {
        values = realloc(values, (value_count + 1) * it->size);
        memset(values + value_count * it->size, 0, it->size);
        if (!it->code(&xdr, values + value_count * it->size))
            fail("the sample is not decoded");
    }
}

static void encode(const struct kind *it)
{
    XDR xdr;
    xdrmem_create(&xdr, out.data, out.length, XDR_ENCODE);
    for (size_t i = 0; i < value_count; i++)
        if (!it->code(&xdr, values + i * it->size))
            fail("a value is not encoded");
}

/* What decoding has allocated is released, as a server has to. */
static void decode(const struct kind *it)
{
    char value[256];
    XDR xdr;
    xdrmem_create(&xdr, sample.data, sample.length, XDR_DECODE);
    for (size_t i = 0; i < value_count; i++) {
        memset(value, 0, it->size);
        if (!it->code(&xdr, value))
            fail("the sample is not decoded");
        __asm__ volatile("" : : "r"(value) : "memory");
        xdr_free((xdrproc_t)it->code, value);
    }
}

#define KIND(name, type) { name, (bool_t(*)(XDR *, void *)) xdr_##type, sizeof(type) }

static const struct kind kinds[] = {
    KIND("attributes", attributes), KIND("numbers", numbers), KIND("mixed", batch),
    KIND("payload", payload), KIND("directory", directory),
};

typedef void work(const struct kind *);

static double seconds_of(work *work, const struct kind *it, unsigned calls)
{
    struct timespec from, to;
    clock_gettime(CLOCK_MONOTONIC, &from);
    for (unsigned i = 0; i < calls; i++)
        work(it);
    clock_gettime(CLOCK_MONOTONIC, &to);
    return (to.tv_sec - from.tv_sec) + (to.tv_nsec - from.tv_nsec) / 1e9;
}

static double figure(work *work, const struct kind *it, double seconds)
{
    double least = 0;
    unsigned calls = 1;
    while (seconds_of(work, it, calls) < seconds / PARTS)
        calls *= 2;
    for (int i = 0; i < PARTS; i++) {
        double part = seconds_of(work, it, calls);
        if (i == 0 || part < least)
            least = part;
    }
    return least / calls / value_count * 1e9;
}

/* FNV-1a. */
static uint64_t sum(const struct bytes *bytes)
{
    uint64_t sum = 0xcbf29ce484222325;
    for (size_t i = 0; i < bytes->length; i++)
        sum = (sum ^ (unsigned char)bytes->data[i]) * 0x100000001b3;
    return sum;
}

int main(int count, char **words)
{
    char *way = count == 3 ? strrchr(words[1], '-') : NULL;
    if (!way)
        fail("usage: codec SCENARIO SECONDS");
    *way++ = 0;
    work *work = !strcmp(way, "encode") ? encode : !strcmp(way, "decode") ? decode : NULL;
    for (size_t i = 0; work && i < sizeof kinds / sizeof *kinds; i++) {
        const struct kind *it = &kinds[i];
        if (strcmp(it->name, words[1]))
            continue;
        read_sample(it->name);
        decode_all(it);
        out.length = sample.length;
        out.data = malloc(out.length);
        encode(it);
        printf("figure %f\n", figure(work, it, atof(words[2])));
        printf("also check %016llx\n", (unsigned long long)sum(&out));
        return 0;
    }
    fail("no such scenario");
}
