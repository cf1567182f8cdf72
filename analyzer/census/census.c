/* SPDX-License-Identifier: GPL-2.0-only
 *
 * Joins the two sides: what the text says (occurrence.c) and what the builds
 * saw (evidence.c).
 */
#include "census.h"

#include <stdlib.h>
#include <string.h>

#include "absent.h"
#include "alloc.h"
#include "buf.h"
#include "file.h"
#include "hash.h"
#include "memo.h"
#include "reason.h"
#include "fact.h"

/* What became of an occurrence that reads as a use, over all builds. */
struct outcome {
    char *reason;       /* first one found, owned */
    const char *failed; /* status of its TU in a build that tells no more */
    bool unknown;       /* a build compiled it and made no site: a defect */
};

/* The occurrence is part of the invocation that starts at the site, and the
 * site comes from it: CHECK(BUG()) is one site, at CHECK. */
static bool in_arguments(const struct file *file, const struct occurrence *occ,
                         const struct site_spot *site)
{
    const struct xf_source *src = file->src;
    size_t begin, end;
    char *args;

    if (!*site->macro || occ->line < site->at.line ||
        occ->line > site->end_line || site->at.line > src->nlines ||
        !site->at.line || !site->at.col)
        return false;
    if (strcmp(site->callee, reason_name(file, occ)) &&
        !evidence_in_macros(site->macros, reason_name(file, occ)))
        return false;
    begin = src->lines[site->at.line - 1] + site->at.col - 1;
    if (begin >= occ->offset)
        return false;
    end = xf_source_arguments(src, begin, &args);
    free(args);
    return occ->offset < end;
}

static void add_site_id(struct xf_buf *detail, const struct site_spot *site,
                        bool is_argument)
{
    /* Ids have a fixed form without ", ", so this finds whole ones only. */
    if (detail->len && strstr(detail->data, site->site_id))
        return;
    xf_buf_addf(detail, "%s%s", detail->len ? ", " : "", site->site_id);
    if (is_argument)
        xf_buf_addf(detail, " (argument of %s)", site->macro);
}

/* Ids of the sites that the occurrence is, NULL when it is none. */
static char *find_sites(const struct file *file, const struct occurrence *occ)
{
    struct xf_buf detail = XF_BUF_INIT;

    for (size_t i = 0; file->evidence && i < file->evidence->nsites; i++) {
        const struct site_spot *site = &file->evidence->sites[i];

        if (site->at.line == occ->line && site->at.col == occ->col)
            add_site_id(&detail, site, false);
        else if (site->is_loop && reason_is_instruction(file, occ) &&
                 occ->line >= site->at.line && occ->line <= site->end_line)
            add_site_id(&detail, site, false);
        else if (in_arguments(file, occ, site))
            add_site_id(&detail, site, true);
    }
    return detail.len ? xf_buf_detach(&detail) : NULL;
}

static void ask_build(const struct file *file, const struct occurrence *occ,
                      uint32_t build, struct outcome *outcome)
{
    const char *failed = file->evidence->failed[build];
    char *reason = NULL;

    if (file->evidence->read[build])
        reason = reason_here(file, occ, build);
    else if (!failed)
        return;
    if (!reason && failed)
        outcome->failed = failed;
    else if (!reason)
        outcome->unknown = true;
    if (outcome->reason)
        free(reason);
    else
        outcome->reason = reason;
}

/* Decide about a use that is no site. Sets *detail, which the caller frees;
 * NULL when it is for reason_unread() to say. */
static const char *decide_use(struct file *file, const struct occurrence *occ,
                              char **detail)
{
    struct outcome outcome = {0};
    size_t nbuilds = file->census->evidence.nbuilds;

    for (uint32_t i = 0; file->evidence && i < nbuilds; i++)
        ask_build(file, occ, i, &outcome);
    if (outcome.unknown && reason_is_instruction(file, occ)) {
        free(outcome.reason);
        *detail = xf_strdup("control gets past it, or its trap is handled");
        return "not-a-call";
    }
    if (outcome.unknown || outcome.failed) {
        free(outcome.reason);
        *detail = xf_strdup(outcome.unknown ? "" : outcome.failed);
        return outcome.unknown ? "unaccounted" : "unanalysed";
    }
    *detail = outcome.reason;
    return "other-config";
}

/* Whether the file has a site that is a call of that function. */
static bool is_called(const struct file *file, const char *name)
{
    const struct file_evidence *e = file->evidence;

    for (size_t i = 0; e && i < e->nsites; i++)
        if (!strcmp(e->sites[i].callee, name))
            return true;
    return false;
}

static const char *decide(struct file *file, const struct occurrence *occ,
                          char **detail)
{
    static const char *const text_says[] = {
        [PLACE_COMMENT] = "comment",
        [PLACE_STRING] = "string",
        [PLACE_NOT_C] = "not-C",
        [PLACE_MACRO] = "macro-definition",
        [PLACE_DECLARATION] = "declaration",
        [PLACE_MENTION] = "not-a-call",
    };

    if (occ->place >= PLACE_DECLARATION) {
        *detail = find_sites(file, occ);
        if (*detail)
            return "site";
    }
    if (occ->place == PLACE_GAS && is_called(file, reason_name(file, occ))) {
        *detail = xf_format("body of assembler macro %s; its sites are where "
                            "it is used", occ->detail);
        return "macro-definition";
    }
    if (occ->place >= PLACE_USE)
        return decide_use(file, occ, detail);
    *detail = xf_strdup(occ->detail);
    return text_says[occ->place];
}

