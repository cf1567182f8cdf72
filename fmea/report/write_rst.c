/* SPDX-License-Identifier: GPL-2.0-only
 *
 * Assumptions of use as requirements in Xen's form, for docs/fusa/reqs: a
 * product requirement about stops of the host (data/report), and a section
 * "Assumption of Use on the Platform" with those that cover it. What a
 * requirement of Xen states already is not stated again but referred to.
 */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "file.h"
#include "formats.h"
#include "inert.h"
#include "json.h"
#include "requirements.h"
#include "stream.h"
#include "summary.h"

#define WIDTH 80 /* as the code's (REQUIREMENTS-STYLE) */

struct writer {
    struct stream out;
    struct xf_store *store;
    const struct xf_worksheet_how *how;
    struct requirements known; /* of the tree and of this document */
    struct xf_buf *problems;
    cJSON *json;
    const cJSON *product;
    const char *product_id;
};

/* The catalogue's id with the type that is asked for. Caller frees. */
static char *drafted_id(const struct writer *w, const char *aou)
{
    const char *name = strchr(aou, '~');

    return xf_format("%s%s", w->how->aou_type, name ? name : "");
}

static void add_title(struct xf_buf *out, const char *title, char line)
{
    size_t begin = out->len, n;

    inert_line(out, title);
    n = out->len - begin;
    xf_buf_addch(out, '\n');
    for (size_t i = 0; i < n; i++)
        xf_buf_addch(out, line);
    xf_buf_adds(out, "\n\n");
}

static void add_part(struct xf_buf *out, const char *name, const char *text)
{
    xf_buf_addf(out, "%s:\n", name);
    inert_paragraph(out, text, "", WIDTH);
    xf_buf_adds(out, "\n");
}

static void add_link(struct xf_buf *out, const char *id)
{
    xf_buf_adds(out, " - `");
    inert_line(out, id);
    xf_buf_adds(out, "`\n");
}

/* ---- the product requirement -------------------------------------------- */

static int stated_upstream(struct writer *w, struct xf_buf *text)
{
    sqlite3_stmt *q = xf_store_prepare(
        w->store, "SELECT upstream, aou FROM v_aous WHERE upstream <> ''"
                  " GROUP BY upstream ORDER BY upstream");
    int rc = q ? 0 : -1;

    while (!rc && (rc = xf_store_step(w->store, q)) > 0) {
        const char *id = xf_column(q, 0), *aou = xf_column(q, 1);

        xf_buf_addf(text, "%s%s", text->len ? ", " : "", id);
        if (!requirement_id_ok(id))
            xf_buf_addf(w->problems, "%s: '%s' in \"upstream\" is no id of a "
                                     "requirement (TYPE~name~1)\n", aou, id);
        else if (w->known.found)
            requirements_check(&w->known, id, aou, w->problems);
        rc = 0;
    }
    return rc;
}

static int add_comments(struct writer *w)
{
    struct xf_buf upstream = XF_BUF_INIT, text = XF_BUF_INIT;
    sqlite3_stmt *q = xf_store_prepare(
        w->store, "SELECT count(DISTINCT site_id), (SELECT"
                  " count(DISTINCT site_id) FROM v_aous WHERE certain = 1),"
                  " (SELECT group_concat(name, ', ') FROM (SELECT arch || ' '"
                  " || name AS name FROM build ORDER BY 1)),"
                  " (SELECT value FROM meta WHERE name = 'xen_version')"
                  " FROM site");
    int rc = stated_upstream(w, &upstream) || !q ||
             xf_store_step(w->store, q) < 0 ? -1 : 0;

    if (!rc) {
        xf_buf_addf(&text, "The worksheet of Xen %s (%s) lists %s sites; %s of "
                           "them cannot fire under the assumptions of use.",
                    xf_column(q, 3), xf_column(q, 2), xf_column(q, 0),
                    xf_column(q, 1));
        if (upstream.len)
            xf_buf_addf(&text, " Assumptions that other requirements state: "
                               "%s.", upstream.data);
        add_part(&w->out.text, "Comments", text.data);
    }
    xf_buf_release(&upstream);
    xf_buf_release(&text);
    return rc;
}

static int has_arch(struct xf_store *store, const char *arch)
{
    sqlite3_stmt *q = xf_store_prepare(
        store, "SELECT 1 FROM build WHERE arch = ?1");

    if (!q)
        return -1;
    xf_bind(q, 1, arch);
    return xf_store_step(store, q);
}

