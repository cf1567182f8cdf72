/* SPDX-License-Identifier: GPL-2.0-only */
#include "unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "buf.h"
#include "error.h"
#include "facts.h"
#include "file.h"
#include "json.h"
#include "literal.h"
#include "maintainers.h"
#include "rate.h"
#include "requirements.h"
#include "scales.h"
#include "slots.h"
#include "when.h"

/* ---- conditions and slots -------------------------------------------------- */

static struct fact_names names;
static struct facts facts;

static int begin(void **state)
{
    (void)state;
    assert_int_equal(fact_names_load(&names, XF_DATA_DIR), 0);
    fact_init(&facts, &names);
    return 0;
}

static int end(void **state)
{
    (void)state;
    fact_release(&facts);
    fact_names_release(&names);
    return 0;
}

static enum truth holds(const char *text)
{
    cJSON *when = cJSON_Parse(text);
    enum truth t;

    assert_non_null(when);
    assert_int_equal(when_check(when, &names, "test"), 0);
    t = when_holds(when, &facts, NULL);
    cJSON_Delete(when);
    return t;
}

static void condition_of_known_facts(void **state)
{
    (void)state;
    fact_set(&facts, "kind", "BUG_ON");
    fact_set(&facts, "contexts", "boot\nirq");
    fact_set(&facts, "bugs", "3");
    fact_set(&facts, "kconfig", "");
    assert_int_equal(holds("{\"kind\": \"BUG*\", \"bugs\": {\"least\": 3}}"),
                     TRUTH_YES);
    assert_int_equal(holds("{\"kind\": [\"panic\", \"BUG\"]}"), TRUTH_NO);
    assert_int_equal(holds("{\"kind\": {\"not\": [\"panic\", \"BUG\"]}}"),
                     TRUTH_YES);
    assert_int_equal(holds("{\"contexts\": \"irq\"}"), TRUTH_YES);
    assert_int_equal(holds("{\"contexts\": {\"only\": \"boot\"}}"), TRUTH_NO);
    assert_int_equal(holds("{\"contexts\": {\"only\": [\"boot\", \"irq\"]}}"),
                     TRUTH_YES);
    assert_int_equal(holds("{\"kconfig\": {\"only\": \"*\"}}"), TRUTH_NO);
    assert_int_equal(holds("{\"kconfig\": {\"not\": \"*\"}}"), TRUTH_YES);
    assert_int_equal(holds("{\"bugs\": {\"most\": 2}}"), TRUTH_NO);
    assert_int_equal(holds("{\"any\": [{\"kind\": \"BUG\"}, {\"bugs\": "
                           "{\"least\": 1}}]}"), TRUTH_YES);
    assert_int_equal(holds("{\"none\": [{\"kind\": \"BUG_ON\"}]}"), TRUTH_NO);
    assert_int_equal(holds("{}"), TRUTH_YES);
}

/* What is not known is neither true nor false, unless something else decides. */
static void condition_of_unknown_facts(void **state)
{
    (void)state;
    fact_clear(&facts);
    fact_set(&facts, "kind", "BUG_ON");
    assert_int_equal(holds("{\"cause\": \"firmware\"}"), TRUTH_OPEN);
    assert_int_equal(holds("{\"cause\": {\"not\": \"firmware\"}}"), TRUTH_OPEN);
    assert_int_equal(holds("{\"cause\": \"firmware\", \"kind\": \"BUG\"}"),
                     TRUTH_NO);
    assert_int_equal(holds("{\"any\": [{\"cause\": \"firmware\"}, {\"kind\": "
                           "\"BUG_ON\"}]}"), TRUTH_YES);
    assert_int_equal(holds("{\"none\": [{\"cause\": \"firmware\"}]}"),
                     TRUTH_OPEN);
    assert_int_equal(holds("{\"cause\": {\"known\": false}}"), TRUTH_YES);
    assert_int_equal(holds("{\"cause\": {\"known\": true}}"), TRUTH_NO);
}

