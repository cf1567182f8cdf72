/* SPDX-License-Identifier: GPL-2.0-only */
#include "unit.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "alloc.h"
#include "error.h"
#include "file.h"
#include "store.h"

static char dir[] = "/tmp/xf-store-XXXXXX";
static char *path;

static int set_up(void **state)
{
    (void)state;
    if (!mkdtemp(dir))
        return -1;
    path = xf_path_join(dir, "x.db");
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    free(path);
    return xf_remove_tree(dir);
}

static void make(void)
{
    struct xf_store *store;

    assert_int_equal(xf_store_create(&store, path, XF_SCHEMA_DIR), 0);
    assert_int_equal(
        xf_store_exec(store, "INSERT INTO meta VALUES ('a', 'b')"), 0);
    assert_int_equal(xf_store_commit(store), 0);
}

static void nothing_appears_before_commit(void **state)
{
    struct xf_store *store;

    (void)state;
    assert_int_equal(xf_store_create(&store, path, XF_SCHEMA_DIR), 0);
    assert_false(xf_file_exists(path));
    xf_store_close(store);
    assert_false(xf_file_exists(path));
    make();
    assert_int_equal(xf_store_open(&store, path), 0);
    xf_store_close(store);
}

static void spoil(size_t at, const char *with, size_t len)
{
    struct xf_buf text = XF_BUF_INIT;

    make();
    assert_int_equal(xf_file_read(&text, path), 0);
    if (with)
        memcpy(text.data + at, with, len);
    else
        text.len = at;
    assert_int_equal(xf_file_write_atomic(path, text.data, text.len), 0);
    xf_buf_release(&text);
}

static void refused(const char *why)
{
    struct xf_store *store;

    assert_int_equal(xf_store_open(&store, path), -1);
    assert_non_null(strstr(xf_error_message(), path));
    assert_non_null(strstr(xf_error_message(), why));
}

static void damaged_databases_are_refused(void **state)
{
    (void)state;
    spoil(60, "\0\0\0\77", 4); /* user_version, SQLite file format 1.3 */
    refused("schema version 63");
    spoil(68, "abcd", 4); /* application_id */
    refused("not a xenfmea database");
    spoil(20000, NULL, 0);
    refused("scan again");
    spoil(0, "nonsense", 8);
    refused("scan again");
    unlink(path);
    refused("xenfmea scan");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_appears_before_commit),
        cmocka_unit_test(damaged_databases_are_refused),
    };

    return cmocka_run_group_tests(tests, set_up, tear_down);
}
