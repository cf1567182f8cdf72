/* SPDX-License-Identifier: GPL-2.0-only
 *
 * Paths in a graph made of rows, and rules that are wrong.
 */
#include "unit.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "alloc.h"
#include "error.h"
#include "file.h"
#include "reach.h"
#include "routes.h"
#include "rules.h"
#include "states.h"

static char dir[] = "/tmp/xf-reach-XXXXXX";

static int set_up(void **state)
{
    (void)state;
    return mkdtemp(dir) ? 0 : -1;
}

static int tear_down(void **state)
{
    (void)state;
    return xf_remove_tree(dir);
}

/* Functions a, b, ... and calls written "ab": direct, "a~b": through a
 * pointer. */
static struct xf_store *program(const char *names, const char *const *calls)
{
    struct xf_store *store;
    char *path = xf_path_join(dir, "x.db");
    char *sql;

    assert_int_equal(xf_store_create(&store, path, XF_SCHEMA_DIR), 0);
    assert_int_equal(xf_store_exec(store, "INSERT INTO build VALUES (1, "
                                          "'arm64', 'debug', '')"), 0);
    for (const char *n = names; *n; n++) {
        sql = xf_format("INSERT INTO function (id, build, name, file, line, "
                        "end_line, is_static, is_inline, is_noreturn, is_asm) "
                        "VALUES (%d, 1, '%c', 'f.c', %d, 9, 0, 0, 0, 0)",
                        *n - 'a' + 1, *n, *n - 'a' + 10);
        assert_int_equal(xf_store_exec(store, sql), 0);
        free(sql);
    }
    for (size_t i = 0; calls[i]; i++) {
        size_t len = strlen(calls[i]);

        sql = xf_format("INSERT INTO call VALUES (1, %d, %d, '%s', '', 'f.c', "
                        "%zu, 1)",
                        calls[i][0] - 'a' + 1, calls[i][len - 1] - 'a' + 1,
                        len == 2 ? "direct" : "indirect", i + 1);
        assert_int_equal(xf_store_exec(store, sql), 0);
        free(sql);
    }
    free(path);
    return store;
}

static void load(struct xf_graph *g, struct xf_store *store, char from)
{
    memset(g, 0, sizeof(*g));
    assert_int_equal(xf_graph_load(g, store, 1), 0);
    g->starts = xf_calloc(1, sizeof(*g->starts));
    g->nstarts = 1;
    g->starts[0].function = (uint32_t)(from - 'a');
    xf_graph_index(g);
    xf_graph_spread(g, 0);
}

static char *spell(const struct xf_route *route)
{
    char *text = xf_calloc(route->len + 1, 1);

    for (size_t i = 0; i < route->len; i++)
        text[i] = (char)('a' + route->states[i] / XF_STATES);
    return text;
}

static void expect_routes(struct xf_graph *g, char to, size_t k,
                          const char *const *wanted)
{
    struct xf_route routes[9];
    uint32_t target = (uint32_t)(to - 'a') * XF_STATES;
    size_t n = xf_routes(g, &target, 1, k, routes);

    for (size_t i = 0; i < n; i++) {
        char *text = spell(&routes[i]);

        assert_non_null(wanted[i]);
        assert_string_equal(text, wanted[i]);
        free(text);
        xf_route_release(&routes[i]);
    }
    assert_null(wanted[n]);
}

static void routes_are_the_best_ones_in_order(void **state)
{
    static const char *const calls[] = {"ab", "bc", "ac", "ca", "cd", "a~d",
                                        "bb", "ac", NULL};
    struct xf_store *store = program("abcde", calls);
    struct xf_graph g;

    (void)state;
    load(&g, store, 'a');
    expect_routes(&g, 'd', 9,
                  (const char *const[]){"ad", "acd", "abcd", NULL});
    expect_routes(&g, 'd', 2, (const char *const[]){"ad", "acd", NULL});
    expect_routes(&g, 'a', 9, (const char *const[]){"a", NULL});
    expect_routes(&g, 'e', 9, (const char *const[]){NULL});
    assert_true(xf_graph_reached(&g, 3));
    assert_false(xf_graph_reached(&g, 4));
    xf_graph_release(&g);
    xf_store_close(store);
}