static void condition_that_is_wrong(void **state)
{
    static const char *const wrong[] = {
        "{\"no_such_fact\": \"x\"}", "{\"cause\": \"gremlins\"}",
        "{\"cause\": {\"nearly\": \"firmware\"}}", "{\"any\": {}}",
        "{\"kind\": 3}", "[]", "{\"any\": [{\"cause\": \"gremlins\"}]}"};

    (void)state;
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        cJSON *when = cJSON_Parse(wrong[i]);

        assert_int_equal(when_check(when, &names, "rules.json: rule 'x'"), -1);
        assert_non_null(strstr(xf_error_message(), "rules.json: rule 'x'"));
        cJSON_Delete(when);
    }
}

static void empty_slot_is_an_error(void **state)
{
    struct xf_buf out = XF_BUF_INIT;

    (void)state;
    fact_clear(&facts);
    fact_set(&facts, "function", "f");
    fact_set(&facts, "contexts", "boot\nirq");
    fact_set(&facts, "origin", "");
    assert_int_equal(slots_fill(&out, "{function}(): {contexts}, "
                                      "{cause|not known}{origin|}", &facts,
                                "x"), 0);
    assert_string_equal(out.data, "f(): boot, irq, not known");
    assert_int_equal(slots_fill(&out, "from {origin}", &facts, "x"), -1);
    assert_int_equal(slots_fill(&out, "from {cause}", &facts, "x"), -1);
    assert_non_null(strstr(xf_error_message(), "{cause}"));
    assert_int_equal(slots_check("{no_such}", &names, "x"), -1);
    assert_int_equal(slots_check("{cause", &names, "x"), -1);
    assert_int_equal(slots_check("{cause|a word} {kind}", &names, "x"), 0);
    xf_buf_release(&out);
}

/* ---- requirements ---------------------------------------------------------- */

static int print_requirement(const struct requirement *r, void *payload)
{
    xf_buf_addf(payload, "%d|%s|%s|%s|%s\n", r->line, r->id, r->title, r->text,
                r->covers);
    return 0;
}

static void requirements_of_a_file(void **state)
{
    static const char text[] =
        "Generic Timer\n=============\n\nProbe it\n--------\n\n"
        "`XenSwdgn~probe~1`\n\nDescription:\nXen shall\n  do it.\r\n\n"
        "Rationale:\nno part of it\n\nCovers:\n - `XenProd~a~1`\n"
        " - `XenProd~b~2`\n\nNeeds:\n - `XenSwdgn~no~1`\n\n"
        "Next\n----\n`XenSwdgn~no tildes`\n`XenMkt~bare~12`";
    struct xf_buf out = XF_BUF_INIT;

    (void)state;
    assert_int_equal(requirements_parse(text, print_requirement, &out), 0);
    assert_string_equal(out.data,
                        "7|XenSwdgn~probe~1|Probe it|Xen shall do it.|"
                        "XenProd~a~1, XenProd~b~2\n"
                        "26|XenMkt~bare~12|Next||\n");
    xf_buf_release(&out);
}

/* ---- what decisions say ---------------------------------------------------- */

static void values_of_literals(void **state)
{
    static const struct {
        const char *text;
        bool polarity;
        const char *value;
    } cases[] = {
        {"p", true, "nonzero"}, {"p", false, "zero"}, {"!p", true, "zero"},
        {"!!p", true, "nonzero"}, {"!(p)", false, "nonzero"},
        {"p == NULL", true, "zero"}, {"p != NULL", true, "nonzero"},
        {"(p != NULL)", false, "zero"}, {"rc < 0", true, "negative"},
        {"rc >= 0", false, "negative"}, {"rc == 0", false, "nonzero"},
        {"n > 4", true, "compare"}, {"f(a, b) == 3", true, "equal"},
        {"f(a == 0)", false, "zero"}, {"!(a && b)", true, "compound"},
        {"!a || b", true, "compound"}, {"IS_ERR(d)", true, "error"},
        {"x is none of A, B", true, "none of"}, {"", true, "nonzero"},
        {"(a) == (b)", true, "equal"}, {"a->b", false, "zero"}};

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        assert_string_equal(literal_value(cases[i].text, cases[i].polarity),
                            cases[i].value);
}