/* Append the rows of the file as text: N name line column kind accounted
 * detail, or A without the last where reason_unread() has to say; and those of
 * absent.h. */
static void count_text(struct file *file, struct xf_buf *rows)
{
    struct census *census = file->census;
    struct xf_source *src =
        xf_source_from(file->path, file->text->data, file->text->len);

    file->src = src;
    occurrences_clear(&census->list);
    occurrences_find(&census->list, &census->names, src, file->path);
    for (size_t i = 0; i < census->list.len; i++) {
        const struct occurrence *occ = &census->list.items[i];
        char *detail, *line = xf_format("%u", occ->line);
        char *col = xf_format("%u", occ->col);
        const char *accounted = decide(file, occ, &detail);

        xf_fact(rows, detail ? 'N' : 'A', reason_name(file, occ), line, col,
                census->names.kinds[occ->name], accounted, detail, NULL);
        if (!strcmp(accounted, "other-config"))
            absent_occurrence(rows, file, occ);
        free(detail);
        free(line);
        free(col);
    }
    absent_sites(rows, file);
    xf_source_free(src);
}

/* Looks at other files, so it is asked every time. */
static void bind_unread(sqlite3_stmt *stmt, int column, struct file *file)
{
    char *reason = reason_unread(file);

    xf_bind(stmt, column, reason);
    free(reason);
}

static int write_row(struct file *file, const struct xf_record *row)
{
    struct xf_store *store = file->census->store;
    sqlite3_stmt *stmt = xf_store_prepare(
        store, "INSERT INTO census (file, name, line, col, kind,"
               " accounted, detail) VALUES (?, ?, ?, ?, ?, ?, ?)");

    if (!stmt)
        return -1;
    xf_bind(stmt, 1, file->path);
    for (int i = 0; i < 6; i++)
        xf_bind(stmt, i + 2, row->fields[i]);
    if (row->tag == 'A')
        bind_unread(stmt, 7, file);
    return xf_store_run(store, stmt);
}

static int write_rows(struct file *file, struct xf_buf *rows)
{
    char *at = rows->data;
    struct xf_record row;
    int rc;

    while ((rc = xf_fact_next(&row, &at, rows->data + rows->len)) > 0)
        if (row.tag == ABSENT_SITE || row.tag == ABSENT_OCCURRENCE
                ? absent_write(file, &row)
                : write_row(file, &row))
            return -1;
    return rc;
}

/* Everything that count_text() looks at. */
static void file_key(const struct file *file, char key[XF_HASH_HEX])
{
    struct xf_hash *hash = xf_hash_new();

    xf_hash_adds(hash, "census");
    xf_hash_adds(hash, file->census->common);
    xf_hash_adds(hash, file->path);
    xf_hash_add(hash, file->text->data, file->text->len);
    evidence_hash(hash, &file->census->evidence, file->evidence);
    xf_hash_finish(hash, key);
}

static int count_file(struct census *census, const char *path,
                      const struct xf_buf *text)
{
    struct xf_memo *memo = xf_store_memo(census->store);
    struct file file = {
        .census = census,
        .path = path,
        .text = text,
        .evidence = evidence_file(&census->evidence, path),
    };
    struct xf_buf rows = XF_BUF_INIT;
    char key[XF_HASH_HEX];
    int rc;

    file_key(&file, key);
    if (!xf_memo_find(memo, key, &rows)) {
        /* A site may come from a macro whose name the census does not know. */
        if (occurrences_likely(&census->names, text->data, text->len) ||
            (file.evidence && file.evidence->nsites))
            count_text(&file, &rows);
        xf_memo_keep(memo, key, &rows);
    }
    rc = write_rows(&file, &rows);
    xf_buf_release(&rows);
    free(file.absence);
    return rc;
}

static int visit(const char *relative, const char *absolute, void *payload)
{
    struct census *census = payload;
    struct xf_buf text = XF_BUF_INIT;
    int rc = 0;

    if (!xf_has_suffix(relative, ".c") && !xf_has_suffix(relative, ".h") &&
        !xf_has_suffix(relative, ".S"))
        return 0;
    /* Releases with in-tree builds leave links to folders and dead links. */
    if (!xf_file_exists(absolute))
        return 0;
    rc = xf_file_read(&text, absolute);
    if (!rc)
        rc = count_file(census, relative, &text);
    xf_buf_release(&text);
    return rc;
}

static void hash_common(struct census *census)
{
    struct xf_hash *hash = xf_hash_new();
    const struct names *names = &census->names;
    const struct xf_map *live = &census->evidence.live;

    for (size_t i = 0; i < names->map.len; i++) {
        xf_hash_adds(hash, names->map.keys[i]);
        xf_hash_adds(hash, names->kinds[i]);
        xf_hash_adds(hash, names->is_function[i] ? "function" : "");
        xf_hash_adds(hash, names->is_instruction[i] ? "instruction" : "");
    }
    for (size_t i = 0; i < live->len; i++)
        xf_hash_adds(hash, live->keys[i]);
    xf_hash_finish(hash, census->common);
}

int xf_census(struct xf_store *store, const char *root, const char *data)
{
    struct census census = {.store = store, .root = root};
    int rc = names_load(&census.names, store, data);

    if (!rc)
        rc = evidence_load(&census.evidence, store);
    hash_common(&census);
    if (!rc)
        rc = xf_tree_walk(root, NULL, visit, &census);
    occurrences_release(&census.list);
    evidence_release(&census.evidence);
    names_release(&census.names);
    return rc;
}
