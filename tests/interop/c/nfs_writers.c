/*
 * Many clients of libnfs at once, each a process: nfs_writers URL CLIENTS BLOCKS.
 *
 * URL is that of an export. Each client writes a file of its own, `own-N`, every CLIENTS-th block of the file `shared`, and
 * blocks of the file `contended` that all others write as well; what nobody else writes it reads back and compares.
 * `shared` and `contended` are there already.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include <nfsc/libnfs.h>

#define BLOCK 65536
/* Blocks of `contended`. */
#define CONTENDED 4

static struct nfs_context *nfs;
static uint32_t client;

static void fail(const char *what)
{
    fprintf(stderr, "client %u: %s: %s\n", client, what, nfs_get_error(nfs));
    exit(1);
}

/* The same eight bytes all over: who wrote it, and which of its blocks. */
static void fill(char *block, uint32_t number)
{
    uint32_t words[2] = { client, number };
    for (size_t at = 0; at < BLOCK; at += sizeof words)
        memcpy(block + at, words, sizeof words);
}

static void write_at(struct nfsfh *file, uint64_t offset, const char *data, size_t count)
{
    while (count > 0) {
        int written = nfs_pwrite(nfs, file, offset, count, (void *)data);
        if (written <= 0)
            fail("write");
        offset += written;
        data += written;
        count -= written;
    }
}

static void compare_at(struct nfsfh *file, uint64_t offset, const char *expected, size_t count)
{
    char found[BLOCK];
    for (size_t at = 0; at < count;) {
        int got = nfs_pread(nfs, file, offset + at, count - at, found + at);
        if (got <= 0)
            fail("read");
        at += got;
    }
    if (memcmp(found, expected, count) != 0) {
        fprintf(stderr, "client %u: other bytes at %llu\n", client, (unsigned long long)offset);
        exit(1);
    }
}

static void own(uint32_t blocks)
{
    char name[32], block[BLOCK];
    struct nfsfh *file;
    struct nfs_stat_64 found;

    snprintf(name, sizeof name, "/own-%u", client);
    if (nfs_creat(nfs, name, 0644, &file) != 0)
        fail(name);
    for (uint32_t number = 0; number < blocks; number++) {
        fill(block, number);
        /* Not where a page begins, and the last block is a short one. */
        write_at(file, 3 + (uint64_t)number * BLOCK, block, number + 1 < blocks ? BLOCK : 1 + client);
    }
    if (nfs_fsync(nfs, file) != 0)
        fail("fsync");
    if (nfs_fstat64(nfs, file, &found) != 0)
        fail("fstat");
    if (found.nfs_size != 3 + (uint64_t)(blocks - 1) * BLOCK + 1 + client) {
        fprintf(stderr, "client %u: its file has %llu bytes\n", client, (unsigned long long)found.nfs_size);
        exit(1);
    }
    for (uint32_t number = 0; number < blocks; number++) {
        fill(block, number);
        compare_at(file, 3 + (uint64_t)number * BLOCK, block, number + 1 < blocks ? BLOCK : 1 + client);
    }
    nfs_close(nfs, file);
}

static void shared(uint32_t clients, uint32_t blocks)
{
    char block[BLOCK];
    struct nfsfh *mine, *theirs;

    if (nfs_open(nfs, "/shared", O_RDWR, &mine) != 0 || nfs_open(nfs, "/contended", O_RDWR, &theirs) != 0)
        fail("open");
    for (uint32_t number = 0; number < blocks; number++) {
        uint64_t offset = ((uint64_t)number * clients + client) * BLOCK;
        fill(block, number);
        write_at(mine, offset, block, BLOCK);
        compare_at(mine, offset, block, BLOCK);
        write_at(theirs, (uint64_t)(number % CONTENDED) * BLOCK, block, BLOCK);
    }
    if (nfs_fsync(nfs, mine) != 0 || nfs_fsync(nfs, theirs) != 0)
        fail("fsync");
    nfs_close(nfs, mine);
    nfs_close(nfs, theirs);
}

static void run(const char *text, uint32_t clients, uint32_t blocks)
{
    struct nfs_url *url;

    nfs = nfs_init_context();
    url = nfs_parse_url_dir(nfs, text);
    if (url == NULL || nfs_mount(nfs, url->server, url->path) != 0)
        fail("mount");
    own(blocks);
    shared(clients, blocks);
    nfs_destroy_url(url);
    nfs_destroy_context(nfs);
}

int main(int count, char **words)
{
    uint32_t clients, blocks;
    int status, failed = 0;

    if (count != 4) {
        fprintf(stderr, "nfs_writers URL CLIENTS BLOCKS\n");
        return 2;
    }
    clients = strtoul(words[2], NULL, 10);
    blocks = strtoul(words[3], NULL, 10);
    for (client = 0; client < clients; client++) {
        pid_t child = fork();
        if (child < 0) {
            perror("fork");
            return 1;
        }
        if (child == 0) {
            run(words[1], clients, blocks);
            return 0;
        }
    }
    while (wait(&status) > 0)
        failed += status != 0;
    printf("%u clients, %d failed\n", clients, failed);
    return failed != 0;
}
