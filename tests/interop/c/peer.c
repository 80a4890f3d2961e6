#include "peer.h"

#include <arpa/inet.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

static int is_unix(const char *transport) {
    return strncmp(transport, "unix", 4) == 0 || strncmp(transport, "local", 5) == 0;
}

static int is_stream(const char *transport) {
    return strncmp(transport, "udp", 3) != 0;
}

static int is_v6(const char *transport) {
    return strchr(transport, '6') == transport + 3;
}

void peer_fail(const char *what) {
    fflush(stdout);
    perror(what);
    exit(1);
}

/* What libtirpc calls what stands before the colon. */
static struct netconfig *netconfig(const char *transport) {
    char name[16];
    if (is_unix(transport))
        transport = "local";
    snprintf(name, sizeof name, "%.*s", (int)strcspn(transport, ":"), transport);
    struct netconfig *found = getnetconfigent(name);
    if (found == NULL)
        peer_fail("getnetconfigent");
    return found;
}

union place {
    struct sockaddr any;
    struct sockaddr_in v4;
    struct sockaddr_in6 v6;
    struct sockaddr_un local;
};

/* Where that transport listens, with the port or the path that stands behind its colon; returns its length. */
static socklen_t place(const char *transport, union place *place) {
    const char *where = strchr(transport, ':');
    int port = where == NULL ? 0 : atoi(where + 1);
    memset(place, 0, sizeof *place);
    if (is_unix(transport)) {
        place->local.sun_family = AF_UNIX;
        snprintf(place->local.sun_path, sizeof place->local.sun_path, "%s", where + 1);
        return sizeof place->local;
    }
    if (is_v6(transport)) {
        place->v6.sin6_family = AF_INET6;
        place->v6.sin6_addr = in6addr_loopback;
        place->v6.sin6_port = htons(port);
        return sizeof place->v6;
    }
    place->v4.sin_family = AF_INET;
    place->v4.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    place->v4.sin_port = htons(port);
    return sizeof place->v4;
}

SVCXPRT *peer_listen(const char *transport) {
    union place address;
    socklen_t length = place(transport, &address);
    int reuse = 1;
    int fd = socket(address.any.sa_family, is_stream(transport) ? SOCK_STREAM : SOCK_DGRAM, 0);
    if (fd < 0)
        peer_fail("socket");
    if (is_unix(transport))
        unlink(address.local.sun_path);
    else if (is_stream(transport))
        setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &reuse, sizeof reuse);
    if (bind(fd, &address.any, length) != 0)
        peer_fail("bind");
    if (is_stream(transport) && listen(fd, 64) != 0)
        peer_fail("listen");
    if (getsockname(fd, &address.any, &length) != 0)
        peer_fail("getsockname");

    SVCXPRT *server = is_stream(transport) ? svc_vc_create(fd, 0, 0) : svc_dg_create(fd, 0, 0);
    if (server == NULL)
        peer_fail("svc_create");
    printf("%.*s ", (int)strcspn(transport, ":"), transport);
    if (is_unix(transport))
        printf("%s\n", address.local.sun_path);
    else
        printf("%d\n", ntohs(is_v6(transport) ? address.v6.sin6_port : address.v4.sin_port));
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

CLIENT *peer_try_connect(const char *host, const char *transport, const char *where, u_long program, u_long version) {
    setvbuf(stdout, NULL, _IOLBF, 0);
    if (strcmp(where, "rpcbind") == 0 && strlen(transport) == 3)
        return clnt_create(host, program, version, transport);
    /* clnt_create knows no other transports by their names. */
    if (strcmp(where, "rpcbind") == 0)
        return clnt_tp_create(host, program, version, netconfig(transport));
    if (is_unix(transport)) {
        struct sockaddr_un path = {.sun_family = AF_UNIX};
        snprintf(path.sun_path, sizeof path.sun_path, "%s", where);
        struct netbuf address = {.maxlen = sizeof path, .len = sizeof path, .buf = &path};
        return clnt_tli_create(RPC_ANYFD, netconfig(transport), &address, program, version, 0, 0);
    }
    struct addrinfo hints, *found;
    memset(&hints, 0, sizeof hints);
    hints.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV;
    hints.ai_socktype = is_stream(transport) ? SOCK_STREAM : SOCK_DGRAM;
    if (getaddrinfo(host, where, &hints, &found) != 0)
        peer_fail("getaddrinfo");
    struct netbuf address = {.maxlen = found->ai_addrlen, .len = found->ai_addrlen, .buf = found->ai_addr};
    CLIENT *client = clnt_tli_create(RPC_ANYFD, netconfig(transport), &address, program, version, 0, 0);
    freeaddrinfo(found);
    return client;
}

CLIENT *peer_connect(const char *host, const char *transport, const char *where, u_long program, u_long version) {
    CLIENT *client = peer_try_connect(host, transport, where, program, version);
    if (client == NULL) {
        clnt_pcreateerror("connect");
        exit(1);
    }
    return client;
}
