/* SPDX-License-Identifier: GPL-2.0-only */
#include "unit.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "file.h"
#include "memo.h"

static char dir[] = "/tmp/xf-memo-XXXXXX";
static char *path;

static int set_up(void **state)
{
    (void)state;
    if (!mkdtemp(dir))
        return -1;
    path = xf_path_join(dir, "memo");
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    free(path);
    return xf_remove_tree(dir);
}

static void keep(struct xf_memo *memo, const char *what, const char *text)
{
    struct xf_buf buf = XF_BUF_INIT;
    char key[XF_HASH_HEX];

    xf_hash_bytes(key, what, strlen(what));
    xf_buf_adds(&buf, text);
    xf_memo_keep(memo, key, &buf);
    xf_buf_release(&buf);
}

/* `text` NULL: not there. */
static void expect(struct xf_memo *memo, const char *what, const char *text)
{
    struct xf_buf buf = XF_BUF_INIT;
    char key[XF_HASH_HEX];

    xf_hash_bytes(key, what, strlen(what));
    assert_int_equal(xf_memo_find(memo, key, &buf), text != NULL);
    if (text)
        assert_string_equal(buf.data, text);
    xf_buf_release(&buf);
}

static void make(void)
{
    struct xf_memo *memo = xf_memo_open(path, "basis");

    keep(memo, "a", "one\ntwo\n");
    keep(memo, "b", "");
    keep(memo, "c", "no newline at the end");
    expect(memo, "a", "one\ntwo\n");
    xf_memo_save(memo);
    xf_memo_free(memo);
}

static void results_come_back(void **state)
{
    struct xf_memo *memo;

    (void)state;
    make();
    memo = xf_memo_open(path, "basis");
    expect(memo, "a", "one\ntwo\n");
    expect(memo, "b", "");
    expect(memo, "c", "no newline at the end");
    expect(memo, "d", NULL);
    xf_memo_free(memo);
}

static void what_is_not_used_again_goes(void **state)
{
    struct xf_memo *memo;

    (void)state;
    make();
    memo = xf_memo_open(path, "basis");
    expect(memo, "a", "one\ntwo\n");
    keep(memo, "d", "new");
    xf_memo_save(memo);
    xf_memo_free(memo);
    memo = xf_memo_open(path, "basis");
    expect(memo, "a", "one\ntwo\n");
    expect(memo, "c", NULL);
    expect(memo, "d", "new");
    xf_memo_free(memo);
}

static void another_basis_has_none(void **state)
{
    struct xf_memo *memo;

    (void)state;
    make();
    memo = xf_memo_open(path, "basi");
    expect(memo, "a", NULL);
    xf_memo_free(memo);
    memo = xf_memo_open(path, "basis 2");
    expect(memo, "a", NULL);
    xf_memo_free(memo);
}

/* Every byte changed, and every length. */
static void damage_is_none(void **state)
{
    struct xf_buf whole = XF_BUF_INIT;

    (void)state;
    make();
    assert_int_equal(xf_file_read(&whole, path), 0);
    for (size_t i = 0; i < 2 * whole.len; i++) {
        struct xf_memo *memo;
        bool cut = i >= whole.len;
        size_t at = i % whole.len;

        whole.data[at] ^= cut ? 0 : 1;
        assert_int_equal(xf_file_replace(path, whole.data,
                                         cut ? at : whole.len), 0);
        whole.data[at] ^= cut ? 0 : 1;
        memo = xf_memo_open(path, "basis");
        expect(memo, "a", NULL);
        expect(memo, "c", NULL);
        xf_memo_free(memo);
    }
    xf_buf_release(&whole);
}

static void no_memo_keeps_nothing(void **state)
{
    (void)state;
    keep(NULL, "a", "one");
    expect(NULL, "a", NULL);
    xf_memo_save(NULL);
    xf_memo_free(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(results_come_back),
        cmocka_unit_test(what_is_not_used_again_goes),
        cmocka_unit_test(another_basis_has_none),
        cmocka_unit_test(damage_is_none),
        cmocka_unit_test(no_memo_keeps_nothing),
    };

    return cmocka_run_group_tests(tests, set_up, tear_down);
}
