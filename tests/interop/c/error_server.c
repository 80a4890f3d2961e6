/* CALCULATOR version 1 whose HELLO answers with the error its argument names: error_server TRANSPORT... */

#include "calculator.h"
#include "peer.h"

#include <stdio.h>
#include <string.h>

static void fail(SVCXPRT *transport, const char *how) {
    if (strcmp(how, "program unavailable") == 0)
        svcerr_noprog(transport);
    else if (strcmp(how, "program mismatch") == 0)
        svcerr_progvers(transport, 3, 7);
    else if (strcmp(how, "procedure unavailable") == 0)
        svcerr_noproc(transport);
    else if (strcmp(how, "garbage arguments") == 0)
        svcerr_decode(transport);
    else if (strcmp(how, "too weak") == 0)
        svcerr_weakauth(transport);
    else if (strcmp(how, "rejected verifier") == 0)
        svcerr_auth(transport, AUTH_REJECTEDVERF);
    else if (strcmp(how, "kerberos") == 0)
        svcerr_auth(transport, RPCSEC_GSS_CREDPROBLEM);
    else
        svcerr_systemerr(transport);
}

/* Says who calls: "uid UID gid GID gids [GID...] on MACHINE". */
static void identify(struct svc_req *call, SVCXPRT *transport) {
    char answer[1024] = "nobody", *result = answer;
    if (call->rq_cred.oa_flavor == AUTH_SYS) {
        struct authunix_parms *who = (struct authunix_parms *)call->rq_clntcred;
        int used = snprintf(answer, sizeof answer, "uid %u gid %u gids [", who->aup_uid, who->aup_gid);
        for (u_int i = 0; i < who->aup_len; i++)
            used += snprintf(answer + used, sizeof answer - used, i == 0 ? "%u" : ", %u", who->aup_gids[i]);
        snprintf(answer + used, sizeof answer - used, "] on %s", who->aup_machname);
    }
    svc_sendreply(transport, (xdrproc_t)xdr_wrapstring, (caddr_t)&result);
}

static void dispatch(struct svc_req *call, SVCXPRT *transport) {
    char *argument = NULL;
    if (call->rq_proc == NULLPROC) {
        svc_sendreply(transport, (xdrproc_t)xdr_void, NULL);
        return;
    }
    if (call->rq_proc != HELLO) {
        svcerr_noproc(transport);
        return;
    }
    if (!svc_getargs(transport, (xdrproc_t)xdr_wrapstring, (caddr_t)&argument)) {
        svcerr_decode(transport);
        return;
    }
    if (strcmp(argument, "who am I") == 0)
        identify(call, transport);
    else if (strncmp(argument, "fail: ", 6) == 0)
        fail(transport, argument + 6);
    else
        svc_sendreply(transport, (xdrproc_t)xdr_wrapstring, (caddr_t)&argument);
    svc_freeargs(transport, (xdrproc_t)xdr_wrapstring, (caddr_t)&argument);
}

int main(int count, char **arguments) {
    for (int i = 1; i < count; i++)
        peer_serve(peer_listen(arguments[i]), arguments[i], CALCULATOR, CALCULATOR_V1, dispatch, FALSE);
    peer_run();
    return 1;
}