static void directness_of_origins(void **state)
{
    (void)state;
    assert_string_equal(literal_direct("'p' at a.c:1 <- result of an "
                                       "allocation: f() at a.c:1", "g"), "yes");
    assert_string_equal(literal_direct("'rc' at a.c:1 <- return rc in h() at "
                                       "b.c:3", "g"), "returned");
    assert_string_equal(literal_direct("argument of h() at b.c:3", "g"), "no");
    assert_string_equal(literal_direct("x is written by g() at a.c:1", "g"),
                        "yes");
    assert_string_equal(literal_direct("x is written by gg() at a.c:1", "g"),
                        "no");
    assert_string_equal(literal_direct("x, which Xen keeps itself, written at "
                                       "3 places", "g"), "no");
    assert_string_equal(literal_direct("written at a.c:1 <- result of an "
                                       "allocation: f() at a.c:1", "g"), "yes");
}

/* ---- Action Priority -------------------------------------------------------- */

static struct scales scales;

static void count_priorities(char table[11][11][11], int counts[3])
{
    memset(counts, 0, 3 * sizeof(*counts));
    for (int s = 1; s <= 10; s++)
        for (int o = 1; o <= 10; o++)
            for (int d = 1; d <= 10; d++)
                counts[table[s][o][d] == 'H'   ? 0
                       : table[s][o][d] == 'M' ? 1
                                               : 2]++;
}

static bool is_the_table(char table[11][11][11])
{
    int counts[3];

    count_priorities(table, counts);
    return counts[0] == 318 && counts[1] == 214 && counts[2] == 468;
}

static void all_cells_of_the_table(void **state)
{
    (void)state;
    assert_int_equal(scales_load(&scales, XF_DATA_DIR, NULL, &names), 0);
    assert_true(is_the_table(scales.priority));
    /* Two rows as they are printed. */
    assert_int_equal(scales_priority(&scales, 9, 2, 7), 'H');
    assert_int_equal(scales_priority(&scales, 9, 3, 5), 'M');
    assert_int_equal(scales_priority(&scales, 10, 2, 4), 'L');
    assert_int_equal(scales_priority(&scales, 10, 1, 10), 'L');
    assert_int_equal(scales_priority(&scales, 9, 4, 1), 'M');
    assert_int_equal(scales_priority(&scales, 8, 5, 6), 'M');
    assert_int_equal(scales_priority(&scales, 1, 10, 10), 'L');
    assert_int_equal(scales_priority(&scales, 0, 10, 10), '?');
    assert_int_equal(scales_priority(&scales, 10, 0, 10), '?');
    scales_release(&scales);
}

/* Copies that are found on the web and differ. */
static void wrong_copies_of_the_table(void **state)
{
    char rpn[11][11][11], bins[11][11][11], rows[11][11][11];

    (void)state;
    assert_int_equal(scales_load(&scales, XF_DATA_DIR, NULL, &names), 0);
    memcpy(rows, scales.priority, sizeof(rows));
    for (int s = 1; s <= 10; s++)
        for (int o = 1; o <= 10; o++)
            for (int d = 1; d <= 10; d++) {
                /* severity from 8 always H, or by a product */
                rpn[s][o][d] = s >= 8 || s * o * d > 100 ? 'H'
                               : s * o * d > 40          ? 'M'
                                                         : 'L';
                /* bins of two */
                bins[s][o][d] = scales.priority[(s + 1) / 2 * 2]
                                               [(o + 1) / 2 * 2]
                                               [(d + 1) / 2 * 2];
                /* 9-10 with 2-3 as H H H M and with 1 as H M L L */
                if (s >= 9 && (o == 2 || o == 3))
                    rows[s][o][d] = d == 1 ? 'M' : 'H';
                if (s >= 9 && o == 1)
                    rows[s][o][d] = d >= 7 ? 'H' : d >= 5 ? 'M' : 'L';
            }
    assert_false(is_the_table(rpn));
    assert_false(is_the_table(bins));
    assert_false(is_the_table(rows));
    scales_release(&scales);
}

