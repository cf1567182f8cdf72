/* SPDX-License-Identifier: GPL-2.0-only */
#include "justify.h"

#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "buf.h"
#include "error.h"
#include "file.h"
#include "json.h"

/* A comment further above than this speaks of something else. */
#define COMMENT_LINES 12

struct xf_justify {
    char *root;
    cJSON *safe, *excluded; /* NULL: the tree has none */
    char *file;             /* the source below is of */
    struct xf_buf text;
};

/* `root`/../docs/misra/`name`; *out stays NULL when it is not there. */
static int load(cJSON **out, const char *root, const char *name)
{
    char *relative = xf_format("../docs/misra/%s", name);
    char *path = xf_path_join(root, relative);
    int rc = 0;

    if (xf_file_exists(path)) {
        *out = xf_json_load(path);
        if (*out && !cJSON_IsArray(
                        cJSON_GetObjectItemCaseSensitive(*out, "content")))
            rc = xf_error("%s: the list \"content\" is missing; see "
                          "docs/misra/documenting-violations.rst", path);
        else if (!*out)
            rc = -1;
    }
    free(relative);
    free(path);
    return rc;
}

struct xf_justify *xf_justify_load(const char *root)
{
    struct xf_justify *j = xf_calloc(1, sizeof(*j));

    j->root = xf_strdup(root);
    if (!load(&j->safe, root, "safe.json") &&
        !load(&j->excluded, root, "exclude-list.json"))
        return j;
    xf_justify_free(j);
    return NULL;
}

void xf_justify_free(struct xf_justify *j)
{
    if (!j)
        return;
    cJSON_Delete(j->safe);
    cJSON_Delete(j->excluded);
    xf_buf_release(&j->text);
    free(j->file);
    free(j->root);
    free(j);
}

/* ---- imported files ----------------------------------------------------- */

/* `words`: separated by blanks or commas. */
static bool has_word(const char *words, const char *word)
{
    size_t len = strlen(word);

    while (*words) {
        size_t n = strcspn(words, " ,");

        if (n == len && !strncmp(words, word, n))
            return true;
        words += n + (words[n] != '\0');
    }
    return false;
}

const char *xf_justify_imported(const struct xf_justify *j, const char *file)
{
    const cJSON *entry, *list =
        cJSON_GetObjectItemCaseSensitive(j->excluded, "content");

    cJSON_ArrayForEach(entry, list) {
        const char *checkers = xf_json_string(entry, "checkers", NULL);
        const char *pattern = xf_json_string(entry, "rel_path", "");

        if ((!checkers || has_word(checkers, "xenfmea")) &&
            !fnmatch(pattern, file, 0))
            return xf_json_string(entry, "comment", "listed as imported");
    }
    return NULL;
}

/* ---- comments ----------------------------------------------------------- */

static bool open_file(struct xf_justify *j, const char *file)
{
    char *clean, *path;

    if (j->file && !strcmp(j->file, file))
        return j->text.len;
    free(j->file);
    j->file = xf_strdup(file);
    xf_buf_clear(&j->text);
    clean = xf_path_clean(file);
    path = xf_path_join(j->root, clean);
    if (*clean != '/' && strncmp(clean, "..", 2) && xf_file_exists(path) &&
        xf_file_read(&j->text, path))
        xf_buf_clear(&j->text);
    free(clean);
    free(path);
    return j->text.len;
}

/* Start of a line, NULL beyond the end. */
static const char *line_start(const struct xf_buf *text, int line)
{
    const char *at = text->data, *end = at + text->len;

    for (; line > 1 && at; line--) {
        at = memchr(at, '\n', (size_t)(end - at));
        at = at ? at + 1 : NULL;
    }
    return at;
}

/* The id in a comment of this line, "SAF-12-safe"; NULL for none. */
static char *id_in_line(const char *line)
{
    size_t len = strcspn(line, "\n");
    const char *at = memmem(line, len, "SAF-", 4);
    size_t digits = at ? strspn(at + 4, "0123456789") : 0;

    if (!digits || strncmp(at + 4 + digits, "-safe", 5))
        return NULL;
    /* in a comment, not in a text */
    if (!memmem(line, (size_t)(at - line), "/*", 2) &&
        !memmem(line, (size_t)(at - line), "//", 2) &&
        line[strspn(line, " \t")] != '*' &&
        line + strspn(line, " \t") != at)
        return NULL;
    return xf_strndup(at, 4 + digits + 5);
}

static bool is_comment(const char *line)
{
    size_t len = strcspn(line, "\n");
    const char *at = line + strspn(line, " \t\r");

    while (len && strchr(" \t\r", line[len - 1]))
        len--;
    return at >= line + len || !strncmp(at, "/*", 2) || *at == '*' ||
           !strncmp(at, "//", 2) ||
           (len >= 2 && !strncmp(line + len - 2, "*/", 2) &&
            !memmem(line, len, ";", 1));
}

/* On the lines of the site, or in the comment right above it. */
static char *find_id(struct xf_justify *j, const struct xf_identity *site)
{
    char *id = NULL;

    if (site->line < 1 || !open_file(j, site->file))
        return NULL;
    for (int line = site->line; line <= site->end_line && !id; line++) {
        const char *at = line_start(&j->text, line);

        id = at ? id_in_line(at) : NULL;
    }
    for (int line = site->line - 1;
         !id && line > 0 && line >= site->line - COMMENT_LINES; line--) {
        const char *at = line_start(&j->text, line);

        if (!at || !is_comment(at))
            break;
        id = id_in_line(at);
    }
    return id;
}

static const cJSON *entry_of(const struct xf_justify *j, const char *id)
{
    const cJSON *entry, *list =
        cJSON_GetObjectItemCaseSensitive(j->safe, "content");

    cJSON_ArrayForEach(entry, list)
        if (!strcmp(xf_json_string(entry, "id", ""), id) &&
            strcmp(xf_json_string(entry, "name", ""), "Sentinel"))
            return entry;
    return NULL;
}

char *xf_justify_site(struct xf_justify *j, const struct xf_identity *site,
                      char **remark)
{
    char *id = find_id(j, site), *found = NULL;
    const cJSON *entry = id ? entry_of(j, id) : NULL;
    const cJSON *analyser =
        cJSON_GetObjectItemCaseSensitive(entry, "analyser");
    const char *kinds = xf_json_string(analyser, "xenfmea", NULL);

    *remark = NULL;
    if (id && !entry)
        *remark = xf_format("%s stands at it, which docs/misra/safe.json does "
                            "not have", id);
    else if (entry && !kinds && cJSON_GetArraySize(analyser))
        *remark = xf_format("%s stands at it, whose entry in "
                            "docs/misra/safe.json speaks of other analysers: "
                            "add \"xenfmea\" to it if it means this", id);
    else if (entry && kinds && !has_word(kinds, "any") &&
             !has_word(kinds, site->kind))
        *remark = xf_format("%s stands at it, which docs/misra/safe.json "
                            "limits to %s", id, kinds);
    else if (entry)
        found = xf_format("%s: %s", id, xf_json_string(entry, "text", ""));
    free(id);
    return found;
}
