/* Calls every procedure of CALCULATOR and USERS: calculator_client HOST TRANSPORT PORT|rpcbind. One line a call. */

#include "calculator.h"
#include "peer.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>

#define CALL(call) ((call) ?: (clnt_perror(client, #call), exit(1), (call)))

static void print_division(const division *it) {
    if (it->status == DIVISION_OK)
        printf("divide: %d rest %d\n", it->division_u.result.value, it->division_u.result.remainder);
    else
        printf("divide: status %d\n", it->status);
}

static void print_factorial(const factorial *it) {
    if (it->status == RANGE_OK)
        printf("factorial: %llu\n", (unsigned long long)it->factorial_u.value);
    else
        printf("factorial: limit %u\n", it->factorial_u.limit);
}

static void calculate(CLIENT *client) {
    operands some = {.left = 2000000000, .right = 2000000001};
    printf("add: %lld\n", (long long)*CALL(add_1(&some, client)));
    printf("subtract: %lld\n", (long long)*CALL(subtract_1(&some, client)));
    printf("multiply: %lld\n", (long long)*CALL(multiply_1(&some, client)));

    operands divisions[] = {{-17, 5}, {1, 0}, {INT_MIN, -1}};
    for (int i = 0; i < 3; i++)
        print_division(CALL(divide_1(&divisions[i], client)));
    for (u_int of = 0; of <= 40; of += 20)
        print_factorial(CALL(factorial_1(&of, client)));

    char *names[] = {"", "Ada", "Zoë"};
    for (int i = 0; i < 3; i++)
        printf("hello: %s\n", *CALL(hello_1(&names[i], client)));
    moment *now = CALL(get_time_1(NULL, client));
    printf("time: %llu %u\n", (unsigned long long)now->seconds, now->nanoseconds);
}

static void calculate_2(CLIENT *client) {
    operands powers[] = {{-3, 39}, {2, 63}, {7, 0}};
    operands some = {.left = -1, .right = -2};
    printf("add 2: %lld\n", (long long)*CALL(add_2(&some, client)));
    for (int i = 0; i < 3; i++) {
        power *it = CALL(power_2(&powers[i], client));
        printf("power: status %d value %lld\n", it->status, it->status == RANGE_OK ? (long long)it->power_u.value : 0);
    }
}

static void create(CLIENT *client, char *name, char *email) {
    new_user wanted = {.name = name, .email = email};
    created *it = CALL(create_1(&wanted, client));
    printf("create: status %d number %u\n", it->status, it->status == USER_NAME_EMPTY ? 0 : it->created_u.id);
}

static void get(CLIENT *client, user_id id) {
    user *it = *CALL(get_1(&id, client));
    if (it == NULL)
        printf("get: none\n");
    else
        printf("get: %u %s %s\n", it->id, it->name, it->email);
}

static void list(CLIENT *client) {
    printf("list:");
    for (user_list node = *CALL(list_1(NULL, client)); node != NULL; node = node->next)
        printf(" %u=%s<%s>", node->entry.id, node->entry.name, node->entry.email);
    printf("\n");
}

static void manage(CLIENT *client) {
    list(client);
    create(client, "ada", "ada@example.org");
    create(client, "bo", "");
    create(client, "ada", "other@example.org");
    create(client, "", "nobody@example.org");
    get(client, 1);
    get(client, 77);
    list(client);
    for (int i = 0; i < 2; i++) {
        user_id id = 1;
        printf("delete: %d\n", *CALL(delete_1(&id, client)));
    }
    list(client);
}

int main(int count, char **arguments) {
    if (count != 4)
        return 2;
    calculate(peer_connect(arguments[1], arguments[2], arguments[3], CALCULATOR, CALCULATOR_V1));
    calculate_2(peer_connect(arguments[1], arguments[2], arguments[3], CALCULATOR, CALCULATOR_V2));
    manage(peer_connect(arguments[1], arguments[2], arguments[3], USERS, USERS_V1));
    return 0;
}
