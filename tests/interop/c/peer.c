#include "peer.h"

#include <arpa/inet.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static int is_stream(const char *transport) {
    return strncmp(transport, "tcp", 3) == 0;
}

static int is_v6(const char *transport) {
    return strchr(transport, '6') != NULL;
}

void peer_fail(const char *what) {
    fflush(stdout);
    perror(what);
    exit(1);
}

static struct netconfig *netconfig(const char *transport) {
    struct netconfig *found = getnetconfigent(transport);
    if (found == NULL)
        peer_fail("getnetconfigent");
    return found;
}

SVCXPRT *peer_listen(const char *transport) {
    struct sockaddr_storage address;
    socklen_t length;
    int fd = socket(is_v6(transport) ? AF_INET6 : AF_INET, is_stream(transport) ? SOCK_STREAM : SOCK_DGRAM, 0);
    if (fd < 0)
        peer_fail("socket");

    memset(&address, 0, sizeof address);
    if (is_v6(transport)) {
        struct sockaddr_in6 *v6 = (struct sockaddr_in6 *)&address;
        v6->sin6_family = AF_INET6;
        v6->sin6_addr = in6addr_loopback;
        length = sizeof *v6;
    } else {
        struct sockaddr_in *v4 = (struct sockaddr_in *)&address;
        v4->sin_family = AF_INET;
        v4->sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        length = sizeof *v4;
    }
    if (bind(fd, (struct sockaddr *)&address, length) != 0)
        peer_fail("bind");
    if (is_stream(transport) && listen(fd, 64) != 0)
        peer_fail("listen");
    if (getsockname(fd, (struct sockaddr *)&address, &length) != 0)
        peer_fail("getsockname");

    SVCXPRT *server = is_stream(transport) ? svc_vc_create(fd, 0, 0) : svc_dg_create(fd, 0, 0);
    if (server == NULL)
        peer_fail("svc_create");
    printf("%s %d\n", transport,
           ntohs(is_v6(transport) ? ((struct sockaddr_in6 *)&address)->sin6_port
                                  : ((struct sockaddr_in *)&address)->sin_port));
    return server;
}

void peer_serve(SVCXPRT *socket, const char *transport, u_long program, u_long version, peer_dispatch *dispatch,
                bool_t with_rpcbind) {
    struct netconfig *registered = with_rpcbind ? netconfig(transport) : NULL;
    if (with_rpcbind)
        rpcb_unset(program, version, registered);
    if (!svc_reg(socket, program, version, dispatch, registered))
        peer_fail("svc_reg");
}

void peer_run(void) {
    puts("ready");
    fflush(stdout);
    svc_run();
}

CLIENT *peer_connect(const char *host, const char *transport, const char *where, u_long program, u_long version) {
    CLIENT *client;
    setvbuf(stdout, NULL, _IOLBF, 0);
    if (strcmp(where, "rpcbind") == 0) {
        client = clnt_create(host, program, version, transport);
    } else {
        struct addrinfo hints, *found;
        memset(&hints, 0, sizeof hints);
        hints.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV;
        hints.ai_socktype = is_stream(transport) ? SOCK_STREAM : SOCK_DGRAM;
        if (getaddrinfo(host, where, &hints, &found) != 0)
            peer_fail("getaddrinfo");
        struct netbuf address = {.maxlen = found->ai_addrlen, .len = found->ai_addrlen, .buf = found->ai_addr};
        client = clnt_tli_create(RPC_ANYFD, netconfig(transport), &address, program, version, 0, 0);
    }
    if (client == NULL) {
        clnt_pcreateerror("connect");
        exit(1);
    }
    return client;
}
