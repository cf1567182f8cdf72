/* SPDX-License-Identifier: GPL-2.0-only
 *
 * The file of decisions: what is refused and how, that what was read is
 * written back, and that nothing is written when something is wrong.
 */
#include "unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "decisions.h"
#include "error.h"
#include "file.h"

#define HEAD "{\"format\": \"xenfmea-decisions 1\", \"decisions\": [\n"
#define END "{\"end\": true}]}\n"
#define KEEP "\"disposition\": \"keep\""
#define SITE(n) "\"site\": \"XF-00000000000" n "\", \"file\": \"common/" n ".c\""

static char folder[64];

static int set_up(void **state)
{
    (void)state;
    strcpy(folder, "/tmp/xf-test-decisions.XXXXXX");
    return mkdtemp(folder) ? 0 : -1;
}

static int tear_down(void **state)
{
    (void)state;
    return xf_remove_tree(folder);
}

static void refused(const char *text, const char *message)
{
    struct xf_decisions list;

    assert_int_equal(xf_decisions_parse(&list, "d.json", text, strlen(text)),
                     -1);
    assert_int_equal(list.len, 0);
    if (strncmp(xf_error_message(), message, strlen(message)))
        fail_msg("'%s' instead of '%s'", xf_error_message(), message);
}

static void accepted(const char *text, size_t n)
{
    struct xf_decisions list;

    if (xf_decisions_parse(&list, "d.json", text, strlen(text)))
        fail_msg("%s", xf_error_message());
    assert_int_equal(list.len, n);
    xf_decisions_release(&list);
}

static void test_layouts(void **state)
{
    (void)state;
    accepted(HEAD END, 0);
    accepted("{\"format\":\"xenfmea-decisions 1\",\"decisions\":[]}", 0);
    accepted("\xef\xbb\xbf" HEAD "{" SITE("1") ", " KEEP "},\r\n" END, 1);
    accepted("{\n  \"format\" : \"xenfmea-decisions 1\",\n  \"decisions\" : "
             "[\n    {\n" SITE("1") ",\n" KEEP "\n},{" SITE("2") "," KEEP
             "}\n]\n}\n", 2);
}

static void test_refused(void **state)
{
    (void)state;
    refused("", "d.json:1: not a file of decisions");
    refused("[]", "d.json:1: not a file of decisions");
    refused("{\"format\": \"xenfmea-decisions 2\", \"decisions\": []}",
            "d.json:1: the format is \"xenfmea-decisions 2\"");
    refused("{\"decisions\": []}", "d.json:1: only \"format\"");
    refused(HEAD "<<<<<<< HEAD\n{" SITE("1") ", " KEEP "},\n=======\n"
            ">>>>>>> b\n" END, "d.json:2: a conflict marker");
    refused(HEAD "{" SITE("1") ", " KEEP "},\n=======\n" END,
            "d.json:3: a conflict marker");
    refused(HEAD "{" SITE("1") ", " KEEP "}\n{" SITE("2") ", " KEEP "},\n" END,
            "d.json:3: a ',' or ']' is missing");
    refused(HEAD "{" SITE("1") ", " KEEP ",},\n" END,
            "d.json:2: not valid JSON");
    refused(HEAD "{" SITE("1") ", \"rationale\": \"no end, " KEEP "},\n" END,
            "d.json:2: a text without its closing quote");
    refused(HEAD "{" SITE("1") ", \"rationale\": \"no end},\n" END,
            "d.json:2: a text without its closing quote");
    refused(HEAD "{" SITE("1") ", " KEEP "},\n",
            "d.json:3: something is missing here");
    refused(HEAD "{" SITE("1") ", " KEEP ",\n" END,
            "d.json:2: what begins here does not end");
    refused(HEAD "{" SITE("1") ", " KEEP ", \"ratoinale\": \"x\"},\n" END,
            "d.json:2: no field is called \"ratoinale\"; correct it to one of:"
            " site, group,");
    refused(HEAD "{" SITE("1") ", " KEEP ", " KEEP "},\n" END,
            "d.json:2: \"disposition\" is there twice");
    refused(HEAD "{" SITE("1") ", \"disposition\": \"kep\"},\n" END,
            "d.json:2: no disposition is called \"kep\"; write one of: keep,");
    refused(HEAD "{" SITE("1") "},\n" END,
            "d.json:2: \"disposition\" is missing");
    refused(HEAD "\n\n{" KEEP "},\n" END, "d.json:4: neither \"site\" nor");
    refused(HEAD "{\"site\": \"XF-12\", " KEEP "},\n" END,
            "d.json:2: \"site\" is no site id");
    refused(HEAD "{" SITE("1") ", " KEEP ", \"order\": -1},\n" END,
            "d.json:2: \"order\" is a whole number");
    refused(HEAD "{" SITE("1") ", " KEEP ", \"when\": \"today\"},\n" END,
            "d.json:2: \"when\" is no date");
    refused(HEAD "{" SITE("1") ", " KEEP ", \"who\": \"a\xff\"},\n" END,
            "d.json:2: not UTF-8");
    refused(HEAD "{" SITE("1") ", " KEEP ", \"who\": \"a\\u0000\"},\n" END,
            "d.json:2: \\u0000");
    refused(HEAD END "x", "d.json:3: something stands behind the end");
    refused(HEAD "{\"end\": true},\n{" SITE("1") ", " KEEP "}]}",
            "d.json:3: this stands behind");
}

