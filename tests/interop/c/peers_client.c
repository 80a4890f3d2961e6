/*
 * Tries a server of PEERS: peers_client HOST TRANSPORT PORT|PATH|rpcbind NODES SIZE... with the sizes of payloads and the
 * length of a list. Prints what came of each call, one line a call.
 */

#include "peer.h"
#include "peers.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static CLIENT *client;

/* Calls, and prints the outcome unless there are results to print. */
static bool_t call(const char *what, u_long procedure, void *encode, void *arguments, void *decode, void *results) {
    struct timeval timeout = {.tv_sec = 60};
    enum clnt_stat status = clnt_call(client, procedure, (xdrproc_t)encode, arguments, (xdrproc_t)decode, results, timeout);
    if (status == RPC_SUCCESS && decode != xdr_void)
        return TRUE;
    char *said = clnt_sperror(client, (char *)what);
    printf("%.*s\n", (int)strcspn(said, "\n"), said);
    return FALSE;
}

static void exchange(u_int size) {
    payload sent = {.payload_len = size, .payload_val = malloc(size + 1)}, got = {0};
    if (sent.payload_val == NULL)
        peer_fail("malloc");
    for (u_int i = 0; i < size; i++)
        sent.payload_val[i] = (char)(i * 7 + i / 256);
    if (call("echo", ECHO, xdr_payload, &sent, xdr_payload, &got)) {
        int same = got.payload_len == size && memcmp(got.payload_val, sent.payload_val, size) == 0;
        printf("echo %u: %s\n", size, same ? "same" : "different");
    }
    free(got.payload_val);
    free(sent.payload_val);
}

static void texts(void) {
    char *sent[] = {"", "Zo\xc3\xab", "\xff\xfe \x80 not UTF-8"};
    for (int i = 0; i < 3; i++) {
        char *got = NULL;
        if (!call("twice", TWICE, xdr_text, &sent[i], xdr_text, &got))
            continue;
        printf("twice:");
        for (char *letter = got; *letter != 0; letter++)
            printf(" %02x", (unsigned char)*letter);
        printf("\n");
    }
}

static void shapes(void) {
    int corners[] = {1, -2, 2147483647};
    shape sent[] = {
        {.which = CIRCLE, .shape_u.radius = -0.125},
        {.which = POLYGON, .shape_u.corners = {3, corners}},
        {.which = POLYGON},
        {.which = NAMED, .shape_u.name = "blob"},
        {.which = EMPTY},
    };
    for (int i = 0; i < 5; i++) {
        shape got = {0};
        if (!call("change", CHANGE, xdr_shape, &sent[i], xdr_shape, &got))
            continue;
        printf("change: %d", got.which);
        if (got.which == CIRCLE)
            printf(" %g", got.shape_u.radius);
        for (u_int j = 0; got.which == POLYGON && j < got.shape_u.corners.corners_len; j++)
            printf(" %d", got.shape_u.corners.corners_val[j]);
        printf("%s%s\n", got.which == NAMED ? " " : "", got.which == NAMED ? got.shape_u.name : "");
    }
}

static void list(int length) {
    struct chain_node *nodes = calloc(length, sizeof *nodes);
    chain sent = NULL, got = NULL;
    for (int i = length; i-- > 0; sent = &nodes[i]) {
        nodes[i].value = i;
        nodes[i].next = sent;
    }
    if (call("reverse", REVERSE, xdr_chain, &sent, xdr_chain, &got)) {
        int right = 0;
        for (; got != NULL && got->value == length - 1 - right; got = got->next)
            right++;
        printf("reverse: %d of %d%s\n", right, length, got == NULL ? "" : ", and others");
    }
    free(nodes);
}

static void callers(void) {
    char *answer = NULL, name[256] = {0};
    gid_t gids[16];
    if (call("who", WHO, xdr_void, NULL, xdr_text, &answer))
        printf("who: %s\n", answer);
    for (u_int i = 0; i < 16; i++)
        gids[i] = i + 1;
    memset(name, 'm', 255);
    AUTH *none = client->cl_auth;
    client->cl_auth = authunix_create(name, 4294967294u, 0, 16, gids);
    if (call("who", WHO, xdr_void, NULL, xdr_text, &answer))
        printf("who: %s\n", answer);
    client->cl_auth = none;
}

static void refusals(void) {
    refusal how[] = {
        {.kind = PROGRAM_UNAVAILABLE},
        {.kind = VERSION_MISMATCH, .refusal_u.versions = {3, 7}},
        {.kind = PROCEDURE_UNAVAILABLE},
        {.kind = GARBAGE},
        {.kind = SYSTEM},
        {.kind = RPC_VERSION_MISMATCH, .refusal_u.rpc = {3, 4}},
    };
    for (int i = 0; i < 6; i++)
        call("refuse", REFUSE, xdr_refusal, &how[i], xdr_void, NULL);
    u_int reasons[] = {1, 2, 3, 4, 5, 6, 7, 13, 14};
    for (int i = 0; i < 9; i++) {
        refusal rejected = {.kind = AUTHENTICATION, .refusal_u.why = reasons[i]};
        call("refuse", REFUSE, xdr_refusal, &rejected, xdr_void, NULL);
    }
}

/* What a server refuses before it calls a handler. */
static void strangers(void) {
    uint32_t version = 9, program = 0x20000cff;
    u_int length = 1001;
    call("procedure 99", 99, xdr_void, NULL, xdr_void, NULL);
    call("text too long", TWICE, xdr_u_int, &length, xdr_void, NULL);
    clnt_control(client, CLSET_VERS, (char *)&version);
    call("version 9", NULLPROC, xdr_void, NULL, xdr_void, NULL);
    clnt_control(client, CLSET_PROG, (char *)&program);
    call("program 0x20000cff", NULLPROC, xdr_void, NULL, xdr_void, NULL);
}

int main(int count, char **arguments) {
    if (count < 5)
        return 2;
    client = peer_connect(arguments[1], arguments[2], arguments[3], PEERS, PEERS_V1);
    call("null", NULLPROC, xdr_void, NULL, xdr_void, NULL);
    call("nothing", NOTHING, xdr_void, NULL, xdr_void, NULL);
    for (int i = 5; i < count; i++)
        exchange(strtoul(arguments[i], NULL, 10));
    texts();
    shapes();
    list(atoi(arguments[4]));
    callers();
    refusals();
    call("nothing", NOTHING, xdr_void, NULL, xdr_void, NULL);
    strangers();
    return 0;
}
