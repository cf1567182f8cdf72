/* SPDX-License-Identifier: GPL-2.0-only
 *
 * Joins the two sides: what the text says (occurrence.c) and what the builds
 * saw (evidence.c).
 */
#include "census.h"

#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "buf.h"
#include "evidence.h"
#include "file.h"
#include "hash.h"
#include "makefile.h"
#include "memo.h"
#include "names.h"
#include "occurrence.h"
#include "fact.h"

/* How many lines before an occurrence an invocation around it may begin. */
#define ARGUMENT_LINES 20

struct census {
    struct xf_store *store;
    const char *root;
    struct names names;
    struct evidence evidence;
    struct occurrences list; /* of the current file */
    char common[XF_HASH_HEX]; /* what every file's rows depend on */
};

/* One file of the walk. */
struct file {
    struct census *census;
    const char *path; /* relative */
    const struct xf_source *src;
    const struct xf_buf *text;
    const struct file_evidence *evidence; /* NULL: nothing known */
    char *absence; /* why no build read it, made when first needed */
};

/* What became of an occurrence that reads as a use, over all builds. */
struct outcome {
    char *reason;       /* first one found, owned */
    const char *failed; /* status of its TU in a build that tells no more */
    bool unknown;       /* a build compiled it and made no site: a defect */
};

static const char *name_of(const struct file *file,
                           const struct occurrence *occ)
{
    return file->census->names.map.keys[occ->name];
}

static bool is_instruction(const struct file *file,
                           const struct occurrence *occ)
{
    return file->census->names.is_instruction[occ->name];
}

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
    if (strcmp(site->callee, name_of(file, occ)) &&
        !evidence_in_macros(site->macros, name_of(file, occ)))
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
        else if (site->is_loop && is_instruction(file, occ) &&
                 occ->line >= site->at.line && occ->line <= site->end_line)
            add_site_id(&detail, site, false);
        else if (in_arguments(file, occ, site))
            add_site_id(&detail, site, true);
    }
    return detail.len ? xf_buf_detach(&detail) : NULL;
}

/* The conditional responsible for an inactive line: going outwards, the last
 * one that is inactive as a whole. */
static char *inactive_reason(const struct file *file, uint32_t line,
                             const struct range *range)
{
    const struct xf_source *src = file->src;
    int32_t at = xf_source_branch_at(src, line);
    const struct xf_branch *branch;

    if (at < 0)
        return NULL;
    for (int32_t up = src->branches[at].parent; up >= 0;
         up = src->branches[up].parent) {
        branch = &src->branches[up];
        if (branch->first < range->first || branch->last > range->last)
            break;
        at = up;
    }
    branch = &src->branches[at];
    if (!strncmp(branch->text, "#el", 3))
        return xf_format("%s (%s) at line %u",
                         !strncmp(branch->text, "#else", 5) ? "#else" : "#elif",
                         branch->condition, branch->line);
    return xf_format("%s at line %u", branch->text, branch->line);
}

/* Line where this file itself defines the macro, 0 when it does not. */
static uint32_t own_definition(const struct xf_source *src, const char *name)
{
    for (size_t i = 0; i < src->nmacros; i++)
        if (!strcmp(src->macros[i].name, name))
            return src->macros[i].line;
    return 0;
}

/* Why an expansion made no site. NULL when it should have made one: the macro
 * makes sites elsewhere in this build and is not redefined here, or the file
 * was not read to its end. */
static char *expansion_reason(const struct file *file,
                              const struct occurrence *occ, uint32_t build)
{
    const char *name = name_of(file, occ);
    uint32_t line;

    if (file->evidence->failed[build])
        return NULL;
    if (!evidence_is_live(&file->census->evidence, build, name))
        return xf_strdup("expands to no stop in this build");
    line = own_definition(file->src, name);
    if (!line)
        return NULL;
    return xf_format("expands to no stop: redefined at line %u", line);
}

/* Whether the build assembles a use of the macro in this file. */
static bool is_gas_macro_used(const struct file *file, const char *macro,
                              uint32_t build)
{
    const struct xf_source *src = file->src;
    size_t at = 0, len = strlen(macro);
    bool defines = false; /* behind ".macro" */

    for (;;) {
        struct xf_token token = xf_source_token(src, &at);
        const char *text = src->text + token.begin;

        if (token.kind == XF_TOKEN_END)
            return false;
        if (token.kind != XF_TOKEN_IDENT)
            continue;
        if (!defines && token.end - token.begin == len &&
            !memcmp(text, macro, len) &&
            !evidence_inactive(file->evidence, build,
                               xf_source_line(src, token.begin)))
            return true;
        defines = token.begin && text[-1] == '.' &&
                  token.end - token.begin == strlen("macro") &&
                  !memcmp(text, "macro", strlen("macro"));
    }
}

/* A macro that is named in the arguments of another invocation, in C, and that
 * the preprocessor never expanded although it read the line. */
