/* SPDX-License-Identifier: GPL-2.0-only
 *
 * Reading of compile commands, without make: records, shell words, the rules
 * of data/clang/, and builds that others made. Links xf_discover.
 */
#include "unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "alloc.h"
#include "ccargs.h"
#include "discover.h"
#include "error.h"
#include "file.h"
#include "internal.h"
#include "profiles.h"
#include "record.h"
#include "state.h"

static char *folder; /* a temporary one */

static int make_folder(void **state)
{
    char template[] = "/tmp/xf-discover-XXXXXX";

    (void)state;
    folder = xf_strdup(mkdtemp(template));
    return 0;
}

static int remove_folder(void **state)
{
    (void)state;
    xf_remove_tree(folder);
    free(folder);
    return 0;
}

static void write_file(const char *name, const char *text)
{
    char *path = xf_format("%s/%s", folder, name);
    char *parent = xf_strndup(path, (size_t)(xf_path_base(path) - path));

    assert_int_equal(xf_mkdirs(parent), 0);
    assert_int_equal(xf_file_write_atomic(path, text, strlen(text)), 0);
    free(parent);
    free(path);
}

static void records_keep_any_text(void **state)
{
    const char *const text[] = {"C", "", "a\tb\nc\\", "-DX=\"y\""};
    struct xf_record record = {0};
    struct xf_buf line = XF_BUF_INIT;
    char *at;

    (void)state;
    for (size_t i = 0; i < 4; i++)
        xf_record_field(&line, text[i]);
    xf_record_end(&line);
    xf_buf_adds(&line, "F\thalf");
    at = line.data;
    assert_int_equal(xf_record_next(&record, &at), 1);
    assert_int_equal(record.len, 4);
    for (size_t i = 0; i < 4; i++)
        assert_string_equal(record.field[i], text[i]);
    assert_int_equal(xf_record_next(&record, &at), -1);
    xf_record_release(&record);
    xf_buf_release(&line);
}

static void words_are_split_as_by_a_shell(void **state)
{
    size_t argc;
    char **argv;

    (void)state;
    assert_int_equal(xf_argv_split(&argv, &argc,
                                   "gcc '-Da=\"b c\"' -De\\ f \"g\\\"h\" ''"
                                   " ; rm -f x"), 0);
    assert_int_equal(argc, 5);
    assert_string_equal(argv[1], "-Da=\"b c\"");
    assert_string_equal(argv[2], "-De f");
    assert_string_equal(argv[3], "g\"h");
    assert_string_equal(argv[4], "");
    xf_argv_free(argv, argc);
    assert_int_equal(xf_argv_split(&argv, &argc, "gcc 'open"), -1);
}

static void leftovers_are_no_sources(void **state)
{
    struct xf_rules rules;

    (void)state;
    assert_int_equal(xf_rules_load(&rules, XF_DATA_DIR), 0);
    assert_true(xf_rules_match_path(rules.leftovers, "xen-syms"));
    assert_true(xf_rules_match_path(rules.leftovers, "common/domain.o"));
    assert_true(xf_rules_match_path(rules.leftovers, "common/.domain.o.cmd"));
    assert_true(xf_rules_match_path(rules.leftovers, "include/xen/compile.h"));
    assert_false(xf_rules_match_path(rules.leftovers, "include/xen/xen.h"));
    assert_false(xf_rules_match_path(rules.leftovers, "tools/xen.flf"));
    assert_false(xf_rules_match_path(rules.leftovers, "arch/x86/xen.lds.S"));
    assert_false(xf_rules_match_path(rules.leftovers,
                                     "include/xen/compile.h.in"));
    xf_rules_release(&rules);
}

static void shipped_profiles(void **state)
{
    struct xf_profiles profiles;
    const struct xf_profile *p;

    (void)state;
    assert_int_equal(xf_profiles_load(&profiles, XF_DATA_DIR), 0);
    p = xf_profiles_find(&profiles, "debug", "ppc64");
    assert_non_null(p);
    assert_string_equal(p->options, "CONFIG_DEBUG=y\n");
    p = xf_profiles_find(&profiles, "eclair-arm64-amd", "arm64");
    assert_non_null(p);
    assert_non_null(strstr(p->options, "CONFIG_GICV2=n\n"));
    assert_null(xf_profiles_find(&profiles, "eclair-arm64-amd", "x86_64"));
    assert_non_null(strstr(xf_error_message(), "eclair-x86_64-amd"));
    p = xf_profiles_find(&profiles, "everything", "x86_64");
    assert_non_null(p);
    assert_true(p->everything && p->seed);
    assert_non_null(strstr(p->options, "CONFIG_PV_SHIM_EXCLUSIVE=n\n"));
    xf_profiles_release(&profiles);
}

static void expect_bad_profile(const char *text, const char *says)
{
    struct xf_profiles profiles;

    write_file("profiles/own.json", text);
    assert_int_equal(xf_profiles_load(&profiles, folder), -1);
    assert_non_null(strstr(xf_error_message(), "own.json"));
    assert_non_null(strstr(xf_error_message(), says));
}

