/* SPDX-License-Identifier: GPL-2.0-only */
#include "unit.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "alloc.h"
#include "buf.h"
#include "error.h"
#include "file.h"
#include "json.h"
#include "map.h"
#include "proc.h"

static void check_clean(const char *in, const char *expected)
{
    char *out = xf_path_clean(in);

    assert_string_equal(out, expected);
    free(out);
}

static void paths_are_cleaned(void **state)
{
    (void)state;
    check_clean("a//b/./c/", "a/b/c");
    check_clean("/a/../b", "/b");
    check_clean("/..", "/");
    check_clean("../a/../../b", "../../b");
    check_clean("arch/x86/include/asm/../../x86_emulate/x.c",
                "arch/x86/x86_emulate/x.c");
    check_clean("", ".");
}

static void below_needs_a_whole_component(void **state)
{
    (void)state;
    assert_string_equal(xf_path_below("/a/b/c", "/a/b"), "c");
    assert_null(xf_path_below("/a/bc", "/a/b"));
    assert_null(xf_path_below("/a/b", "/a/b"));
}

static void map_keeps_order(void **state)
{
    struct xf_map map = XF_MAP_INIT;
    char key[16];
    int is_new;

    (void)state;
    assert_int_equal(xf_map_find(&map, "x"), XF_MAP_NONE);
    for (unsigned int i = 0; i < 1000; i++) {
        snprintf(key, sizeof(key), "k%u", i);
        assert_int_equal(xf_map_add(&map, key, &is_new), i);
        assert_true(is_new);
    }
    assert_int_equal(xf_map_add(&map, "k17", &is_new), 17);
    assert_false(is_new);
    assert_int_equal(xf_map_find(&map, "k999"), 999);
    assert_string_equal(map.keys[500], "k500");
    xf_map_release(&map);
}

static void atomic_write_keeps_the_old_file(void **state)
{
    char dir[] = "/tmp/xf-base-XXXXXX";
    struct xf_buf text = XF_BUF_INIT;
    char *path, *lost;

    (void)state;
    assert_non_null(mkdtemp(dir));
    path = xf_path_join(dir, "f");
    assert_int_equal(xf_file_write_atomic(path, "one", 3), 0);
    assert_int_equal(xf_file_write_atomic(path, "two!", 4), 0);
    assert_int_equal(xf_file_read(&text, path), 0);
    assert_string_equal(text.data, "two!");
    lost = xf_path_join(dir, "missing/f");
    assert_int_equal(xf_file_write_atomic(lost, "x", 1), -1);
    assert_non_null(strstr(xf_error_message(), lost));
    xf_buf_release(&text);
    free(path);
    free(lost);
    assert_int_equal(xf_remove_tree(dir), 0);
    assert_false(xf_dir_exists(dir));
}

static void json_errors_name_the_line(void **state)
{
    char path[] = "/tmp/xf-json-XXXXXX";
    int fd = mkstemp(path);
    const char *text = "{\n  \"a\": 1,\n  oops\n}\n";

    (void)state;
    assert_int_equal(write(fd, text, strlen(text)), (long)strlen(text));
    close(fd);
    assert_null(xf_json_load(path));
    assert_non_null(strstr(xf_error_message(), path));
    assert_non_null(strstr(xf_error_message(), ":3:"));
    unlink(path);
}

static void children_run_and_are_stopped(void **state)
{
    struct xf_buf out = XF_BUF_INIT;
    struct xf_proc how = {.out = &out};
    const char *echo[] = {"sh", "-c", "echo hello; exit 3", NULL};
    const char *hang[] = {"sh", "-c", "sleep 100 & sleep 100", NULL};
    const char *none[] = {"/nonexistent/program", NULL};

    (void)state;
    assert_int_equal(xf_proc_run(&how, echo), 3);
    assert_string_equal(out.data, "hello\n");
    how.seconds = 1;
    assert_int_equal(xf_proc_run(&how, hang), -1);
    assert_non_null(strstr(xf_error_message(), "1 seconds"));
    assert_int_equal(xf_proc_run(&how, none), -1);
    assert_non_null(strstr(xf_error_message(), "/nonexistent/program"));
    xf_buf_release(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(paths_are_cleaned),
        cmocka_unit_test(below_needs_a_whole_component),
        cmocka_unit_test(map_keeps_order),
        cmocka_unit_test(atomic_write_keeps_the_old_file),
        cmocka_unit_test(json_errors_name_the_line),
        cmocka_unit_test(children_run_and_are_stopped),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
