/* SPDX-License-Identifier: GPL-2.0-only
 *
 * fmea/sheet, from a few SQL rows: the row model, both writers, escaping.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <cjson/cJSON.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "columns.h"
#include "error.h"
#include "escape.h"
#include "file.h"
#include "page.h"
#include "sheet.h"

static char folder[64];

static char *in_folder(const char *name)
{
    return xf_path_join(folder, name);
}

static void write_text(const char *name, const char *text, size_t len)
{
    char *path = in_folder(name);

    assert_int_equal(xf_file_write_atomic(path, text, len), 0);
    free(path);
}

static char *read_text(const char *name)
{
    struct xf_buf text = XF_BUF_INIT;
    char *path = in_folder(name);

    assert_int_equal(xf_file_read(&text, path), 0);
    free(path);
    return xf_buf_detach(&text);
}

static int set_up(void **state)
{
    (void)state;
    strcpy(folder, "/tmp/xf-test-sheet.XXXXXX");
    return mkdtemp(folder) ? 0 : -1;
}

static int tear_down(void **state)
{
    (void)state;
    return xf_remove_tree(folder);
}

/* A database made of `sql`, loaded with the folder as its tree. */
static void load(struct xf_sheet *sheet, const char *sql)
{
    char *db = in_folder("test.db");
    struct xf_store *store;

    assert_int_equal(xf_store_create(&store, db, XF_SCHEMA_DIR), 0);
    if (xf_store_exec(store, sql))
        fail_msg("%s", xf_error_message());
    assert_int_equal(xf_store_commit(store), 0);
    assert_int_equal(xf_store_open(&store, db), 0);
    if (xf_sheet_load(sheet, store, folder))
        fail_msg("%s", xf_error_message());
    xf_store_close(store);
    free(db);
}

#define SITE                                                                   \
    "INSERT INTO site (build, site_id, kind, file, line, end_line, col,"       \
    " function, macro, macros, condition, message, witness, callee, frame,"    \
    " ordinal, debug_only, tus) VALUES "

static const char *const two_builds =
    "INSERT INTO build (arch, name) VALUES ('arm64', 'debug'),"
    " ('x86_64', 'debug');"
    SITE "(1, 's2', 'BUG_ON', 'b.c', 9, 9, 5, 'g', 'BUG_ON', 'BUG_ON > BUG',"
    " 'x > 1', '', 'frame', '', 2, 0, 0, 1),"
    "(2, 's1', 'panic', 'a.c', 3, 4, 5, 'f', '', '', '', '\"no %u\\n\"', 'call',"
    " 'panic', -1, 0, 0, 1),"
    "(1, 's1', 'panic', 'a.c', 2, 2, 5, 'f', '', '', '', '\"no %u\\n\"', 'call',"
    " 'panic', -1, 0, 0, 1);"
    "INSERT INTO function (id, build, name, file, line, end_line, is_static,"
    " is_inline, is_noreturn, is_asm) VALUES"
    " (1, 1, 'z', 'c.c', 1, 2, 0, 0, 0, 0),"
    " (2, 1, 'y', 'c.c', 3, 4, 0, 0, 0, 0),"
    " (3, 1, 'f', 'a.c', 1, 9, 0, 0, 0, 0);"
    "INSERT INTO site_function VALUES (3, 1, 'inlined'), (3, 2, 'inlined'),"
    " (3, 3, 'body');"
    "INSERT INTO meta VALUES ('tree', '/home/me/xen'), ('tool_version', '7'),"
    " ('make_failures', 'a.o: no\nb.o: no\n');"
    "INSERT INTO tu (build, file, object, status, detail, command) VALUES"
    " (1, 'a.c', 'a.o', 'ok', '', ''), (2, 'a.c', 'a.o', 'errors', 'bad', '');"
    "INSERT INTO census VALUES ('a.c', 2, 1, 'panic', 'panic', 'site', ''),"
    " ('a.c', 7, 1, 'BUG', 'BUG', 'unaccounted', '');";

static void test_rows_are_ordered_and_complete(void **state)
{
    struct xf_sheet sheet;

    (void)state;
    load(&sheet, two_builds);
    assert_int_equal(sheet.len, 3);
    assert_string_equal(sheet.rows[0].site_id, "s1");
    assert_string_equal(sheet.rows[0].arch, "arm64");
    assert_int_equal(sheet.rows[1].line, 3);
    assert_int_equal(sheet.rows[1].end_line, 4);
    assert_string_equal(sheet.rows[2].macros, "BUG_ON > BUG");
    assert_string_equal(sheet.rows[0].inliners[0], "y");
    assert_string_equal(sheet.rows[0].inliners[1], "z");
    assert_null(sheet.rows[0].inliners[2]);
    assert_null(sheet.rows[1].inliners);
    assert_int_equal(sheet.rows[0].excerpt_first, 0);
    assert_string_equal(sheet.rows[0].excerpt, "");
    xf_sheet_release(&sheet);
}

