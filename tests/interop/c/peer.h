/* What all C peers share: sockets on the loopback address, clients by port, flush and exit. */

#ifndef PEER_H
#define PEER_H

#include <rpc/rpc.h>

typedef void peer_dispatch(struct svc_req *, SVCXPRT *);

/* Says what went wrong and ends with status 1. */
void peer_fail(const char *what);

/*
 * Opens a server socket on the loopback address for transport "tcp", "udp", "tcp6" or "udp6" on an ephemeral port, for
 * "TRANSPORT:PORT" on that one, or for "unix:PATH", and prints "TRANSPORT PORT" or "unix PATH". libtirpc's name "local"
 * stands for "unix" as well.
 * Buffers are of libtirpc's default size.
 */
SVCXPRT *peer_listen(const char *transport);

/* Serves one version of a program there; registers it with rpcbind if asked for. */
void peer_serve(SVCXPRT *socket, const char *transport, u_long program, u_long version, peer_dispatch *dispatch,
                bool_t with_rpcbind);

/* Prints "ready" and serves for ever. */
void peer_run(void);

/* A client of host's program: `where` is a port, a path, or "rpcbind" to ask there. */
CLIENT *peer_connect(const char *host, const char *transport, const char *where, u_long program, u_long version);

/* The same; NULL if there is no connection. */
CLIENT *peer_try_connect(const char *host, const char *transport, const char *where, u_long program, u_long version);

#endif