static void tables_that_are_refused(void **state)
{
    static const struct {
        const char *text, *says;
    } cases[] = {
        {"{\"cells\": [{\"severity\": [1, 10], \"occurrence\": [1, 10], "
         "\"detection\": [1, 9], \"priority\": \"L\"}]}", "is missing"},
        {"{\"cells\": [{\"severity\": [1, 10], \"occurrence\": [1, 10], "
         "\"detection\": [1, 10], \"priority\": \"L\"}, {\"severity\": [3, 3], "
         "\"occurrence\": [3, 3], \"detection\": [3, 3], \"priority\": "
         "\"H\"}]}", "given twice"},
        {"{\"cells\": [{\"severity\": [1, 9], \"occurrence\": [1, 10], "
         "\"detection\": [1, 10], \"priority\": \"H\"}, {\"severity\": [10, "
         "10], \"occurrence\": [1, 10], \"detection\": [1, 10], \"priority\": "
         "\"L\"}]}", "lower priority"},
        {"{\"cells\": [{\"severity\": [0, 11], \"occurrence\": [1, 10], "
         "\"detection\": [1, 10], \"priority\": \"H\"}]}", "from 1 to 10"}};
    char table[11][11][11];

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        cJSON *json = cJSON_Parse(cases[i].text);

        assert_int_equal(scales_read_priority(table, json, "own.json"), -1);
        assert_non_null(strstr(xf_error_message(), cases[i].says));
        cJSON_Delete(json);
    }
}

/* ---- maintainers ------------------------------------------------------------ */

static void section_with_the_longest_pattern(void **state)
{
    struct maintainers m;
    const struct maintainers_section *s;

    (void)state;
    maintainers_read(&m, "Introduction\n\nARM ARCHITECTURE\nM:\tAda <a@x>\n"
                         "M:\tBob <b@x>\nF:\txen/arch/arm/\nF:\t*/arm*.c\n\n"
                         "ARM SMMU\nM: Cy\nF: xen/drivers/passthrough/arm/smmu.c"
                         "\n\nPASSTHROUGH\nF:\txen/drivers/passthrough/\n"
                         "X:\txen/drivers/passthrough/arm/\n\nTHE REST\n"
                         "F:\t*\nF:\t*/\n");
    s = maintainers_find(&m, "xen/arch/arm/vgic/vgic.c");
    assert_string_equal(s->name, "ARM ARCHITECTURE");
    assert_string_equal(s->people, "Ada, Bob");
    s = maintainers_find(&m, "xen/drivers/passthrough/arm/smmu.c");
    assert_string_equal(s->name, "ARM SMMU");
    s = maintainers_find(&m, "xen/drivers/passthrough/arm/other.c");
    assert_string_equal(s->name, "THE REST");
    s = maintainers_find(&m, "xen/drivers/passthrough/iommu.c");
    assert_string_equal(s->name, "PASSTHROUGH");
    maintainers_release(&m);
    maintainers_read(&m, "F: a\nM:\n\nX:\n");
    assert_null(maintainers_find(&m, "xen/a.c"));
    maintainers_release(&m);
}

/* ---- the stage, on a few rows ----------------------------------------------- */

static char *folder;
static struct xf_store *store;

static int new_store(void **state)
{
    char name[] = "/tmp/xenfmea-rate.XXXXXX", *path;

    begin(state);
    folder = strdup(mkdtemp(name));
    path = xf_path_join(folder, "a.db");
    assert_int_equal(xf_store_create(&store, path, XF_SCHEMA_DIR), 0);
    free(path);
    assert_int_equal(
        xf_store_exec(store, "INSERT INTO build VALUES (1, 'arm64', 'debug', "
                             "'')"), 0);
    return 0;
}

