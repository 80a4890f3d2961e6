/*
 * Decodes and encodes what comes in, type by type: the C half of the wire tests.
 * In:  type, length, bytes. Out: 1 if they decoded, bytes used, length, bytes as encoded again. Numbers: 32 bits, big-endian.
 * The test writes interface.h, which includes rpcgen's header, and registry.h: every type of it, {name, codec, size}.
 */

#include "interface.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct {
    const char *name;
    xdrproc_t codec;
    size_t size;
} types[] = {
#include "registry.h"
};

enum { LARGEST_VALUE = 1 << 20 };

static u_int read_word(void) {
    uint32_t word;
    if (fread(&word, sizeof word, 1, stdin) != 1)
        exit(feof(stdin) ? 0 : 1);
    return ntohl(word);
}

static void write_word(u_int word) {
    uint32_t out = htonl(word);
    fwrite(&out, sizeof out, 1, stdout);
}

static void answer(u_int type, char *bytes, u_int length) {
    static char encoded[LARGEST_VALUE];
    XDR in, out;
    void *value = calloc(1, types[type].size);
    if (value == NULL)
        exit(1);

    xdrmem_create(&in, bytes, length, XDR_DECODE);
    bool_t decoded = types[type].codec(&in, value);
    write_word(decoded);
    write_word(decoded ? xdr_getpos(&in) : 0);
    if (!decoded) {
        /* Not freed: xdr_free would walk all elements that a wrong length claims. */
        write_word(0);
        return;
    }
    xdrmem_create(&out, encoded, sizeof encoded, XDR_ENCODE);
    if (!types[type].codec(&out, value)) {
        fprintf(stderr, "%s: decoded but not encoded\n", types[type].name);
        exit(1);
    }
    write_word(xdr_getpos(&out));
    fwrite(encoded, 1, xdr_getpos(&out), stdout);
    xdr_free(types[type].codec, value);
    free(value);
}

int main(void) {
    for (;;) {
        u_int type = read_word(), length = read_word();
        char *bytes = malloc(length + 1);
        if (bytes == NULL || type >= sizeof types / sizeof *types || fread(bytes, 1, length, stdin) != length)
            return 1;
        answer(type, bytes, length);
        free(bytes);
    }
}
