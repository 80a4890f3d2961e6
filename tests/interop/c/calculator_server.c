/* CALCULATOR and USERS on libtirpc: calculator_server [--rpcbind] TRANSPORT... */

#include "calculator.h"
#include "peer.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void calculator_1(struct svc_req *, SVCXPRT *);
void calculator_2(struct svc_req *, SVCXPRT *);
void users_1(struct svc_req *, SVCXPRT *);

quad_t *add_1_svc(operands *of, struct svc_req *call) {
    static quad_t sum;
    sum = (quad_t)of->left + of->right;
    return &sum;
}

quad_t *subtract_1_svc(operands *of, struct svc_req *call) {
    static quad_t difference;
    difference = (quad_t)of->left - of->right;
    return &difference;
}

quad_t *multiply_1_svc(operands *of, struct svc_req *call) {
    static quad_t product;
    product = (quad_t)of->left * of->right;
    return &product;
}

division *divide_1_svc(operands *of, struct svc_req *call) {
    static division answer;
    if (of->right == 0) {
        answer.status = DIVISION_BY_ZERO;
    } else if (of->left == INT_MIN && of->right == -1) {
        answer.status = DIVISION_OVERFLOW;
    } else {
        answer.status = DIVISION_OK;
        answer.division_u.result.value = of->left / of->right;
        answer.division_u.result.remainder = of->left % of->right;
    }
    return &answer;
}

factorial *factorial_1_svc(u_int *of, struct svc_req *call) {
    static factorial answer;
    if (*of > MAX_FACTORIAL) {
        answer.status = RANGE_TOO_LARGE;
        answer.factorial_u.limit = MAX_FACTORIAL;
        return &answer;
    }
    answer.status = RANGE_OK;
    answer.factorial_u.value = 1;
    for (u_int i = 2; i <= *of; i++)
        answer.factorial_u.value *= i;
    return &answer;
}

char **hello_1_svc(char **name, struct svc_req *call) {
    static char *greeting;
    size_t size = strlen(*name) + sizeof "hello, ";
    greeting = realloc(greeting, size);
    if (greeting == NULL)
        return NULL;
    snprintf(greeting, size, "hello, %s", *name);
    return &greeting;
}

moment *get_time_1_svc(void *nothing, struct svc_req *call) {
    static moment fixed = {.seconds = 5000000000, .nanoseconds = 999999999};
    return &fixed;
}

quad_t *add_2_svc(operands *of, struct svc_req *call) { return add_1_svc(of, call); }
quad_t *subtract_2_svc(operands *of, struct svc_req *call) { return subtract_1_svc(of, call); }
quad_t *multiply_2_svc(operands *of, struct svc_req *call) { return multiply_1_svc(of, call); }
division *divide_2_svc(operands *of, struct svc_req *call) { return divide_1_svc(of, call); }
factorial *factorial_2_svc(u_int *of, struct svc_req *call) { return factorial_1_svc(of, call); }
char **hello_2_svc(char **name, struct svc_req *call) { return hello_1_svc(name, call); }
moment *get_time_2_svc(void *nothing, struct svc_req *call) { return get_time_1_svc(nothing, call); }

power *power_2_svc(operands *of, struct svc_req *call) {
    static power answer;
    answer.status = of->right < 0 ? RANGE_TOO_LARGE : RANGE_OK;
    answer.power_u.value = 1;
    for (int i = 0; i < of->right && answer.status == RANGE_OK; i++)
        if (__builtin_mul_overflow(answer.power_u.value, (quad_t)of->left, &answer.power_u.value))
            answer.status = RANGE_TOO_LARGE;
    return &answer;
}

/* In the order of their numbers. */
static struct user_node *users;
static user_id last_id;

static char *copy(const char *text) {
    char *copied = strdup(text);
    if (copied == NULL)
        peer_fail("strdup");
    return copied;
}

created *create_1_svc(new_user *wanted, struct svc_req *call) {
    static created answer;
    struct user_node **end = &users;
    if (*wanted->name == 0) {
        answer.status = USER_NAME_EMPTY;
        return &answer;
    }
    for (; *end != NULL; end = &(*end)->next)
        if (strcmp((*end)->entry.name, wanted->name) == 0) {
            answer.status = USER_NAME_TAKEN;
            answer.created_u.holder = (*end)->entry.id;
            return &answer;
        }
    struct user_node *node = calloc(1, sizeof *node);
    if (node == NULL)
        peer_fail("calloc");
    node->entry.id = ++last_id;
    node->entry.name = copy(wanted->name);
    node->entry.email = copy(wanted->email);
    *end = node;
    answer.status = USER_CREATED;
    answer.created_u.id = node->entry.id;
    return &answer;
}

user_option *get_1_svc(user_id *wanted, struct svc_req *call) {
    static user_option answer;
    answer = NULL;
    for (struct user_node *node = users; node != NULL; node = node->next)
        if (node->entry.id == *wanted)
            answer = &node->entry;
    return &answer;
}

user_list *list_1_svc(void *nothing, struct svc_req *call) {
    return &users;
}

delete_status *delete_1_svc(user_id *wanted, struct svc_req *call) {
    static delete_status answer;
    answer = USER_UNKNOWN;
    for (struct user_node **node = &users; *node != NULL; node = &(*node)->next)
        if ((*node)->entry.id == *wanted) {
            *node = (*node)->next;
            answer = USER_DELETED;
            break;
        }
    return &answer;
}

int main(int count, char **arguments) {
    bool_t with_rpcbind = count > 1 && strcmp(arguments[1], "--rpcbind") == 0;
    for (int i = with_rpcbind ? 2 : 1; i < count; i++) {
        SVCXPRT *socket = peer_listen(arguments[i]);
        peer_serve(socket, arguments[i], CALCULATOR, CALCULATOR_V1, calculator_1, with_rpcbind);
        peer_serve(socket, arguments[i], CALCULATOR, CALCULATOR_V2, calculator_2, with_rpcbind);
        peer_serve(socket, arguments[i], USERS, USERS_V1, users_1, with_rpcbind);
    }
    peer_run();
    return 1;
}