static int end_store(void **state)
{
    xf_store_close(store);
    xf_remove_tree(folder);
    free(folder);
    return end(state);
}

/* A site, its facts as "name=value;...", and the decision that makes it fire. */
static void add_site(int id, const char *kind, const char *known,
                     const char *literal, const char *origin, const char *cause)
{
    char *copy = strdup(known), *rest = copy, *pair;
    sqlite3_stmt *q = xf_store_prepare(
        store, "INSERT INTO site VALUES (?1, 1, 'XF-' || ?1, ?2, 'common/a.c', "
               "?1, ?1, 1, 'f', ?2, ?2, ?3, '', 'frame', '', 2, 0, "
               "?2 LIKE 'ASSERT%', '', 1)");

    sqlite3_bind_int(q, 1, id);
    xf_bind(q, 2, kind);
    xf_bind(q, 3, literal);
    assert_int_equal(xf_store_run(store, q), 0);
    q = xf_store_prepare(store, "INSERT INTO trigger_literal VALUES (?1, 1, "
                                "'predicate', ?2, 1, 'common/a.c', ?1, ?3, "
                                "?4)");
    sqlite3_bind_int(q, 1, id);
    xf_bind(q, 2, literal);
    xf_bind(q, 3, origin);
    xf_bind(q, 4, cause);
    assert_int_equal(xf_store_run(store, q), 0);
    q = xf_store_prepare(store, "INSERT INTO site_fact VALUES (?1, ?2, ?3)");
    while ((pair = strsep(&rest, ";"))) {
        char *value = strchr(pair, '=');

        if (!value)
            continue;
        *value++ = '\0';
        sqlite3_bind_int(q, 1, id);
        xf_bind(q, 2, pair);
        xf_bind(q, 3, value);
        assert_int_equal(xf_store_run(store, q), 0);
    }
    free(copy);
}

static const char *ask(const char *sql)
{
    static char answer[4096];
    sqlite3_stmt *q = xf_store_prepare(store, sql);

    assert_non_null(q);
    answer[0] = '\0';
    if (xf_store_step(store, q) > 0)
        snprintf(answer, sizeof(answer), "%s", xf_column(q, 0));
    sqlite3_reset(q);
    return answer;
}

static void rate(const struct xf_rate_options *how)
{
    if (xf_rate(store, XF_DATA_DIR, how))
        fail_msg("%s", xf_error_message());
}

#define PLACE "place=common/a.c:1;function=f;file=common/a.c;"
#define BOOT PLACE "contexts=boot;armed_by=;ncontexts=1;init=yes;branch=if;"    \
                   "verdict=feasible;message=;"
#define RUNS PLACE "contexts=guest-hypercall;armed_by=;ncontexts=1;init=no;"    \
                   "branch=if;verdict=feasible;message=;macros=;"
#define FAILS "'p' at common/a.c:1 <- result of an allocation, NULL or an "     \
              "error when memory runs out: xzalloc() at common/a.c:1"

static void nothing_is_guessed(void **state)
{
    const struct xf_rate_options how = {0};

    (void)state;
    add_site(1, "BUG_ON", "kind=BUG_ON;place=common/a.c:1;function=f;file=common/a.c", "x", "",
             "");
    rate(&how);
    assert_string_equal(ask("SELECT disposition FROM proposal"),
                        "needs review");
    assert_string_not_equal(ask("SELECT question FROM proposal"), "");
    assert_string_equal(ask("SELECT action_priority FROM failure_row"), "?");
    assert_string_equal(ask("SELECT severity IS NULL FROM failure_row"), "1");
}

/* A boot allocation that fails: kept, unless the assumption is accepted; and
 * never removed when it guards isolation, is a default: label, or when success
 * would make it fire. */
