/* SPDX-License-Identifier: GPL-2.0-only */
#include "requirements.h"

#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "buf.h"
#include "error.h"
#include "file.h"
#include "json.h"
#include "when.h"

/* ---- the text ------------------------------------------------------------- */

struct parse {
    struct requirement r; /* being read, id NULL: none */
    char *title;          /* of the section that the next one is in */
    char *last;           /* line before */
    enum { OTHER, DESCRIPTION, COVERS } field;
    requirement_fn *found;
    void *payload;
};

static void set(char **to, char *value)
{
    free(*to);
    *to = value;
}

/* "XenSwdgn~name~1" between the two backquotes of a text that begins with one,
 * or NULL. Caller frees. */
static char *id_in(const char *text)
{
    size_t len = strcspn(text + 1, "`"), tildes = 0;

    if (text[1 + len] != '`' || strncmp(text + 1, "Xen", 3))
        return NULL;
    for (size_t i = 0; i < len; i++) {
        if (strchr(" \t", text[1 + i]))
            return NULL;
        tildes += text[1 + i] == '~';
    }
    return tildes == 2 ? xf_strndup(text + 1, len) : NULL;
}

static bool is_underline(const char *line)
{
    size_t len = strlen(line);

    return len >= 3 && strchr("=-~^\"'`#*+", *line) &&
           strspn(line, (char[]){*line, '\0'}) == len;
}

static void append(char **to, const char *separator, const char *text)
{
    set(to, xf_format("%s%s%s", *to, **to ? separator : "", text));
}

static void drop(struct parse *p)
{
    free(p->r.id);
    free(p->r.title);
    free(p->r.text);
    free(p->r.covers);
    memset(&p->r, 0, sizeof(p->r));
    p->field = OTHER;
}

static int finish(struct parse *p)
{
    int rc = p->r.id ? p->found(&p->r, p->payload) : 0;

    drop(p);
    return rc;
}

static void start(struct parse *p, char *id, int line)
{
    p->r.id = id;
    p->r.title = xf_strdup(p->title);
    p->r.text = xf_strdup("");
    p->r.covers = xf_strdup("");
    p->r.line = line;
}

static void read_field(struct parse *p, const char *line)
{
    size_t len = strlen(line);
    const char *tick = strchr(line, '`');
    char *id;

    if (!strcmp(line, "Description:")) {
        p->field = DESCRIPTION;
    } else if (!strcmp(line, "Covers:")) {
        p->field = COVERS;
    } else if (len && line[len - 1] == ':' && !strchr(line, ' ')) {
        p->field = OTHER; /* Rationale, Comments, Needs */
    } else if (p->field == DESCRIPTION && len) {
        append(&p->r.text, " ", line);
    } else if (p->field == COVERS && tick && (id = id_in(tick))) {
        append(&p->r.covers, ", ", id);
        free(id);
    }
}

static int read_line(struct parse *p, const char *line, int number)
{
    char *id = *line == '`' ? id_in(line) : NULL;
    int rc = 0;

    if (id) {
        rc = finish(p);
        start(p, id, number);
    } else if (is_underline(line) && *p->last && !is_underline(p->last)) {
        rc = finish(p);
        set(&p->title, xf_strdup(p->last));
    } else if (p->r.id) {
        read_field(p, line);
    }
    set(&p->last, xf_strdup(line));
    return rc;
}

int requirements_parse(const char *text, requirement_fn *found, void *payload)
{
    struct parse p = {.title = xf_strdup(""), .last = xf_strdup(""),
                      .found = found, .payload = payload};
    int rc = 0, number = 0;

    while (*text && !rc) {
        size_t len = strcspn(text, "\n"), from = 0, to = len;
        char *line;

        while (to && strchr(" \t\r", text[to - 1]))
            to--;
        while (from < to && strchr(" \t", text[from]))
            from++;
        line = xf_strndup(text + from, to - from);
        rc = read_line(&p, line, ++number);
        free(line);
        text += len + (text[len] == '\n');
    }
    if (!rc)
        rc = finish(&p);
    drop(&p);
    free(p.title);
    free(p.last);
    return rc;
}

/* ---- those of a tree ------------------------------------------------------ */

