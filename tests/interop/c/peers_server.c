/* PEERS on libtirpc: peers_server [--rpcbind] [--journal FILE] TRANSPORT... */

#include "peer.h"
#include "peers.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int journal = -1;
static u_quad_t noted;

static void write_down(const char *what, u_int number) {
    char line[32];
    int length = snprintf(line, sizeof line, "%s %u\n", what, number);
    if (journal >= 0 && write(journal, line, length) != length)
        peer_fail("journal");
}

static void change(shape *it) {
    switch (it->which) {
    case CIRCLE: it->shape_u.radius *= 2; return;
    case POLYGON:
        for (u_int i = 0, j = it->shape_u.corners.corners_len; i + 1 < j; i++) {
            int corner = it->shape_u.corners.corners_val[--j];
            it->shape_u.corners.corners_val[j] = it->shape_u.corners.corners_val[i];
            it->shape_u.corners.corners_val[i] = corner;
        }
        return;
    case NAMED: memset(it->shape_u.name, 'x', strlen(it->shape_u.name)); return;
    default:
        it->which = CIRCLE;
        it->shape_u.radius = 1;
    }
}

static void reverse(chain *list) {
    chain reversed = NULL;
    for (chain node = *list, next; node != NULL; node = next) {
        next = node->next;
        node->next = reversed;
        reversed = node;
    }
    *list = reversed;
}

/* Says who calls: "uid UID gid GID gids [GID...] on MACHINE". */
static void who(struct svc_req *call, SVCXPRT *transport) {
    char answer[1024] = "nobody", *result = answer;
    if (call->rq_cred.oa_flavor == AUTH_SYS) {
        struct authunix_parms *caller = (struct authunix_parms *)call->rq_clntcred;
        int used = snprintf(answer, sizeof answer, "uid %u gid %u gids [", caller->aup_uid, caller->aup_gid);
        for (u_int i = 0; i < caller->aup_len; i++)
            used += snprintf(answer + used, sizeof answer - used, i == 0 ? "%u" : ", %u", caller->aup_gids[i]);
        snprintf(answer + used, sizeof answer - used, "] on %s", caller->aup_machname);
    }
    svc_sendreply(transport, (xdrproc_t)xdr_text, (caddr_t)&result);
}

/* libtirpc has no function for it. */
static void refuse_version_of_rpc(SVCXPRT *transport, const bounds *versions) {
    struct rpc_msg reply = {.rm_direction = REPLY};
    reply.rm_reply.rp_stat = MSG_DENIED;
    reply.rjcted_rply.rj_stat = RPC_MISMATCH;
    reply.rjcted_rply.rj_vers.low = versions->low;
    reply.rjcted_rply.rj_vers.high = versions->high;
    SVC_REPLY(transport, &reply);
}

static void refuse(SVCXPRT *transport, const refusal *how) {
    switch (how->kind) {
    case PROGRAM_UNAVAILABLE: svcerr_noprog(transport); break;
    case VERSION_MISMATCH:
        svcerr_progvers(transport, how->refusal_u.versions.low, how->refusal_u.versions.high);
        break;
    case PROCEDURE_UNAVAILABLE: svcerr_noproc(transport); break;
    case GARBAGE: svcerr_decode(transport); break;
    case SYSTEM: svcerr_systemerr(transport); break;
    case RPC_VERSION_MISMATCH: refuse_version_of_rpc(transport, &how->refusal_u.rpc); break;
    case AUTHENTICATION: svcerr_auth(transport, how->refusal_u.why); break;
    }
}

static void answer(SVCXPRT *transport, u_long procedure, xdrproc_t codec, void *value) {
    switch (procedure) {
    case CHANGE: change(value); break;
    case REVERSE: reverse(value); break;
    case REFUSE: refuse(transport, value); return;
    case RECORD: write_down("RECORD", *(u_int *)value); break;
    case LOOK: write_down("LOOK", *(u_int *)value); break;
    case NOTE: noted += *(u_int *)value; return;
    }
    svc_sendreply(transport, codec, value);
}

static void answer_text(SVCXPRT *transport, char *given) {
    char *twice = malloc(2 * strlen(given) + 1);
    if (twice == NULL)
        peer_fail("malloc");
    strcpy(twice, given);
    strcat(twice, given);
    svc_sendreply(transport, (xdrproc_t)xdr_text, (caddr_t)&twice);
    free(twice);
}

/* What a procedure takes, and gives back if it is not told otherwise below. */
static const xdrproc_t codecs[] = {
    [ECHO] = (xdrproc_t)xdr_payload, [TWICE] = (xdrproc_t)xdr_text,     [CHANGE] = (xdrproc_t)xdr_shape,
    [REVERSE] = (xdrproc_t)xdr_chain, [REFUSE] = (xdrproc_t)xdr_refusal, [RECORD] = (xdrproc_t)xdr_u_int,
    [LOOK] = (xdrproc_t)xdr_u_int,   [NOTE] = (xdrproc_t)xdr_u_int,
};

static void dispatch(struct svc_req *call, SVCXPRT *transport) {
    union { payload bytes; char *text; shape shape; chain list; refusal refusal; u_int number; } value;
    switch (call->rq_proc) {
    case NULLPROC:
    case NOTHING: svc_sendreply(transport, (xdrproc_t)xdr_void, NULL); return;
    case WHO: who(call, transport); return;
    case NOTED: svc_sendreply(transport, (xdrproc_t)xdr_u_quad_t, (caddr_t)&noted); return;
    }
    if (call->rq_proc > NOTED) {
        svcerr_noproc(transport);
        return;
    }
    xdrproc_t codec = codecs[call->rq_proc];
    memset(&value, 0, sizeof value);
    if (!svc_getargs(transport, codec, (caddr_t)&value)) {
        svcerr_decode(transport);
        return;
    }
    if (call->rq_proc == TWICE)
        answer_text(transport, value.text);
    else
        answer(transport, call->rq_proc, codec, &value);
    svc_freeargs(transport, codec, (caddr_t)&value);
}

int main(int count, char **arguments) {
    bool_t with_rpcbind = FALSE;
    for (int i = 1; i < count; i++) {
        if (strcmp(arguments[i], "--rpcbind") == 0) {
            with_rpcbind = TRUE;
        } else if (strcmp(arguments[i], "--journal") == 0) {
            journal = open(arguments[++i], O_WRONLY | O_APPEND | O_CREAT, 0600);
            if (journal < 0)
                peer_fail("journal");
        } else {
            peer_serve(peer_listen(arguments[i]), arguments[i], PEERS, PEERS_V1, dispatch, with_rpcbind);
        }
    }
    peer_run();
    return 1;
}