static void removal_by_an_assumption(void **state)
{
    static const char *const accepted[] = {"XenAoU~plat_boot_memory~1", NULL};
    struct xf_rate_options how = {0};

    (void)state;
    add_site(1, "panic", BOOT "kind=panic;cause=memory-exhaustion;origin=" FAILS,
             "!p", FAILS, "memory-exhaustion");
    add_site(2, "panic", BOOT "kind=panic;cause=memory-exhaustion;origin=" FAILS,
             "p", FAILS, "memory-exhaustion");
    add_site(3, "panic", PLACE "contexts=boot;armed_by=;ncontexts=1;init=yes;"
             "branch=default;verdict=feasible;message=;kind=panic;"
             "cause=memory-exhaustion;origin=" FAILS, "!p", FAILS,
             "memory-exhaustion");
    add_site(4, "panic", PLACE "contexts=boot;armed_by=;ncontexts=1;init=yes;"
             "branch=if;verdict=feasible;message=IOMMU setup failed;kind=panic;"
             "cause=memory-exhaustion;origin=" FAILS, "!p", FAILS,
             "memory-exhaustion");
    add_site(5, "panic", BOOT "kind=panic;cause=memory-exhaustion;origin=" FAILS,
             "!p || q", FAILS, "memory-exhaustion");
    rate(&how);
    assert_string_equal(ask("SELECT group_concat(DISTINCT disposition) FROM "
                            "proposal"), "keep");
    assert_string_equal(ask("SELECT aou FROM proposal WHERE site = 1"),
                        accepted[0]);
    how.accepted = accepted;
    rate(&how);
    assert_string_equal(ask("SELECT group_concat(site) FROM proposal WHERE "
                            "disposition = 'remove-by-AoU'"), "1");
    assert_string_equal(ask("SELECT occurrence FROM failure_row WHERE site = "
                            "1"), "1");
    assert_non_null(strstr(ask("SELECT rationale FROM proposal WHERE site = 1"),
                           accepted[0]));
}

/* An error with two producers is only excluded when both are. */
static void every_producer_counts(void **state)
{
    static const char *const accepted[] = {"XenAoU~plat_boot_memory~1", NULL};
    const struct xf_rate_options how = {.accepted = accepted};
    const char *origin = "'rc' at common/a.c:1 <- return -ENOMEM in g() at "
                         "common/b.c:3 <- the error of an allocation";

    (void)state;
    for (int i = 1; i <= 2; i++)
        add_site(i, "panic", BOOT "kind=panic;cause=memory-exhaustion;"
                 "origin=the error of an allocation", "rc", origin,
                 "memory-exhaustion");
    assert_int_equal(
        xf_store_exec(store,
                      "INSERT INTO trigger_producer VALUES "
                      "(1, 1, 'g', 'common/b.c', 3, 'return -ENOMEM', "
                      "'memory-exhaustion', 'the error of an allocation'), "
                      "(2, 1, 'g', 'common/b.c', 3, 'return -ENOMEM', "
                      "'memory-exhaustion', 'the error of an allocation'), "
                      "(2, 2, 'g', 'common/b.c', 9, 'return -EINVAL', "
                      "'firmware', 'device tree: dt()')"), 0);
    rate(&how);
    assert_string_equal(ask("SELECT group_concat(site) FROM proposal WHERE "
                            "disposition = 'remove-by-AoU'"), "1");
    assert_non_null(strstr(ask("SELECT how FROM aou_site WHERE site = 2"),
                           "return -EINVAL"));
}