/* A view's new column must reach the worksheet. */
static void test_columns_are_those_of_the_view(void **state)
{
    char *db = in_folder("test.db");
    struct xf_store *store;
    sqlite3_stmt *stmt;
    size_t i = 0;

    (void)state;
    assert_int_equal(xf_store_create(&store, db, XF_SCHEMA_DIR), 0);
    stmt = xf_store_prepare(store, "PRAGMA table_info(v_sites)");
    for (; xf_store_step(store, stmt) > 0; i++) {
        assert_true(i < sheet_ncolumns);
        assert_string_equal(xf_column(stmt, 1), sheet_columns[i].name);
    }
    assert_int_equal(i, sheet_ncolumns);
    xf_store_close(store);
    free(db);
}

static bool has_fact(const struct xf_sheet *sheet, const char *name,
                     const char *value)
{
    for (size_t i = 0; i < sheet->nfacts; i++) {
        if (!strcmp(sheet->facts[i][0], name) &&
            !strcmp(sheet->facts[i][1], value))
            return true;
    }
    return false;
}

static void test_facts(void **state)
{
    struct xf_sheet sheet;

    (void)state;
    load(&sheet, two_builds);
    assert_true(has_fact(&sheet, "Tree", "xen")); /* not where it lies */
    assert_true(has_fact(&sheet, "xenfmea", "7"));
    assert_true(has_fact(&sheet, "failed", "x86_64 debug: a.c (errors): bad"));
    assert_true(has_fact(&sheet, "failed", "make: a.o: no"));
    assert_true(has_fact(&sheet, "failed", "make: b.o: no"));
    assert_true(has_fact(&sheet, "failed",
                         "census: a.c:7: BUG is accounted for by nothing"));
    assert_true(has_fact(&sheet, "arm64 debug: TUs", "1"));
    assert_true(has_fact(&sheet, "arm64 debug: failed", "0"));
    assert_true(has_fact(&sheet, "x86_64 debug: failed", "1"));
    assert_true(has_fact(&sheet, "arm64 debug: rows", "2"));
    assert_true(has_fact(&sheet, "arm64 debug: BUG_ON", "1"));
    assert_true(has_fact(&sheet, "census: site", "1"));
    xf_sheet_release(&sheet);
}

#define ONE_BUILD "INSERT INTO build (arch, name) VALUES ('arm64', 'debug');"
#define AT(id, file, line, end)                                                \
    "(1, '" id "', 'BUG', '" file "', " line ", " end                          \
    ", 1, 'f', '', '', '', '', 'frame', '', 2, 0, 0, 1)"

static void test_excerpts_are_clipped_to_the_file(void **state)
{
    static const char text[] = "1\n2\n3\0\n4\n5\n6\n7\n8\n9\n10\n11\n12";
    struct xf_sheet sheet;

    (void)state;
    write_text("a.c", text, sizeof(text) - 1);
    write_text("empty.c", "", 0);
    load(&sheet, ONE_BUILD SITE AT("a", "a.c", "2", "2") ","
         AT("b", "a.c", "8", "9") "," AT("c", "a.c", "12", "99") ","
         AT("d", "a.c", "13", "13") "," AT("e", "empty.c", "1", "1") ","
         AT("f", "no.c", "1", "1") "," AT("g", "zero.c", "0", "0"));
    assert_int_equal(sheet.rows[0].excerpt_first, 1);
    assert_string_equal(sheet.rows[0].excerpt, "1\n2\n3\xff\n4\n5\n6\n7\n8");
    assert_int_equal(sheet.rows[1].excerpt_first, 2);
    assert_string_equal(sheet.rows[1].excerpt,
                        "2\n3\xff\n4\n5\n6\n7\n8\n9\n10\n11\n12");
    assert_string_equal(sheet.rows[2].excerpt, "6\n7\n8\n9\n10\n11\n12");
    for (size_t i = 3; i < 7; i++) {
        assert_int_equal(sheet.rows[i].excerpt_first, 0);
        assert_string_equal(sheet.rows[i].excerpt, "");
    }
    xf_sheet_release(&sheet);
}

