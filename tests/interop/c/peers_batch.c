/*
 * Batches calls (RFC 5531, section 8.5): peers_batch HOST TRANSPORT PORT|PATH COUNT notes 1 to COUNT without waiting for
 * replies, that is with a timeout of 0 and no results, then prints their sum by a call that takes them along.
 */

#include "peer.h"
#include "peers.h"

#include <stdio.h>
#include <stdlib.h>

int main(int count, char **arguments) {
    if (count != 5)
        return 2;
    CLIENT *client = peer_connect(arguments[1], arguments[2], arguments[3], PEERS, PEERS_V1);
    struct timeval none = {0}, timeout = {.tv_sec = 60};
    u_int last = strtoul(arguments[4], NULL, 10);
    for (u_int number = 1; number <= last; number++)
        if (clnt_call(client, NOTE, (xdrproc_t)xdr_u_int, (caddr_t)&number, NULL, NULL, none) != RPC_SUCCESS) {
            clnt_perror(client, "NOTE");
            return 1;
        }
    u_quad_t sum = 0;
    if (clnt_call(client, NOTED, (xdrproc_t)xdr_void, NULL, (xdrproc_t)xdr_u_quad_t, (caddr_t)&sum, timeout)
        != RPC_SUCCESS) {
        clnt_perror(client, "NOTED");
        return 1;
    }
    printf("%llu\n", (unsigned long long)sum);
    return 0;
}