struct tree {
    struct xf_store *store;
    const char *file; /* being read, relative */
};

static int add(const struct requirement *r, void *payload)
{
    struct tree *t = payload;
    const char *texts[] = {r->id, r->title, r->text, r->covers, t->file};
    sqlite3_stmt *q = xf_store_prepare(
        t->store, "INSERT OR IGNORE INTO requirement VALUES "
                  "(?1, ?2, ?3, ?4, ?5, ?6)");

    if (!q)
        return -1;
    for (int i = 0; i < 5; i++)
        xf_bind(q, i + 1, texts[i]);
    sqlite3_bind_int(q, 6, r->line);
    return xf_store_run(t->store, q);
}

static int read_file(const char *relative, const char *absolute, void *payload)
{
    struct tree *t = payload;
    struct xf_buf text = XF_BUF_INIT;
    char *name;
    int rc;

    if (!xf_has_suffix(relative, ".rst"))
        return 0;
    name = xf_format("docs/fusa/reqs/%s", relative);
    t->file = name;
    rc = xf_file_read(&text, absolute) ||
         requirements_parse(text.data ? text.data : "", add, t);
    xf_buf_release(&text);
    free(name);
    return rc ? -1 : 0;
}

int requirements_read(struct xf_store *store, const char *root)
{
    struct tree t = {.store = store};
    char *folder = xf_path_join(root, "../docs/fusa/reqs");
    int rc = xf_store_exec(store, "DELETE FROM requirement");

    if (!rc && xf_dir_exists(folder))
        rc = xf_tree_walk(folder, NULL, read_file, &t);
    free(folder);
    return rc;
}

/* ---- which code they speak of ---------------------------------------------- */

static const cJSON *links_of(const struct requirements *r)
{
    return cJSON_GetObjectItemCaseSensitive(r->json, "requirements");
}

static int check(const struct requirements *r, const struct fact_names *names,
                 const char *path)
{
    const cJSON *link;
    int rc = 0;

    cJSON_ArrayForEach(link, links_of(r))
    {
        const char *id = xf_json_string(link, "id", "");
        char *where = xf_format("%s: '%s'", path, id);

        if (!*id || !*xf_json_string(link, "source", ""))
            rc = xf_error("%s: id and source must not be empty", where);
        else
            rc = when_check(cJSON_GetObjectItemCaseSensitive(link, "when"),
                            names, where);
        free(where);
        if (rc)
            break;
    }
    return rc;
}

int requirements_load(struct requirements *out, const char *data_dir,
                      const struct fact_names *names, struct xf_store *store)
{
    char *path = xf_path_join(data_dir, "rules/requirements.json");
    sqlite3_stmt *q;
    int rc;

    memset(out, 0, sizeof(*out));
    out->json = xf_json_load(path);
    rc = out->json ? check(out, names, path) : -1;
    q = rc ? NULL
           : xf_store_prepare(store, "SELECT id FROM requirement ORDER BY id");
    if (!rc)
        rc = q ? 0 : -1;
    while (!rc && (rc = xf_store_step(store, q)) > 0) {
        xf_map_add(&out->present, xf_column(q, 0), NULL);
        rc = 0;
    }
    free(path);
    return rc;
}

void requirements_release(struct requirements *r)
{
    cJSON_Delete(r->json);
    xf_map_release(&r->present);
    memset(r, 0, sizeof(*r));
}

int requirements_match(const struct requirements *r, struct xf_store *store,
                       int64_t site, const struct facts *facts)
{
    sqlite3_stmt *q = xf_store_prepare(
        store, "INSERT OR IGNORE INTO site_requirement VALUES (?1, ?2)");
    const cJSON *link;

    if (!q)
        return -1;
    cJSON_ArrayForEach(link, links_of(r))
    {
        const char *id = xf_json_string(link, "id", "");

        if (xf_map_find(&r->present, id) == XF_MAP_NONE ||
            when_holds(cJSON_GetObjectItemCaseSensitive(link, "when"), facts,
                       NULL) != TRUTH_YES)
            continue;
        sqlite3_bind_int64(q, 1, site);
        xf_bind(q, 2, id);
        if (xf_store_run(store, q))
            return -1;
    }
    return 0;
}