static void test_recorded_excerpts_need_no_tree(void **state)
{
    char *db = in_folder("recorded.db");
    struct xf_store *store;
    struct xf_sheet sheet;

    (void)state;
    write_text("a.c", "1\n2\xfe\n3\n", 7);
    assert_int_equal(xf_store_create(&store, db, XF_SCHEMA_DIR), 0);
    assert_int_equal(xf_store_exec(store, ONE_BUILD SITE
        AT("a", "a.c", "2", "2") "," AT("b", "no.c", "1", "1")), 0);
    assert_int_equal(xf_sheet_load(&sheet, store, folder), 0);
    assert_int_equal(xf_sheet_record(&sheet, store), 0);
    xf_sheet_release(&sheet);
    write_text("a.c", "other\n", 6);
    assert_int_equal(xf_sheet_load(&sheet, store, NULL), 0);
    assert_int_equal(sheet.rows[0].excerpt_first, 1);
    assert_string_equal(sheet.rows[0].excerpt, "1\n2\xfe\n3");
    assert_int_equal(sheet.rows[1].excerpt_first, 0);
    assert_string_equal(sheet.rows[1].excerpt, "");
    xf_sheet_release(&sheet);
    xf_store_close(store);
    free(db);
}

static void test_nothing_outside_of_the_tree_is_quoted(void **state)
{
    struct xf_sheet sheet;

    (void)state;
    load(&sheet, ONE_BUILD SITE AT("a", "/etc/passwd", "1", "1") ","
         AT("b", "../../etc/passwd", "1", "1") ","
         AT("c", "x/../../../etc/passwd", "1", "1"));
    for (size_t i = 0; i < sheet.len; i++)
        assert_int_equal(sheet.rows[i].excerpt_first, 0);
    xf_sheet_release(&sheet);
}

static char *csv_of(const struct xf_sheet *sheet)
{
    char *path = in_folder("out.csv");

    assert_int_equal(xf_sheet_write_csv(sheet, path), 0);
    free(path);
    return read_text("out.csv");
}

static char *html_of(const struct xf_sheet *sheet)
{
    char *path = in_folder("out.html"), *db = in_folder("test.db");
    struct xf_store *store;
    struct xf_page page;

    assert_int_equal(xf_store_open(&store, db), 0);
    if (xf_page_load(&page, sheet, store) ||
        xf_page_write(&page, path, XF_DATA_DIR))
        fail_msg("%s", xf_error_message());
    xf_page_release(&page);
    xf_store_close(store);
    free(db);
    free(path);
    return read_text("out.html");
}

#define CSV_HEADER                                                             \
    "site_id,kind,file,line,column,function,arch,build,macro,condition,cause," \
    "contexts,disposition,status,aou,rule,confidence,severity,occurrence,"     \
    "detection,action_priority,bug_count,in_debug_only,message,end_line,"      \
    "macros,armed_by,paths,proposed,builds,differs,inliners,excerpt_line,excerpt\r\n"

static void test_csv(void **state)
{
    struct xf_sheet sheet;
    char *csv;

    (void)state;
    write_text("b.c", "a\n\"b\",\n", 7);
    load(&sheet, two_builds);
    csv = csv_of(&sheet);
    assert_string_equal(csv, CSV_HEADER
        "s1,panic,a.c,2,5,f,arm64,debug,,,,,,,,,,,,,,,0,\"\"\"no %u\\n\"\"\",2,"
        ",,,,arm64 debug,,y z,0,\r\n"
        "s1,panic,a.c,3,5,f,x86_64,debug,,,,,,,,,,,,,,,0,\"\"\"no %u\\n\"\"\","
        "4,,,,,x86_64 debug,,,0,\r\n"
        "s2,BUG_ON,b.c,9,5,g,arm64,debug,BUG_ON,x > 1,,,,,,,,,,,,,0,,9,"
        "BUG_ON > BUG,,,,arm64 debug,,,0,\r\n");
    free(csv);
    xf_sheet_release(&sheet);
}

/* The JSON of a page. */
static cJSON *json_of(const char *html)
{
    static const char open[] = "<script type=\"application/json\" id=\"data\">";
    const char *begin = strstr(html, open), *end;
    cJSON *json;

    assert_non_null(begin);
    begin += strlen(open);
    end = strchr(begin, '<'); /* none in the data itself */
    assert_int_equal(strncmp(end, "</script>", 9), 0);
    json = cJSON_ParseWithLength(begin, (size_t)(end - begin));
    assert_non_null(json);
    return json;
}