static void rules_in_their_order(void **state)
{
    static const struct {
        const char *kind, *known, *literal, *disposition, *rule;
    } cases[] = {
        {"ASSERT", RUNS "kind=ASSERT;debug_only=yes;cause=concurrency;"
         "condition=spin_is_locked(&d->lock)", "x", "keep", "lock-assertion"},
        {"BUG_ON", RUNS "kind=BUG_ON;cause=guest-input;condition=op > 3;"
         "debug_only=no;origin=request of the guest: op;returns=error;"
         "callers=check;price=all look;changed=", "x", "propagate",
         "guest-input"},
        {"BUG_ON", RUNS "kind=BUG_ON;cause=guest-input;debug_only=no;"
         "condition=page->count_info & PGC_allocated", "x", "keep",
         "accounting"},
        {"ASSERT_UNREACHABLE", RUNS "kind=ASSERT_UNREACHABLE;cause=guest-input;"
         "fallback=return;next=return -EINVAL;condition=", "", "keep",
         "house-form"},
        {"panic", BOOT "kind=panic;cause=firmware;origin=device tree;"
         "condition=!node", "!node", "keep", "boot-firmware"}};
    const struct xf_rate_options how = {0};
    size_t n = sizeof(cases) / sizeof(cases[0]);

    (void)state;
    for (size_t i = 0; i < n; i++)
        add_site((int)i + 1, cases[i].kind, cases[i].known, cases[i].literal,
                 "", "");
    rate(&how);
    for (size_t i = 0; i < n; i++) {
        char sql[100];

        snprintf(sql, sizeof(sql), "SELECT rule FROM proposal WHERE site = %zu",
                 i + 1);
        assert_string_equal(ask(sql), cases[i].rule);
        snprintf(sql, sizeof(sql), "SELECT disposition FROM proposal WHERE "
                                   "site = %zu", i + 1);
        assert_string_equal(ask(sql), cases[i].disposition);
        snprintf(sql, sizeof(sql), "SELECT count(*) FROM proposal_evidence "
                                   "WHERE site = %zu", i + 1);
        assert_true(atoi(ask(sql)) > 0);
    }
}

/* What only debug builds check has a second row: the release build goes on. */
static void assertions_have_two_rows(void **state)
{
    const struct xf_rate_options how = {0};

    (void)state;
    add_site(1, "ASSERT", RUNS "kind=ASSERT;debug_only=yes;condition=a < b;"
             "cause=internal-invariant;origin=a constant", "a < b", "", "");
    add_site(2, "BUG_ON", RUNS "kind=BUG_ON;debug_only=no;condition=a < b;"
             "cause=internal-invariant;origin=a constant", "a < b", "", "");
    rate(&how);
    assert_string_equal(ask("SELECT group_concat(mode) FROM failure_row WHERE "
                            "site = 1"), "stops,goes on");
    assert_string_equal(ask("SELECT group_concat(mode) FROM failure_row WHERE "
                            "site = 2"), "stops");
    assert_string_equal(ask("SELECT severity FROM failure_row WHERE site = 2"),
                        "10");
    assert_string_equal(ask("SELECT count(*) FROM failure_row WHERE "
                            "severity_why = '' OR occurrence_why = '' OR "
                            "detection_why = ''"), "0");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(condition_of_known_facts),
        cmocka_unit_test(requirements_of_a_file),
        cmocka_unit_test(condition_of_unknown_facts),
        cmocka_unit_test(condition_that_is_wrong),
        cmocka_unit_test(empty_slot_is_an_error),
        cmocka_unit_test(values_of_literals),
        cmocka_unit_test(directness_of_origins),
        cmocka_unit_test(all_cells_of_the_table),
        cmocka_unit_test(wrong_copies_of_the_table),
        cmocka_unit_test(tables_that_are_refused),
        cmocka_unit_test(section_with_the_longest_pattern),
    };
    const struct CMUnitTest stage[] = {
        cmocka_unit_test_setup_teardown(nothing_is_guessed, new_store,
                                        end_store),
        cmocka_unit_test_setup_teardown(removal_by_an_assumption, new_store,
                                        end_store),
        cmocka_unit_test_setup_teardown(every_producer_counts, new_store,
                                        end_store),
        cmocka_unit_test_setup_teardown(rules_in_their_order, new_store,
                                        end_store),
        cmocka_unit_test_setup_teardown(assertions_have_two_rows, new_store,
                                        end_store),
    };

    return cmocka_run_group_tests(tests, begin, end) ||
           cmocka_run_group_tests(stage, NULL, NULL);
}
