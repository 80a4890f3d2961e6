/* Provokes every error of a CALCULATOR server: error_client HOST TRANSPORT PORT. Prints "CASE: STATUS", a line a case. */

#include "calculator.h"
#include "peer.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *host, *transport, *port;

static const char *status_name(enum clnt_stat status) {
    switch (status) {
    case RPC_SUCCESS: return "success";
    case RPC_TIMEDOUT: return "timed out";
    case RPC_PROGUNAVAIL: return "program unavailable";
    case RPC_PROGVERSMISMATCH: return "program mismatch";
    case RPC_PROCUNAVAIL: return "procedure unavailable";
    case RPC_CANTDECODEARGS: return "garbage arguments";
    case RPC_SYSTEMERROR: return "system error";
    case RPC_AUTHERROR: return "authentication";
    default: return clnt_sperrno(status);
    }
}

static void report(const char *what, CLIENT *client, enum clnt_stat status) {
    struct rpc_err error;
    printf("%s: %s", what, status_name(status));
    clnt_geterr(client, &error);
    if (status == RPC_PROGVERSMISMATCH)
        printf(" %u %u", (u_int)error.re_vers.low, (u_int)error.re_vers.high);
    if (status == RPC_AUTHERROR)
        printf(" %d", error.re_why);
    printf("\n");
}

static enum clnt_stat call(CLIENT *client, u_long procedure, xdrproc_t encode, void *argument, xdrproc_t decode,
                           void *result) {
    struct timeval timeout = {.tv_sec = 10};
    return clnt_call(client, procedure, encode, argument, decode, result, timeout);
}

static CLIENT *connect_to(u_long program, u_long version) {
    return peer_connect(host, transport, port, program, version);
}

static void void_call(const char *what, u_long program, u_long version, u_long procedure) {
    CLIENT *client = connect_to(program, version);
    report(what, client, call(client, procedure, (xdrproc_t)xdr_void, NULL, (xdrproc_t)xdr_void, NULL));
    clnt_destroy(client);
}

static void hello(CLIENT *client, char *name) {
    char *answer = NULL;
    enum clnt_stat status = call(client, HELLO, (xdrproc_t)xdr_wrapstring, &name, (xdrproc_t)xdr_wrapstring, &answer);
    report(name, client, status);
    if (status == RPC_SUCCESS)
        printf("-> %s\n", answer);
}

static void failing_handlers(void) {
    char *names[] = {"fail: program unavailable", "fail: program mismatch", "fail: procedure unavailable",
                     "fail: garbage arguments",   "fail: system error",     "fail: too weak",
                     "fail: rejected verifier",   "fail: other",            "fail: panic",
                     "still there"};
    CLIENT *client = connect_to(CALCULATOR, CALCULATOR_V1);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        hello(client, names[i]);
    clnt_destroy(client);
}

static void too_long_name(void) {
    char name[MAX_USER_NAME + 2], *text = name;
    CLIENT *client = connect_to(USERS, USERS_V1);
    memset(name, 'x', sizeof name - 1);
    name[sizeof name - 1] = 0;
    report("name too long", client,
           call(client, CREATE, (xdrproc_t)xdr_wrapstring, &text, (xdrproc_t)xdr_void, NULL));
    clnt_destroy(client);
}

/* Credentials of any flavor and body, which libtirpc itself would not send. */
static struct {
    u_int flavor;
    char *body;
    u_int length;
} credential;

static bool_t marshal(AUTH *auth, XDR *out) {
    u_int none = AUTH_NONE, empty = 0;
    return xdr_u_int(out, &credential.flavor) && xdr_bytes(out, &credential.body, &credential.length, 1000)
           && xdr_u_int(out, &none) && xdr_u_int(out, &empty);
}

static void next_verifier(AUTH *auth) {}
static bool_t take_any(AUTH *auth, struct opaque_auth *verifier) { return TRUE; }
static bool_t refresh_none(AUTH *auth, void *why) { return FALSE; }
static void destroy_none(AUTH *auth) {}
static bool_t wrap_plain(AUTH *auth, XDR *out, xdrproc_t codec, caddr_t value) { return codec(out, value); }