static const char *printed(const cJSON *json, const char *member)
{
    static char text[4096];

    assert_true(cJSON_PrintPreallocated(cJSON_GetObjectItem(json, member), text,
                                        sizeof(text), false));
    return text;
}

/* A text of the page's data by its index. */
static const char *text_at(const cJSON *json, const cJSON *index)
{
    return cJSON_GetArrayItem(cJSON_GetObjectItem(json, "strings"),
                              index->valueint)->valuestring;
}

/* A value of a row of a table; numbers have names that end with '#'. */
static const cJSON *value(const cJSON *json, const char *table, int row,
                          const char *column)
{
    const cJSON *made = cJSON_GetObjectItem(json, table), *name;
    int at = 0;

    cJSON_ArrayForEach(name, cJSON_GetObjectItem(made, "columns"))
    {
        if (!strcmp(name->valuestring, column))
            return cJSON_GetArrayItem(
                cJSON_GetArrayItem(cJSON_GetObjectItem(made, "rows"), row), at);
        at++;
    }
    fail_msg("%s has no column %s", table, column);
    return NULL;
}

static int number(const cJSON *json, const char *table, int row,
                  const char *column)
{
    return value(json, table, row, column)->valueint;
}

/* Texts of columns (a list with blanks), with blanks between. */
static const char *texts(const cJSON *json, const char *table, int row,
                         const char *columns)
{
    static char found[4096];
    char *names = xf_strdup(columns), *state = NULL;

    *found = '\0';
    for (char *name = strtok_r(names, " ", &state); name;
         name = strtok_r(NULL, " ", &state))
        snprintf(found + strlen(found), sizeof(found) - strlen(found), "%s%s",
                 *found ? " " : "",
                 text_at(json, value(json, table, row, name)));
    free(names);
    return found;
}

static void test_html_data(void **state)
{
    struct xf_sheet sheet;
    const cJSON *inliners;
    cJSON *json;
    char *html;

    (void)state;
    write_text("a.c", "1\n2\n3\n4\n5\n6\n7\n8\n9\n10\n11\n", 24);
    load(&sheet, two_builds);
    html = html_of(&sheet);
    json = json_of(html);
    assert_string_equal(texts(json, "sites", 0, "site_id kind file function"
                              " arch build message"),
                        "s1 panic a.c f arm64 debug \"no %u\\n\"");
    assert_string_equal(texts(json, "sites", 1, "site_id arch build"),
                        "s1 x86_64 debug");
    assert_string_equal(texts(json, "sites", 2, "site_id macro condition"),
                        "s2 BUG_ON x > 1");
    assert_int_equal(number(json, "sites", 1, "line#"), 3);
    assert_int_equal(number(json, "sites", 1, "end_line#"), 4);
    assert_string_equal(printed(json, "excerpts"),
        "[[\"a.c\",[[1,\"1\\n2\\n3\\n4\\n5\\n6\\n7\\n8\\n9\\n10\"]]],"
        "[\"b.c\",[]]]");
    /* y() and z() inline the site of row 0. */
    inliners = cJSON_GetArrayItem(cJSON_GetObjectItem(json, "inliners"), 0);
    assert_int_equal(cJSON_GetArraySize(inliners), 3);
    assert_int_equal(cJSON_GetArrayItem(inliners, 0)->valueint, 0);
    assert_string_equal(text_at(json, cJSON_GetArrayItem(inliners, 1)), "y");
    assert_string_equal(text_at(json, cJSON_GetArrayItem(inliners, 2)), "z");
    assert_null(strstr(html, "{{"));
    assert_null(strstr(html, folder)); /* no absolute paths */
    assert_null(strstr(html, "/home/me"));
    cJSON_Delete(json);
    free(html);
    xf_sheet_release(&sheet);
}