static void of_two_equal_ways_the_direct_one_wins(void **state)
{
    static const char *const calls[] = {"a~b", "bd", "ac", "cd", NULL};
    struct xf_store *store = program("abcd", calls);
    struct xf_graph g;

    (void)state;
    load(&g, store, 'a');
    expect_routes(&g, 'd', 9,
                  (const char *const[]){"acd", "abd", NULL});
    xf_graph_release(&g);
    xf_store_close(store);
}

static void a_context_ends_or_changes_where_the_effect_says(void **state)
{
    static const char *const calls[] = {"ab", "bc", NULL};
    struct xf_store *store = program("abc", calls);
    struct xf_graph g;
    struct xf_effect to_two = {.last = 0}, nowhere = {.last = 0};

    (void)state;
    memset(to_two.to, XF_NO_CONTEXT, sizeof(to_two.to));
    memset(nowhere.to, XF_NO_CONTEXT, sizeof(nowhere.to));
    to_two.to[0] = 2;
    load(&g, store, 'a');
    g.edges[0].effect = xf_graph_effect(&g, &to_two);
    xf_graph_spread(&g, 0);
    assert_int_equal(g.distance[1 * XF_STATES + 0], XF_UNREACHED);
    assert_int_not_equal(g.distance[2 * XF_STATES + 2], XF_UNREACHED);
    g.edges[1].effect = xf_graph_effect(&g, &nowhere);
    xf_graph_spread(&g, 0);
    assert_false(xf_graph_reached(&g, 2));
    xf_graph_release(&g);
    xf_store_close(store);
}

static void write_rules(const char *contexts, const char *entries,
                        const char *privilege)
{
    const char *const files[][2] = {{"data/xen/contexts.json", contexts},
                                    {"data/xen/entries.json", entries},
                                    {"data/xen/privilege.json", privilege}};
    char *folder = xf_path_join(dir, "data/xen");

    assert_int_equal(xf_mkdirs(folder), 0);
    free(folder);
    for (size_t i = 0; i < 3; i++) {
        char *path = xf_path_join(dir, files[i][0]);

        assert_int_equal(xf_file_write_atomic(path, files[i][1],
                                              strlen(files[i][1])), 0);
        free(path);
    }
}

static void expect_refused(const char *what)
{
    char *data = xf_path_join(dir, "data");

    assert_null(xf_reach_rules_load(data, "arm64"));
    assert_non_null(strstr(xf_error_message(), what));
    free(data);
}

#define BOOT "{\"contexts\": [{\"name\": \"boot\"}]}"

static void wrong_rules_are_refused_by_name(void **state)
{
    (void)state;
    write_rules("{}", "{}", "{}");
    expect_refused("contexts.json: lists no contexts");
    write_rules(BOOT, "{\"entries\": [{\"context\": \"moon\"}]}", "{}");
    expect_refused("entries.json: 'moon' is no context");
    write_rules(BOOT, "{\"crossings\": [{\"to\": \"\"}]}", "{}");
    expect_refused("entries.json: '' is no context");
    write_rules(BOOT, "{\"crossings\": [{\"to\": \"none\", \"from\": "
                      "[\"!moon\"]}]}", "{}");
    expect_refused("entries.json: 'moon' is no context");
    write_rules(BOOT, "{}", "{\"checks\": [{\"privilege\": \"king\"}]}");
    expect_refused("privilege.json: 'king' is not among its privileges");
    write_rules(BOOT, "{}", "{\n\"checks\": [}");
    expect_refused("privilege.json:2: not valid JSON");
}

static void shipped_rules_are_right_for_every_architecture(void **state)
{
    static const char *const archs[] = {"arm64", "arm32", "x86_64", "riscv64",
                                        "ppc64"};

    (void)state;
    for (size_t i = 0; i < sizeof(archs) / sizeof(archs[0]); i++) {
        struct xf_reach_rules *rules =
            xf_reach_rules_load(XF_DATA_DIR, archs[i]);

        assert_non_null(rules);
        assert_true(rules->nentries && rules->ncrossings && rules->nchecks);
        for (size_t j = 0; j < rules->nentries; j++)
            assert_true(*rules->entries[j].source);
        xf_reach_rules_free(rules);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(routes_are_the_best_ones_in_order),
        cmocka_unit_test(of_two_equal_ways_the_direct_one_wins),
        cmocka_unit_test(a_context_ends_or_changes_where_the_effect_says),
        cmocka_unit_test(wrong_rules_are_refused_by_name),
        cmocka_unit_test(shipped_rules_are_right_for_every_architecture),
    };

    return cmocka_run_group_tests(tests, set_up, tear_down);
}