static char *in_folder(const char *name)
{
    return xf_path_join(folder, name);
}

static void write_file(const char *path, const char *text)
{
    assert_int_equal(xf_file_write_atomic(path, text, strlen(text)), 0);
}

static void load_fails(const char *path, const char *message)
{
    struct xf_decisions list;

    assert_int_equal(xf_decisions_load(&list, path), -1);
    if (!strstr(xf_error_message(), message))
        fail_msg("'%s' instead of '%s'", xf_error_message(), message);
}

static void test_whole_list(void **state)
{
    char *path = in_folder("d.json"), *other;

    (void)state;
    load_fails(path, "no such file of decisions");
    write_file(path, HEAD "{" SITE("1") ", " KEEP "},\n{" SITE("1")
               ", \"disposition\": \"open\"},\n" END);
    load_fails(path, "d.json:3: site XF-000000000001 is decided a second time, "
                     "first in ");
    write_file(path, HEAD "{" SITE("1") ", \"group\": \"G\"},\n" END);
    load_fails(path, "d.json:2: no line decides the group G");
    /* the same across the files of a folder */
    write_file(path, HEAD "{" SITE("1") ", " KEEP "},\n" END);
    other = in_folder("e.json");
    write_file(other, HEAD "{" SITE("1") ", " KEEP "},\n" END);
    load_fails(folder, "e.json:2: site XF-000000000001 is decided a second "
                       "time, first in ");
    free(path);
    free(other);
}

static int add_one(struct xf_decisions *list, void *payload)
{
    struct xf_decision *d = xf_decisions_add(list);

    xf_decision_set(&d->site.site_id, payload);
    xf_decision_set(&d->site.file, "arch/arm/irq.c");
    xf_decision_set(&d->disposition, "remove-by-AoU");
    xf_decision_set(&d->aou, "AoU-1, AoU-2");
    xf_decision_set(&d->rationale, "two\nlines, \"quoted\" \\ and \x1b[31m");
    return 0;
}

static int fail_edit(struct xf_decisions *list, void *payload)
{
    add_one(list, payload);
    return xf_error("no");
}

static char *read_file(const char *path)
{
    struct xf_buf text = XF_BUF_INIT;

    assert_int_equal(xf_file_read(&text, path), 0);
    return xf_buf_detach(&text);
}

static void test_edit(void **state)
{
    char *path = in_folder("d.json"), *text;
    const char *broken = HEAD "{" SITE("1") ", \"disposition\": \"x\"},\n" END;

    (void)state;
    assert_int_equal(xf_decisions_edit(path, add_one, "XF-00000000000a"), 0);
    text = read_file(path);
    assert_string_equal(
        text, HEAD "{\"site\": \"XF-00000000000a\", \"file\": "
        "\"arch/arm/irq.c\", \"disposition\": \"remove-by-AoU\", "
        "\"rationale\": \"two\\nlines, \\\"quoted\\\" \\\\ and \\\\x1b[31m\", "
        "\"aou\": [\"AoU-1\", \"AoU-2\"]},\n" END);
    free(text);
    /* an edit that fails changes nothing, nor does one of a broken file */
    assert_int_equal(xf_decisions_edit(path, fail_edit, "XF-00000000000b"),
                     -1);
    text = read_file(path);
    assert_null(strstr(text, "00000b"));
    free(text);
    write_file(path, broken);
    assert_int_equal(xf_decisions_edit(path, add_one, "XF-00000000000b"), -1);
    text = read_file(path);
    assert_string_equal(text, broken);
    free(text);
    free(path);
}

static void test_folder(void **state)
{
    char *path = in_folder("arch-arm.json"), *text;

    (void)state;
    assert_int_equal(xf_decisions_edit(folder, add_one, "XF-00000000000a"), 0);
    text = read_file(path);
    assert_non_null(strstr(text, "XF-00000000000a"));
    free(text);
    free(path);
}

/* A program that knows nothing of the lock, in the middle of an edit. */
static int edit_beside_another(struct xf_decisions *list, void *payload)
{
    struct xf_decision *d = xf_decisions_add(list);

    xf_decision_set(&d->group, "ours");
    xf_decision_set(&d->disposition, "keep");
    assert_int_equal(xf_file_write_atomic(payload, HEAD END,
                                          strlen(HEAD END)), 0);
    return 0;
}

static void test_changed_meanwhile(void **state)
{
    char *path = xf_format("%s/meanwhile.json", folder);
    struct xf_buf text = XF_BUF_INIT;

    (void)state;
    assert_int_equal(xf_decisions_edit(path, edit_beside_another, path), -1);
    assert_non_null(strstr(xf_error_message(), "changed by another program"));
    assert_int_equal(xf_file_read(&text, path), 0);
    assert_string_equal(text.data, HEAD END);
    xf_buf_release(&text);
    free(path);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_layouts),
        cmocka_unit_test(test_refused),
        cmocka_unit_test_setup_teardown(test_whole_list, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_edit, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_folder, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_changed_meanwhile, set_up,
                                        tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