static void test_pieces_of_a_file_merge_only_where_they_touch(void **state)
{
    struct xf_buf text = XF_BUF_INIT;
    struct xf_sheet sheet;
    cJSON *json;
    char *html;

    (void)state;
    for (int i = 1; i <= 60; i++)
        xf_buf_addf(&text, "%s\n", i % 2 ? "o" : "");
    write_text("a.c", text.data, text.len);
    load(&sheet, ONE_BUILD SITE AT("a", "a.c", "7", "7") ","
         AT("b", "a.c", "7", "9") "," AT("c", "a.c", "8", "8") ","
         AT("d", "a.c", "22", "22") "," AT("e", "a.c", "36", "36"));
    html = html_of(&sheet);
    json = json_of(html);
    /* 1..15 and 16..28 touch; 29 is in nobody's excerpt; 30..42. */
    assert_string_equal(printed(json, "excerpts"),
        "[[\"a.c\",[[1,\"o\\n\\no\\n\\no\\n\\no\\n\\no\\n\\no\\n\\no\\n\\no\\n"
        "\\no\\n\\no\\n\\no\\n\\no\\n\\no\\n\\no\\n\"],"
        "[30,\"\\no\\n\\no\\n\\no\\n\\no\\n\\no\\n\\no\\n\"]]]]");
    cJSON_Delete(json);
    free(html);
    xf_buf_release(&text);
    xf_sheet_release(&sheet);
}

/* Two contexts reach s1 by paths that begin alike, one also arms it. */
static void test_paths_share_their_beginning(void **state)
{
    static const char paths[] =
        "INSERT INTO context VALUES (0, 'boot', 0, 'host', '#111'),"
        " (1, 'irq', 1, 'device', '#222');"
        "INSERT INTO path_step VALUES"
        " (3, 0, 0, 0, 1, 'c.c', 1, 'entry', '', 0, 0, ''),"
        " (3, 0, 0, 1, 3, 'c.c', 2, 'direct', '', 0, 0, ''),"
        " (3, 1, 1, 0, 1, 'c.c', 1, 'entry', '', 0, 0, ''),"
        " (3, 1, 1, 1, 2, 'c.c', 1, 'indirect', 'ops.f', 1, 1, 'xsm()');";
    struct xf_sheet sheet;
    const cJSON *made;
    char *sql = xf_format("%s%s", two_builds, paths);
    char *html;
    cJSON *json;

    (void)state;
    load(&sheet, sql);
    html = html_of(&sheet);
    json = json_of(html);
    made = cJSON_GetObjectItem(json, "paths");
    /* row, context, armed, step + 1 */
    assert_string_equal(printed(made, "ends"), "[[0,0,0,2],[0,1,1,3]]");
    assert_int_equal(cJSON_GetArraySize(cJSON_GetObjectItem(made, "steps")), 3);
    assert_string_equal(texts(json, "contexts", 1, "name party colour"),
                        "irq device #222");
    cJSON_Delete(json);
    free(html);
    free(sql);
    xf_sheet_release(&sheet);
}

static void test_a_served_page_calls_its_server_only(void **state)
{
    struct xf_buf served = XF_BUF_INIT;
    struct xf_sheet sheet;
    char *html;

    (void)state;
    load(&sheet, two_builds);
    html = html_of(&sheet);
    assert_null(strstr(html, "connect-src 'self'"));
    assert_int_equal(xf_page_serve(&served, html, "a\"</script>"), 0);
    assert_non_null(strstr(served.data, "default-src 'none'; connect-src 'self'"));
    assert_null(strstr(served.data, "connect-src 'none'"));
    assert_non_null(strstr(served.data, "id=\"server\">{\"token\":"
                           "\"a\\\"\\u003c/script\\u003e\"}</script>"));
    xf_buf_release(&served);
    assert_int_equal(xf_page_serve(&served, "<html>", "t"), -1);
    assert_non_null(strstr(xf_error_message(), "scan again"));
    free(html);
    xf_sheet_release(&sheet);
}

static void test_same_bytes_every_time(void **state)
{
    struct xf_sheet sheet;
    char *csv[2], *html[2];

    (void)state;
    for (int i = 0; i < 2; i++) {
        load(&sheet, two_builds);
        csv[i] = csv_of(&sheet);
        html[i] = html_of(&sheet);
        xf_sheet_release(&sheet);
    }
    assert_string_equal(csv[0], csv[1]);
    assert_string_equal(html[0], html[1]);
    for (int i = 0; i < 2; i++) {
        free(csv[i]);
        free(html[i]);
    }
}

static void test_empty_database(void **state)
{
    struct xf_sheet sheet;
    cJSON *json;
    char *text;

    (void)state;
    load(&sheet, "");
    assert_int_equal(sheet.len, 0);
    text = csv_of(&sheet);
    assert_string_equal(text, CSV_HEADER);
    free(text);
    text = html_of(&sheet);
    json = json_of(text);
    assert_string_equal(printed(cJSON_GetObjectItem(json, "sites"), "rows"),
                        "[]");
    assert_string_equal(printed(json, "strings"), "[\"\"]");
    assert_string_equal(printed(json, "excerpts"), "[]");
    assert_string_equal(printed(json, "facts"), "[]");
    cJSON_Delete(json);
    free(text);
    xf_sheet_release(&sheet);
}