static int add_covers(struct writer *w)
{
    const cJSON *parent;
    bool any = false;

    cJSON_ArrayForEach(parent,
                       cJSON_GetObjectItemCaseSensitive(w->product, "covers"))
    {
        const char *id = xf_json_string(parent, "id", "");
        int has = has_arch(w->store, xf_json_string(parent, "arch", ""));

        if (has < 0)
            return -1;
        if (!has)
            continue;
        xf_buf_adds(&w->out.text, any ? "" : "Covers:\n");
        any = true;
        add_link(&w->out.text, id);
        if (w->known.found)
            requirements_check(&w->known, id, w->product_id, w->problems);
    }
    xf_buf_adds(&w->out.text, any ? "\n" : "");
    return 0;
}

static int add_product(struct writer *w)
{
    struct xf_buf *out = &w->out.text;

    add_title(out, xf_json_string(w->product, "title", ""), '-');
    xf_buf_addf(out, "`%s`\n\n", w->product_id);
    add_part(out, "Description",
             xf_json_string(w->product, "description", ""));
    add_part(out, "Rationale", xf_json_string(w->product, "rationale", ""));
    if (add_comments(w) || add_covers(w))
        return -1;
    xf_buf_addf(out, "Needs:\n - %s\n\n", w->how->aou_type);
    return 0;
}

/* ---- assumptions -------------------------------------------------------- */

/* "XenAoU~plat_boot_memory~1" -> "Boot memory". Caller frees. */
static char *title_of(const char *aou)
{
    const char *name = strchr(aou, '~'), *end;
    char *title;

    name = name ? name + 1 : aou;
    end = strchr(name, '~');
    for (size_t i = 0; i < 2; i++) {
        static const char *const prefixes[] = {"plat_", "conf_"};

        if (!strncmp(name, prefixes[i], 5))
            name += 5;
    }
    title = end && end > name ? xf_strndup(name, (size_t)(end - name))
                              : xf_strdup(name);
    for (char *at = title; *at; at++)
        if (*at == '_')
            *at = ' ';
    *title = (char)toupper((unsigned char)*title);
    return title;
}

static int add_sites(struct writer *w, const char *aou)
{
    sqlite3_stmt *q = xf_store_prepare(
        w->store,
        "SELECT DISTINCT file, function, site_id FROM v_aous"
        " WHERE aou = ?1 AND certain = 1 ORDER BY file, function, site_id");
    struct xf_buf *out = &w->out.text;
    int rc = q ? 0 : -1, n = 0;

    if (!q)
        return -1;
    xf_bind(q, 1, aou);
    while (!rc && (rc = xf_store_step(w->store, q)) > 0) {
        xf_buf_adds(out, n++ ? "" : "\nUnder it these sites cannot fire:\n\n");
        xf_buf_adds(out, " - ");
        inert_line(out, xf_column(q, 0));
        xf_buf_adds(out, ", ");
        inert_line(out, xf_column(q, 1));
        xf_buf_addf(out, "(): %s\n", xf_column(q, 2));
        rc = 0;
    }
    return rc;
}

/* Columns as in add_aous(). */
static int add_aou(struct writer *w, sqlite3_stmt *q)
{
    struct xf_buf *out = &w->out.text;
    const char *aou = xf_column(q, 0);
    char *id = drafted_id(w, aou), *title = title_of(aou);
    char *comments = xf_format(
        "About: %s. State in the worksheet: %s; decisions that rest on it: %s. "
        "To be shown by: %s", xf_column(q, 5), xf_column(q, 4),
        xf_column(q, 6), xf_column(q, 3));
    const char *other = requirements_other(&w->known, id);
    int rc;

    if (!requirement_id_ok(id))
        xf_buf_addf(w->problems, "%s is no id of a requirement "
                                 "(TYPE~name~1)\n", id);
    else if (other)
        xf_buf_addf(w->problems, "%s: the tree has %s; take over the revision "
                                 "or raise it\n", id, other);
    add_title(out, title, '-');
    xf_buf_adds(out, "`");
    inert_line(out, id);
    xf_buf_adds(out, "`\n\n");
    add_part(out, "Description", xf_column(q, 1));
    add_part(out, "Rationale", xf_column(q, 2));
    xf_buf_adds(out, "Comments:\n");
    inert_paragraph(out, comments, "", WIDTH);
    rc = add_sites(w, aou);
    xf_buf_adds(out, "\nCovers:\n");
    add_link(out, w->product_id);
    xf_buf_adds(out, "\n");
    free(id);
    free(title);
    free(comments);
    return rc;
}