static struct auth_ops raw_ops = {
    .ah_nextverf = next_verifier,
    .ah_marshal = marshal,
    .ah_validate = take_any,
    .ah_refresh = refresh_none,
    .ah_destroy = destroy_none,
    .ah_wrap = wrap_plain,
    .ah_unwrap = wrap_plain,
};

static AUTH raw_auth = {.ah_ops = &raw_ops};

static void raw_credential(const char *what, u_long program, u_long procedure, u_int flavor, char *body, u_int length) {
    CLIENT *client = connect_to(program, 1);
    AUTH *normal = client->cl_auth;
    credential.flavor = flavor;
    credential.body = body;
    credential.length = length;
    client->cl_auth = &raw_auth;
    report(what, client, call(client, procedure, (xdrproc_t)xdr_void, NULL, (xdrproc_t)xdr_void, NULL));
    client->cl_auth = normal;
    clnt_destroy(client);
}

/* An AUTH_SYS body with that long a machine name and that many gids; returns its length. */
static u_int auth_sys(char *body, u_int size, u_int name_length, u_int gid_count) {
    XDR out;
    u_int word = 42;
    char name[512], *text = name;
    memset(name, 'm', name_length);
    name[name_length] = 0;
    xdrmem_create(&out, body, size, XDR_ENCODE);
    xdr_u_int(&out, &word);
    xdr_string(&out, &text, sizeof name);
    xdr_u_int(&out, &word);
    xdr_u_int(&out, &word);
    xdr_u_int(&out, &gid_count);
    for (u_int i = 0; i < gid_count; i++)
        xdr_u_int(&out, &word);
    return xdr_getpos(&out);
}

static void credentials(void) {
    char body[1000] = {0};
    raw_credential("AUTH_SYS, largest", CALCULATOR, NULLPROC, AUTH_SYS, body, auth_sys(body, sizeof body, 255, 16));
    raw_credential("AUTH_SYS, 256 byte name", CALCULATOR, NULLPROC, AUTH_SYS, body,
                   auth_sys(body, sizeof body, 256, 0));
    raw_credential("AUTH_SYS, 17 gids", CALCULATOR, NULLPROC, AUTH_SYS, body, auth_sys(body, sizeof body, 3, 17));
    raw_credential("AUTH_SYS, cut short", CALCULATOR, NULLPROC, AUTH_SYS, body, 12);
    raw_credential("AUTH_SHORT", CALCULATOR, NULLPROC, AUTH_SHORT, body, 8);
    raw_credential("AUTH_TLS", CALCULATOR, NULLPROC, 7, NULL, 0);
    raw_credential("unknown flavor", CALCULATOR, NULLPROC, 77, body, 4);
    raw_credential("unknown flavor, unknown program", 0x20000cff, NULLPROC, 77, body, 4);
    raw_credential("401 byte credential", CALCULATOR, NULLPROC, 77, body, 401);

    gid_t gids[] = {7, 8, 9};
    CLIENT *client = connect_to(CALCULATOR, CALCULATOR_V1);
    client->cl_auth = authunix_create("box.example.org", 1000, 1001, 3, gids);
    hello(client, "who am I");
    clnt_destroy(client);
}

int main(int count, char **arguments) {
    if (count != 4)
        return 2;
    host = arguments[1];
    transport = arguments[2];
    port = arguments[3];
    void_call("null procedure", CALCULATOR, CALCULATOR_V1, NULLPROC);
    void_call("unknown program", 0x20000cff, 1, NULLPROC);
    void_call("version 9", CALCULATOR, 9, NULLPROC);
    void_call("version 0", CALCULATOR, 0, NULLPROC);
    void_call("version 2 of USERS", USERS, 2, LIST);
    void_call("procedure 99", CALCULATOR, CALCULATOR_V1, 99);
    void_call("procedure of version 2", CALCULATOR, CALCULATOR_V1, POWER);
    void_call("no arguments", CALCULATOR, CALCULATOR_V1, ADD);
    too_long_name();
    failing_handlers();
    credentials();
    return 0;
}
