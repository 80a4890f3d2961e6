/* BLOB on libtirpc: blob_server TRANSPORT... */

#include "blob.h"
#include "peer.h"

#include <stdlib.h>
#include <string.h>

void blob_1(struct svc_req *, SVCXPRT *);

blob *echo_1_svc(blob *given, struct svc_req *call) {
    static blob same;
    same.blob_val = realloc(same.blob_val, given->blob_len + 1);
    if (same.blob_val == NULL)
        return NULL;
    memcpy(same.blob_val, given->blob_val, given->blob_len);
    same.blob_len = given->blob_len;
    return &same;
}

blob *produce_1_svc(u_int *count, struct svc_req *call) {
    static blob product;
    product.blob_val = realloc(product.blob_val, *count + 1);
    if (product.blob_val == NULL)
        return NULL;
    product.blob_len = *count;
    for (u_int i = 0; i < *count; i++)
        product.blob_val[i] = (char)i;
    return &product;
}

u_quad_t *consume_1_svc(blob *given, struct svc_req *call) {
    static u_quad_t sum;
    sum = given->blob_len;
    for (u_int i = 0; i < given->blob_len; i++)
        sum += (unsigned char)given->blob_val[i];
    return &sum;
}

int main(int count, char **arguments) {
    for (int i = 1; i < count; i++)
        peer_serve(peer_listen(arguments[i]), arguments[i], BLOB, BLOB_V1, blob_1, FALSE);
    peer_run();
    return 1;
}
