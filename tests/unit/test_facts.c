/* SPDX-License-Identifier: GPL-2.0-only */
#include "unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "alloc.h"
#include "cache.h"
#include "error.h"
#include "facts.h"
#include "file.h"

static int check(const struct xf_record *r, void *payload)
{
    int *seen = payload;

    if (r->tag == 'V')
        return 0;
    assert_int_equal(r->tag, 'B');
    assert_int_equal(r->nfields, 3);
    assert_string_equal(r->fields[0], "a\tb\\c\nd");
    assert_string_equal(r->fields[1], "");
    assert_string_equal(r->fields[2], "last");
    assert_string_equal(r->fields[3], "");
    ++*seen;
    return 0;
}

static void records_come_back(void **state)
{
    struct xf_buf out = XF_BUF_INIT;
    int seen = 0;

    (void)state;
    xf_fact(&out, 'V', XF_FACTS_VERSION, NULL);
    xf_fact(&out, 'B', "a\tb\\c\nd", "", "last", NULL);
    xf_facts_end(&out);
    assert_true(xf_facts_complete(out.data, out.len));
    assert_int_equal(xf_facts_read(out.data, out.len, check, &seen), 0);
    assert_int_equal(seen, 1);
    xf_buf_release(&out);
}

static void truncation_is_noticed(void **state)
{
    struct xf_buf out = XF_BUF_INIT;

    (void)state;
    xf_fact(&out, 'V', XF_FACTS_VERSION, NULL);
    xf_fact(&out, 'R', "file.c", "", NULL);
    xf_facts_end(&out);
    for (size_t len = 0; len < out.len; len++) {
        char *copy = xf_strndup(out.data, len);
        int seen = 0;

        assert_int_equal(xf_facts_read(copy, len, check, &seen), -1);
        free(copy);
    }
    xf_buf_release(&out);
}

static char dir[] = "/tmp/xf-cache-XXXXXX";

static void put_source(const char *name, const char *text)
{
    char *path = xf_path_join(dir, name);

    assert_int_equal(xf_file_write_atomic(path, text, strlen(text)), 0);
    free(path);
}

/* NULL: no header of options is special. */
static const char *options;

static int lookup(const char *key)
{
    char *where = xf_path_join(dir, "cache"), *src = xf_path_join(dir, "src");
    struct xf_cache *cache = xf_cache_new(where, src, src);
    struct xf_buf facts = XF_BUF_INIT;
    char *path;
    int hit;

    if (options)
        xf_cache_set_options(cache, options);
    path = xf_cache_find(cache, key);
    hit = path && xf_cache_load(path, &facts);
    if (hit)
        assert_true(xf_facts_complete(facts.data, facts.len));
    xf_buf_release(&facts);
    xf_cache_free(cache);
    free(path);
    free(where);
    free(src);
    return hit;
}

static void store_with(const char *key, const char *header)
{
    char *where = xf_path_join(dir, "cache"), *src = xf_path_join(dir, "src");
    struct xf_buf facts = XF_BUF_INIT;
    struct xf_cache *cache;

    usleep(20000); /* the files must be older than the scan */
    cache = xf_cache_new(where, src, src);
    if (options)
        xf_cache_set_options(cache, options);
    xf_fact(&facts, 'V', XF_FACTS_VERSION, NULL);
    xf_fact(&facts, 'R', "a.c", "", NULL);
    xf_fact(&facts, 'R', header, "", NULL);
    xf_facts_end(&facts);
    xf_cache_put(cache, key, &facts);
    xf_buf_release(&facts);
    xf_cache_free(cache);
    free(where);
    free(src);
}

static void store(const char *key)
{
    store_with(key, "sub/h.h");
}

static void cache_follows_content(void **state)
{
    char *sub;

    (void)state;
    assert_non_null(mkdtemp(dir));
    sub = xf_path_join(dir, "src/sub");
    assert_int_equal(xf_mkdirs(sub), 0);
    put_source("src/a.c", "int a;");
    put_source("src/sub/h.h", "int h;");
    assert_false(lookup("k"));
    store("k");
    assert_true(lookup("k"));
    assert_false(lookup("other"));
    put_source("src/sub/h.h", "int h2;");
    assert_false(lookup("k"));
    put_source("src/sub/h.h", "int h;");
    assert_true(lookup("k"));
    /* A second h.h might be found first by an #include. */
    put_source("src/h.h", "int h;");
    assert_false(lookup("k"));
    free(sub);
    assert_int_equal(xf_remove_tree(dir), 0);
}

