/*
 * Values set and read member by member: that both sides mean the same, not only that each understands itself.
 * "fields write TYPE" encodes a value to stdout, "fields read TYPE" prints the members of what comes in.
 */

#include "kitchen_sink.h"

#include <stdio.h>
#include <string.h>

enum { LARGEST_VALUE = 1 << 16 };

static signed_numbers some_signed = {
    .eight = -8,
    .sixteen = -1600,
    .thirty_two = -320000,
    /* Positive: what rpcgen emits for several numbers in a row decodes a negative long without its sign. */
    .also_thirty_two = 2000000000,
    .sixty_four = -6400000000000,
    .sized_eight = 88,
    .sized_sixteen = 1616,
    .sized_thirty_two = 323232,
    .sized_sixty_four = 646464646464,
    .quad = -4,
    .longlong = -5,
};

static void print_signed(const signed_numbers *it) {
    printf("%d %d %d %ld %ld %d %d %d %ld %ld %ld\n", it->eight, it->sixteen, it->thirty_two, it->also_thirty_two,
           (long)it->sixty_four, it->sized_eight, it->sized_sixteen, it->sized_thirty_two, (long)it->sized_sixty_four,
           (long)it->quad, (long)it->longlong);
}

static other_numbers some_other = {
    .yes_or_no = TRUE, .c_boolean = FALSE, .single = -1.5, .twice = 0.1, .choice = THIRD};

static void print_other(const other_numbers *it) {
    printf("%d %d %g %.17g %d\n", it->yes_or_no, it->c_boolean, it->single, it->twice, it->choice);
}

static fixed_opaques some_opaques = {.one = "a", .two = "bc", .three = "def", .four = "ghij", .hex_bound = "0123456789abcde"};

static void print_opaques(const fixed_opaques *it) {
    printf("%.1s %.2s %.3s %.4s %.16s\n", it->one, it->two, it->three, it->four, it->hex_bound);
}

static strings some_strings = {.short_one = "seven l", .named = "thr", .free = "as long as it takes"};

static void print_strings(const strings *it) {
    printf("%s|%s|%s\n", it->short_one, it->named, it->free);
}

static drawing some_drawing = {
    .lines = {{.from = {1, 2}, .to = {3, 4}, .width = 5}, {.from = {-6, -7}, .to = {-8, -9}, .width = 65535}},
    .centre = {10, 11},
    .colour = HIGH_BIT,
    .owner = "owner",
};

static void print_drawing(const drawing *it) {
    for (int i = 0; i < 2; i++)
        printf("%d,%d-%d,%d/%u ", it->lines[i].from.x, it->lines[i].from.y, it->lines[i].to.x, it->lines[i].to.y,
               it->lines[i].width);
    printf("%d,%d %s %s\n", it->centre.x, it->centre.y, it->colour == HIGH_BIT ? "high" : "other", it->owner);
}

static item third_item = {.value = 33}, second_item = {.value = 22, .next = &third_item};
static entry second_entry = {.key = "k2", .value = {3, "xyz"}}, first_entry = {.key = "k1", .next = &second_entry};
static struct group_node second_group = {.group_name = "empty"},
                         first_group = {.group_name = "full", .members = &first_entry, .next = &second_group};
static item several[2] = {{.value = 5}, {.value = 6, .next = &third_item}};
static lists some_lists = {
    .any = &second_item, .some = {.value = 11, .next = &second_item}, .nested = &first_group, .several = {2, several}};

static void print_items(const item *node) {
    for (; node != NULL; node = node->next)
        printf("%d ", node->value);
    printf("; ");
}

static void print_lists(const lists *it) {
    print_items(it->any);
    print_items(&it->some);
    for (const struct group_node *group = it->nested; group != NULL; group = group->next) {
        printf("%s( ", group->group_name);
        for (const entry *member = group->members; member != NULL; member = member->next)
            printf("%s=%.*s ", member->key, (int)member->value.value_len, member->value.value_val);
        printf(") ");
    }
    for (u_int i = 0; i < it->several.several_len; i++)
        print_items(&it->several.several_val[i]);
    printf("\n");
}

static line some_line = {.from = {1, 2}, .to = {3, 4}, .width = 5};
static every_form some_form = {.kind = SMALLEST, .every_form_u.optional = &some_line};

static void print_form(const every_form *it) {
    switch (it->kind) {
    case FIVE: printf("basic %d\n", it->every_form_u.basic); break;
    case SIX: printf("fixed %.5s\n", it->every_form_u.fixed_opaque); break;
    case SIXTEEN:
        printf("variable %.*s\n", (int)it->every_form_u.variable_opaque.variable_opaque_len,
               it->every_form_u.variable_opaque.variable_opaque_val);
        break;
    case SEVENTEEN: printf("text %s\n", it->every_form_u.text_arm); break;
    case MINUS_TWO:
        printf("array %d %d %d\n", it->every_form_u.fixed_array[0], it->every_form_u.fixed_array[1],
               it->every_form_u.fixed_array[2]);
        break;
    case LARGEST: printf("%u points\n", it->every_form_u.variable_array.variable_array_len); break;
    case SMALLEST: printf("line %s\n", it->every_form_u.optional == NULL ? "none" : "some"); break;
    }
}

static const struct {
    const char *name;
    xdrproc_t codec;
    void *value;
    void (*print)();
} types[] = {
    {"signed_numbers", (xdrproc_t)xdr_signed_numbers, &some_signed, print_signed},
    {"other_numbers", (xdrproc_t)xdr_other_numbers, &some_other, print_other},
    {"fixed_opaques", (xdrproc_t)xdr_fixed_opaques, &some_opaques, print_opaques},
    {"strings", (xdrproc_t)xdr_strings, &some_strings, print_strings},
    {"drawing", (xdrproc_t)xdr_drawing, &some_drawing, print_drawing},
    {"lists", (xdrproc_t)xdr_lists, &some_lists, print_lists},
    {"every_form", (xdrproc_t)xdr_every_form, &some_form, print_form},
};

int main(int count, char **arguments) {
    static char bytes[LARGEST_VALUE];
    static char value[LARGEST_VALUE];
    XDR stream;
    for (size_t i = 0; count == 3 && i < sizeof types / sizeof *types; i++) {
        if (strcmp(types[i].name, arguments[2]) != 0)
            continue;
        if (strcmp(arguments[1], "write") == 0) {
            xdrmem_create(&stream, bytes, sizeof bytes, XDR_ENCODE);
            if (!types[i].codec(&stream, types[i].value))
                return 1;
            fwrite(bytes, 1, xdr_getpos(&stream), stdout);
            return 0;
        }
        u_int length = fread(bytes, 1, sizeof bytes, stdin);
        xdrmem_create(&stream, bytes, length, XDR_DECODE);
        if (!types[i].codec(&stream, value) || xdr_getpos(&stream) != length)
            return 1;
        types[i].print(value);
        return 0;
    }
    return 2;
}