static int load_catalogue(struct xf_store *store, struct xf_map *known)
{
    sqlite3_stmt *q = xf_store_prepare(store, "SELECT DISTINCT aou FROM v_aous");
    int rc = q ? 0 : -1;

    while (!rc && (rc = xf_store_step(store, q)) > 0) {
        xf_map_add(known, xf_column(q, 0), NULL);
        rc = 0;
    }
    return rc;
}

/* What decisions rest on is a requirement, of the catalogue or of the tree. */
static int check_decisions(struct writer *w)
{
    sqlite3_stmt *q = xf_store_prepare(
        w->store, "SELECT coalesce(site_id, decided_group), aou"
                  " FROM v_decisions WHERE aou <> '' AND state <> 'vanished'"
                  " ORDER BY 1, 2");
    struct xf_map known = XF_MAP_INIT;
    int rc = q ? load_catalogue(w->store, &known) : -1;

    while (!rc && (rc = xf_store_step(w->store, q)) > 0) {
        char *list = xf_strdup(xf_column(q, 1)), *at = list;

        for (char *aou; (aou = strsep(&at, ", "));)
            if (*aou && xf_map_find(&known, aou) == XF_MAP_NONE &&
                xf_map_find(&w->known.ids, aou) == XF_MAP_NONE)
                problem_unknown_aou(w->problems, xf_column(q, 0), aou);
        free(list);
        rc = 0;
    }
    xf_map_release(&known);
    return rc;
}

/* Those that speak of a site here, or that somebody relies on anyway. */
static int add_aous(struct writer *w)
{
    sqlite3_stmt *q = xf_store_prepare(
        w->store, "SELECT aou, sentence, rationale, verify, state, category,"
                  " (SELECT count(*) FROM v_decisions d WHERE d.state IN"
                  "   ('decided', 'moved') AND instr(', ' || d.aou || ',',"
                  "   ', ' || v.aou || ','))"
                  " FROM v_aous v WHERE upstream = ''"
                  " AND state <> 'withdrawn' GROUP BY aou"
                  " HAVING count(site_id) > 0 OR state = 'accepted'"
                  " OR EXISTS (SELECT 1 FROM v_decisions d WHERE"
                  "   instr(', ' || d.aou || ',', ', ' || v.aou || ','))"
                  " ORDER BY aou");
    int rc = q ? 0 : -1;

    while (!rc && (rc = xf_store_step(w->store, q)) > 0)
        rc = add_aou(w, q);
    return rc;
}

static int add_document(struct writer *w)
{
    struct xf_buf *out = &w->out.text;

    xf_buf_adds(out, ".. SPDX-License-Identifier: CC-BY-4.0\n\n");
    add_title(out, "Places that stop the host", '=');
    inert_paragraph(out, "The following are the requirements and assumptions "
                         "related to the places where Xen stops the host.",
                    "", WIDTH);
    xf_buf_adds(out, "\n");
    if (add_product(w))
        return -1;
    add_title(out, "Assumption of Use on the Platform", '=');
    return add_aous(w) || check_decisions(w) ? -1 : 0;
}

static int load(struct writer *w)
{
    char *path = xf_path_join(w->how->data, "report/requirements.json");

    w->json = xf_json_load(path);
    free(path);
    w->product = cJSON_GetObjectItemCaseSensitive(w->json, "product");
    w->product_id = xf_json_string(w->product, "id", "");
    if (!w->json || (w->how->tree &&
                     report_requirements_load(&w->known, w->how->tree)))
        return -1;
    if (!requirement_id_ok(w->product_id))
        xf_buf_addf(w->problems, "data/report/requirements.json: '%s' is no id "
                                 "of a requirement (TYPE~name~1)\n",
                    w->product_id);
    requirements_check_all(&w->known, w->problems);
    return 0;
}

int write_rst(struct xf_store *store, const struct xf_worksheet_how *how,
              const char *path, struct xf_buf *problems)
{
    struct writer w = {.store = store, .how = how, .problems = problems};
    int rc = load(&w) || stream_begin(&w.out, path) ? -1 : 0;

    if (!rc)
        rc = stream_end(&w.out, add_document(&w));
    report_requirements_release(&w.known);
    cJSON_Delete(w.json);
    return rc;
}