/* Two versions of a tree whose unit reads other files, in turns. */
static void cache_knows_both_versions(void **state)
{
    char *sub, *gone;

    (void)state;
    strcpy(dir, "/tmp/xf-cache-XXXXXX");
    assert_non_null(mkdtemp(dir));
    sub = xf_path_join(dir, "src/sub");
    gone = xf_path_join(dir, "src/sub/i.h");
    assert_int_equal(xf_mkdirs(sub), 0);
    put_source("src/a.c", "int a;");
    put_source("src/sub/h.h", "int h;");
    store("k");
    put_source("src/a.c", "int b;");
    put_source("src/sub/i.h", "int i;");
    store_with("k", "sub/i.h");
    assert_true(lookup("k"));
    put_source("src/a.c", "int a;");
    assert_true(lookup("k"));
    assert_int_equal(remove(gone), 0);
    assert_true(lookup("k"));
    /* more versions than are kept: the first is forgotten, none is wrong */
    for (int i = 0; i < 20; i++) {
        char *name = xf_format("src/sub/n%d.h", i);

        put_source(name, "int n;");
        store_with("k", name + 4);
        free(name);
    }
    assert_true(lookup("k"));
    free(sub);
    free(gone);
    assert_int_equal(xf_remove_tree(dir), 0);
}

static void trim(unsigned long long bytes)
{
    char *where = xf_path_join(dir, "cache"), *src = xf_path_join(dir, "src");
    struct xf_cache *cache = xf_cache_new(where, src, src);

    xf_cache_trim(cache, bytes);
    xf_cache_free(cache);
    free(where);
    free(src);
}

static void cache_is_bounded(void **state)
{
    char *sub;

    (void)state;
    strcpy(dir, "/tmp/xf-cache-XXXXXX");
    assert_non_null(mkdtemp(dir));
    sub = xf_path_join(dir, "src/sub");
    assert_int_equal(xf_mkdirs(sub), 0);
    put_source("src/a.c", "int a;");
    put_source("src/sub/h.h", "int h;");
    store("old");
    store("new");
    trim(1 << 20);
    assert_true(lookup("old") && lookup("new"));
    trim(120); /* an entry is some 75 bytes */
    assert_false(lookup("old"));
    assert_true(lookup("new"));
    trim(0);
    assert_false(lookup("new"));
    free(sub);
    assert_int_equal(xf_remove_tree(dir), 0);
}

/* Of the configuration only the options that the unit's files name. */
static void configurations_share_facts(void **state)
{
    char *sub;

    (void)state;
    strcpy(dir, "/tmp/xf-cache-XXXXXX");
    assert_non_null(mkdtemp(dir));
    sub = xf_path_join(dir, "src/sub");
    assert_int_equal(xf_mkdirs(sub), 0);
    free(sub);
    options = "sub/config.h";
    put_source("src/a.c", "#ifdef CONFIG_A\nint a;\n#endif\n");
    put_source("src/sub/config.h", "/* made */\n#define CONFIG_A 1\n"
                                   "#define CONFIG_AB 1\n");
    store_with("config", "sub/config.h");
    assert_true(lookup("config"));
    put_source("src/sub/config.h", "/* made */\n#define CONFIG_A 1\n"
                                   "#define CONFIG_OTHER 1\n");
    assert_true(lookup("config"));
    put_source("src/sub/config.h", "/* made */\n#define CONFIG_A 2\n");
    assert_false(lookup("config"));
    put_source("src/sub/config.h", "/* made */\n");
    assert_false(lookup("config"));
    put_source("src/sub/config.h", "#define CONFIG_A 1\n");
    assert_false(lookup("config")); /* a line that is no option counts */
    options = NULL;
    assert_int_equal(xf_remove_tree(dir), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(records_come_back),
        cmocka_unit_test(truncation_is_noticed),
        cmocka_unit_test(cache_follows_content),
        cmocka_unit_test(cache_knows_both_versions),
        cmocka_unit_test(configurations_share_facts),
        cmocka_unit_test(cache_is_bounded),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