static void a_profile_must_be_one(void **state)
{
    (void)state;
    expect_bad_profile("{}", "no list \"profiles\"");
    expect_bad_profile("{\"profiles\": [{}]}", "\"name\"");
    expect_bad_profile("{\"profiles\": [{\"name\": \"a,b\"}]}", "\"name\"");
    expect_bad_profile("{\"profiles\": [{\"name\": \"a\", \"set\": [1]}]}",
                       "CONFIG_X=y");
    expect_bad_profile("{\"profiles\": [{\"name\": \"a\", \"set\": "
                       "[\"CONFIG_A=y\\nCONFIG_B=y\"]}]}", "CONFIG_X=y");
}

static void a_configuration_tells_its_architecture(void **state)
{
    char *path = xf_format("%s/config", folder), *arch;

    (void)state;
    write_file("config", "CONFIG_ARM=y\nCONFIG_ARM_32=y\n");
    assert_int_equal(xf_discover_kconfig_arch(&arch, path, XF_DATA_DIR), 0);
    assert_string_equal(arch, "arm32");
    free(arch);
    write_file("config", "CONFIG_MMU=y\n");
    assert_int_equal(xf_discover_kconfig_arch(&arch, path, XF_DATA_DIR), -1);
    assert_non_null(strstr(xf_error_message(), "--arch"));
    free(path);
}

static void an_unfinished_state_is_none(void **state)
{
    struct xf_state loaded;
    char *path = xf_format("%s/state", folder);

    (void)state;
    write_file("state", "K\tkey\nW\t\nC\t/d\t-c\nE\n");
    assert_int_equal(xf_state_load(&loaded, path), 1);
    assert_int_equal(loaded.calls.len, 1);
    xf_state_release(&loaded);
    write_file("state", "K\tkey\nW\t\nC\t/d\t-c\n");
    assert_int_equal(xf_state_load(&loaded, path), 0);
    write_file("state", "K\tkey\nW\t\nC\t/d\t-");
    assert_int_equal(xf_state_load(&loaded, path), 0);
    free(path);
}

/* A source tree and one object's command file, as 4.15 and later leave it. */
static void make_build(const char *cmd)
{
    write_file("src/xen/include/xen/config.h", "");
    write_file("src/xen/common/a.c", "");
    write_file("out/.config", "CONFIG_ARM_64=y\nCONFIG_DEBUG=y\n");
    write_file("out/common/.a.o.cmd", cmd);
}

static struct xf_discover existing(const char *build_dir)
{
    struct xf_discover how = {
        .tree = folder, .data = XF_DATA_DIR, .build_dir = build_dir,
    };

    return how;
}

static void command_files_become_commands(void **state)
{
    char *dir = xf_format("%s/out", folder);
    struct xf_discover how = existing(dir);
    struct xf_build build;
    char *cmd = xf_format(
        "cmd_common/a.o := aarch64-linux-gnu-gcc -MMD -MF common/.a.o.d "
        "-include %s/src/xen/include/xen/config.h -Wa,--noexecstack -Werror "
        "'-DX=$(pound)$$' -c %s/src/xen/common/a.c -o common/.a.o.tmp "
        "-MQ common/a.o ; true\n\nsource_common/a.o := x\n", folder, folder);

    (void)state;
    make_build(cmd);
    assert_int_equal(xf_discover(&build, &how), 0);
    assert_string_equal(build.arch, "arm64");
    assert_string_equal(build.name, "debug");
    assert_int_equal(build.len, 1);
    assert_string_equal(build.commands[0].object, "common/a.o");
    assert_true(xf_has_suffix(build.commands[0].file, "src/xen/common/a.c"));
    assert_int_equal(build.commands[0].argc, 4);
    assert_string_equal(build.commands[0].argv[0],
                        "--target=aarch64-linux-gnu");
    assert_string_equal(build.commands[0].argv[3], "-DX=#$");
    xf_build_release(&build);
    free(cmd);
    free(dir);
}

static void a_build_without_commands_is_an_error(void **state)
{
    struct xf_discover how = existing(folder);
    struct xf_build build;

    (void)state;
    write_file("common/.a.o.d", "a.o: a.c\n");
    assert_int_equal(xf_discover(&build, &how), -1);
    assert_non_null(strstr(xf_error_message(), "4.15"));
}

static void a_folder_without_xen_is_an_error(void **state)
{
    (void)state;
    assert_null(xf_discover_hypervisor(folder));
    assert_non_null(strstr(xf_error_message(), "not a Xen tree"));
}

int main(void)
{
#define IN_FOLDER(f) cmocka_unit_test_setup_teardown(f, make_folder, \
                                                     remove_folder)
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(records_keep_any_text),
        cmocka_unit_test(words_are_split_as_by_a_shell),
        cmocka_unit_test(leftovers_are_no_sources),
        cmocka_unit_test(shipped_profiles),
        IN_FOLDER(a_profile_must_be_one),
        IN_FOLDER(a_configuration_tells_its_architecture),
        IN_FOLDER(an_unfinished_state_is_none),
        IN_FOLDER(command_files_become_commands),
        IN_FOLDER(a_build_without_commands_is_an_error),
        IN_FOLDER(a_folder_without_xen_is_an_error),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
