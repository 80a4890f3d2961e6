/*
 * Has a server of PEERS record numbers, whatever becomes of it: peers_load HOST TRANSPORT PORT FIRST COUNT. Says of each
 * number how it went, "done NUMBER" or "failed NUMBER: WHY"; none is tried again.
 */

#include "peer.h"
#include "peers.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

/* A connection, as soon as there is a server again. */
static CLIENT *connect_to(char **arguments) {
    struct timespec pause = {.tv_nsec = 10000000};
    CLIENT *client;
    while ((client = peer_try_connect(arguments[1], arguments[2], arguments[3], PEERS, PEERS_V1)) == NULL)
        nanosleep(&pause, NULL);
    return client;
}

int main(int count, char **arguments) {
    if (count != 6)
        return 2;
    /* libtirpc writes to connections whose server is gone. */
    signal(SIGPIPE, SIG_IGN);
    u_int first = strtoul(arguments[4], NULL, 10), end = first + strtoul(arguments[5], NULL, 10);
    struct timeval timeout = {.tv_sec = 30};
    CLIENT *client = connect_to(arguments);
    for (u_int number = first; number < end; number++) {
        u_int recorded = 0;
        enum clnt_stat status = clnt_call(client, RECORD, (xdrproc_t)xdr_u_int, (caddr_t)&number, (xdrproc_t)xdr_u_int,
                                          (caddr_t)&recorded, timeout);
        if (status == RPC_SUCCESS && recorded == number) {
            printf("done %u\n", number);
            continue;
        }
        printf("failed %u: %s\n", number, clnt_sperrno(status));
        clnt_destroy(client);
        client = connect_to(arguments);
    }
    return 0;
}