static bool is_dropped(const struct file *file, const struct occurrence *occ)
{
    const struct xf_source *src = file->src;
    size_t at = 0;

    if (src->is_asm || file->census->names.is_function[occ->name] ||
        is_instruction(file, occ))
        return false;
    /* From the start of the line: a token may be left of it that is part of
     * a comment, which only makes the answer "no". */
    for (size_t line = occ->line > ARGUMENT_LINES ? occ->line - ARGUMENT_LINES
                                                  : 1;
         line <= occ->line; line++) {
        at = src->lines[line - 1];
        while (at < occ->offset) {
            struct xf_token token = xf_source_token(src, &at);
            char *args;
            size_t end;

            if (token.kind != XF_TOKEN_IDENT || token.begin >= occ->offset)
                continue;
            end = xf_source_arguments(src, token.begin, &args);
            if (args && occ->offset < end) {
                free(args);
                return true;
            }
            free(args);
        }
    }
    return false;
}

/* What build `build` says of the occurrence; NULL for nothing. */
static char *reason_in(const struct file *file, const struct occurrence *occ,
                       uint32_t build)
{
    const struct range *range =
        evidence_inactive(file->evidence, build, occ->line);
    struct spot at = {build, occ->line, occ->col};
    const struct call_spot *call;

    if (range)
        return inactive_reason(file, occ->line, range);
    if (evidence_unexecuted(file->evidence, at))
        return xf_strdup("an operand that is never executed (of sizeof, "
                         "typeof and the like)");
    if (evidence_expanded(file->evidence, at))
        return expansion_reason(file, occ, build);
    if (is_dropped(file, occ))
        return xf_strdup("in an argument that the macro around it drops");
    call = evidence_call(file->evidence, at);
    if (call)
        return xf_format("calls the %s of %s, which returns",
                         name_of(file, occ),
                         *call->file ? call->file : "this build");
    /* A header's macro may be used anywhere. */
    if (occ->place == PLACE_GAS && file->src->is_asm &&
        !is_gas_macro_used(file, occ->detail, build))
        return xf_format("body of assembler macro %s, which no active line "
                         "uses",
                         occ->detail);
    return NULL;
}

static void ask_build(const struct file *file, const struct occurrence *occ,
                      uint32_t build, struct outcome *outcome)
{
    const char *failed = file->evidence->failed[build];
    char *reason = NULL;

    if (file->evidence->read[build])
        reason = reason_in(file, occ, build);
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

/* Whether root/arch has a folder of that name and no build has a TU in it. */
static bool is_foreign(const struct census *census, const char *arch)
{
    char *relative = xf_format("arch/%s", arch);
    char *folder = xf_path_join(census->root, relative);
    bool foreign = xf_dir_exists(folder) &&
                   xf_map_find(&census->evidence.arches, arch) == XF_MAP_NONE;

    free(folder);
    free(relative);
    return foreign;
}

/* Another architecture's folder: arch/NAME, or include/asm-NAME of releases
 * before 2022. NULL when it is none. */
static char *other_architecture(const struct file *file)
{
    static const char *const folders[] = {"arch/", "include/asm-"};

    for (size_t i = 0; i < sizeof(folders) / sizeof(*folders); i++) {
        size_t len = strlen(folders[i]);
        char *arch, *reason = NULL;

        if (strncmp(file->path, folders[i], len))
            continue;
        arch = xf_strndup(file->path + len, strcspn(file->path + len, "/"));
        if (is_foreign(file->census, arch))
            reason = xf_format("another architecture: %s%s", folders[i], arch);
        free(arch);
        return reason;
    }
    return NULL;
}

/* Looks at other files, so it is asked every time. */
static const char *absence(struct file *file)
{
    if (!file->absence)
        file->absence = other_architecture(file);
    if (!file->absence)
        file->absence = makefile_reason(file->census->root, file->path);
    return file->absence;
}

/* Decide about a use that is no site. Sets *detail, which the caller frees;
 * NULL when it is for absence() to say. */
static const char *decide_use(struct file *file, const struct occurrence *occ,
                              char **detail)
{
    struct outcome outcome = {0};
    size_t nbuilds = file->census->evidence.nbuilds;

    for (uint32_t i = 0; file->evidence && i < nbuilds; i++)
        ask_build(file, occ, i, &outcome);
    if (outcome.unknown && is_instruction(file, occ)) {
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
    if (occ->place == PLACE_GAS && is_called(file, name_of(file, occ))) {
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
 * detail, or A without the last two where absence() has to say. */
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

        xf_fact(rows, detail ? 'N' : 'A', name_of(file, occ), line, col,
                census->names.kinds[occ->name], accounted, detail, NULL);
        free(detail);
        free(line);
        free(col);
    }
    xf_source_free(src);
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
        xf_bind(stmt, 7, absence(file));
    return xf_store_run(store, stmt);
}

static int write_rows(struct file *file, struct xf_buf *rows)
{
    char *at = rows->data;
    struct xf_record row;
    int rc;

    while ((rc = xf_fact_next(&row, &at, rows->data + rows->len)) > 0)
        if (write_row(file, &row))
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
        if (occurrences_likely(&census->names, text->data, text->len))
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