static void test_a_missing_template_is_named(void **state)
{
    struct xf_sheet sheet;
    char *out = in_folder("out.html");

    (void)state;
    load(&sheet, "");
    assert_int_equal(xf_page_write(&(struct xf_page){0}, out, folder), -1);
    assert_non_null(strstr(xf_error_message(), "web/index.html"));
    assert_false(xf_file_exists(out));
    xf_sheet_release(&sheet);
    free(out);
}

typedef void escape_fn(struct xf_buf *out, const char *text);

static void check(escape_fn *escape, const char *text, const char *expected)
{
    struct xf_buf out = XF_BUF_INIT;

    escape(&out, text);
    assert_string_equal(out.data ? out.data : "", expected);
    xf_buf_release(&out);
}

#define FFFD "\xef\xbf\xbd"

static void test_escape_json(void **state)
{
    (void)state;
    check(xf_escape_json, "", "\"\"");
    check(xf_escape_json, "</script><!--&",
          "\"\\u003c/script\\u003e\\u003c!--\\u0026\"");
    check(xf_escape_json, "\"\\\n\t\r\x01\x7f",
          "\"\\\"\\\\\\n\\t\\u000d\\u0001\\u007f\"");
    check(xf_escape_json, "\xe2\x80\xa8\xe2\x80\xa9\xe2\x80\xaa",
          "\"\\u2028\\u2029\xe2\x80\xaa\"");
    check(xf_escape_json, "\xc3\xa4\xf0\x9f\x90\xbc",
          "\"\xc3\xa4\xf0\x9f\x90\xbc\"");
}

static void test_malformed_utf8_is_replaced(void **state)
{
    (void)state;
    check(xf_escape_csv, "a\xff" "b", "a" FFFD "b");
    check(xf_escape_csv, "\xc0\xaf", FFFD FFFD);             /* overlong */
    check(xf_escape_csv, "\xe0\x80\xaf", FFFD FFFD FFFD);    /* overlong */
    check(xf_escape_csv, "\xed\xa0\x80", FFFD FFFD FFFD);    /* surrogate */
    check(xf_escape_csv, "\xf4\x90\x80\x80", FFFD FFFD FFFD FFFD);
    check(xf_escape_csv, "\xe2\x82", FFFD FFFD);             /* cut off */
    check(xf_escape_json, "\xe2\x82\"", "\"" FFFD FFFD "\\\"\"");
}

static void test_escape_csv(void **state)
{
    (void)state;
    check(xf_escape_csv, "", "");
    check(xf_escape_csv, "a b", "a b");
    check(xf_escape_csv, "a,b", "\"a,b\"");
    check(xf_escape_csv, "say \"x\"", "\"say \"\"x\"\"\"");
    check(xf_escape_csv, "a\nb", "\"a\nb\"");
    check(xf_escape_csv, "=1+1", "'=1+1");
    check(xf_escape_csv, "+1", "'+1");
    check(xf_escape_csv, "-1", "'-1");
    check(xf_escape_csv, "@x,y", "\"'@x,y\"");
    check(xf_escape_csv, "\tx", "'        x");
    check(xf_escape_csv, "\rx", "'\\x0dx");
    check(xf_escape_csv, "\xef\xbc\x9d" "1", "'\xef\xbc\x9d" "1");
    check(xf_escape_csv, "\x1b[31m\x7f\xc2\x9b", "\\x1b[31m\\x7f\\x9b");
    check(xf_escape_csv, "\xc2\xa0", "\xc2\xa0");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_rows_are_ordered_and_complete),
        TEST(test_columns_are_those_of_the_view),
        TEST(test_facts),
        TEST(test_excerpts_are_clipped_to_the_file),
        TEST(test_recorded_excerpts_need_no_tree),
        TEST(test_nothing_outside_of_the_tree_is_quoted),
        TEST(test_csv),
        TEST(test_html_data),
        TEST(test_pieces_of_a_file_merge_only_where_they_touch),
        TEST(test_paths_share_their_beginning),
        TEST(test_a_served_page_calls_its_server_only),
        TEST(test_same_bytes_every_time),
        TEST(test_empty_database),
        TEST(test_a_missing_template_is_named),
        TEST(test_escape_json),
        TEST(test_malformed_utf8_is_replaced),
        TEST(test_escape_csv),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
