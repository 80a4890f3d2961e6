/* Sends and gets payloads of each size, or only gets one: blob_client HOST TRANSPORT PORT [produce] SIZE... One line a call. */

#include "blob.h"
#include "peer.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CALL(call) ((call) ?: (clnt_perror(client, #call), exit(1), (call)))

static void produce(CLIENT *client, u_int size) {
    blob *product = CALL(produce_1(&size, client));
    u_int right = 0;
    while (right < product->blob_len && (unsigned char)product->blob_val[right] == (unsigned char)right)
        right++;
    printf("produce %u: %u of %u\n", size, right, product->blob_len);
}

static void exchange(CLIENT *client, u_int size) {
    blob sent = {.blob_len = size, .blob_val = malloc(size + 1)};
    if (sent.blob_val == NULL)
        peer_fail("malloc");
    for (u_int i = 0; i < size; i++)
        sent.blob_val[i] = (char)(i * 7 + i / 256);

    blob *echo = CALL(echo_1(&sent, client));
    int same = echo->blob_len == size && memcmp(echo->blob_val, sent.blob_val, size) == 0;
    printf("echo %u: %s\n", size, same ? "same" : "different");

    produce(client, size);
    printf("consume %u: %llu\n", size, (unsigned long long)*CALL(consume_1(&sent, client)));
    free(sent.blob_val);
}

int main(int count, char **arguments) {
    if (count < 5)
        return 2;
    CLIENT *client = peer_connect(arguments[1], arguments[2], arguments[3], BLOB, BLOB_V1);
    int only = strcmp(arguments[4], "produce") == 0;
    for (int i = 4 + only; i < count; i++)
        (only ? produce : exchange)(client, strtoul(arguments[i], NULL, 10));
    return 0;
}
