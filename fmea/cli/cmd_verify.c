/* SPDX-License-Identifier: GPL-2.0-only
 *
 * xenfmea verify: compares the worksheet with a linked image, place by place.
 * Reads tables build, function, site, tu and read_file; writes nothing.
 */
#include "cmd.h"

#include <argp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "buf.h"
#include "error.h"
#include "image.h"
#include "json.h"
#include "map.h"
#include "match.h"
#include "store.h"
#include "visible.h"

/* Rows shown for each reason without -v. */
#define SHOWN 10
/* Percent of the image's stops that a worksheet of the same tree has. */
#define SAME_TREE 90

struct options {
    const char *image, *db, *build, *arch;
    bool verbose, list, tsv;
};

/* A kind's line in the table of counts. */
struct tally {
    size_t both, image_only, sheet_only;
};

struct verify {
    struct options options;
    struct xf_image *image;
    struct xf_store *store;
    int64_t build;
    struct xf_map strings; /* owns what was read from the database */
    struct xf_map tree;    /* its file names */
    struct xf_stop_function *functions;
    size_t nfunctions, cfunctions;
    struct xf_map callees; /* their names; kinds[] runs parallel */
    const char **kinds;
    size_t nkinds, ckinds;
    struct xf_stop *stops; /* frames, then calls */
    size_t nstops, doubtful;
    struct xf_finding *findings;
    size_t nfindings;
    struct xf_claim *claims; /* ids[] and claim_kinds[] run parallel */
    const char **ids, **claim_kinds;
    size_t nclaims, cclaims, cids, cclaim_kinds;
    size_t ninvisible;     /* rows that the image cannot show */
    struct xf_map tallied; /* kinds; tallies[] runs parallel */
    struct tally *tallies;
    size_t ntallies, ctallies;
};

static const char *keep(struct verify *v, const char *s)
{
    uint32_t i = xf_map_add(&v->strings, s, NULL);

    return v->strings.keys[i];
}

/* ---- stop functions */

/* `file` is "" for a function that the linker sees. */
static void add_function(struct verify *v, const char *name, const char *file,
                         const char *kind, bool is_asm)
{
    int is_new;

    XF_GROW(v->functions, v->nfunctions, v->cfunctions);
    v->functions[v->nfunctions++] =
        (struct xf_stop_function){keep(v, name), keep(v, file), is_asm};
    xf_map_add(&v->callees, name, &is_new);
    if (is_new) {
        XF_GROW(v->kinds, v->nkinds, v->ckinds);
        v->kinds[v->nkinds++] = keep(v, kind);
    }
}

static int load_functions_data(struct verify *v)
{
    const char *dir = cmd_data_dir();
    const cJSON *entry;
    cJSON *root;
    char *path;

    if (!dir)
        return -1;
    path = xf_format("%s/xen/sites.json", dir);
    root = xf_json_load(path);
    free(path);
    if (!root)
        return -1;
    cJSON_ArrayForEach(entry, cJSON_GetObjectItem(root, "functions"))
        add_function(v, xf_json_string(entry, "name", ""), "",
                     xf_json_string(entry, "kind", ""), false);
    cJSON_Delete(root);
    return 0;
}

static int load_functions_db(struct verify *v)
{
    sqlite3_stmt *q = xf_store_prepare(
        v->store, "SELECT name, CASE WHEN is_static THEN file ELSE '' END, "
                  "stop_kind, is_asm FROM function WHERE build = ?1 AND "
                  "stop_kind <> '' ORDER BY 1, 2");
    int rc;

    if (!q)
        return -1;
    sqlite3_bind_int64(q, 1, v->build);
    while ((rc = xf_store_step(v->store, q)) > 0)
        add_function(v, xf_column(q, 0), xf_column(q, 1), xf_column(q, 2),
                     sqlite3_column_int(q, 3));
    return rc;
}

/* ---- the worksheet */

static char *known_builds(struct verify *v)
{
    sqlite3_stmt *q = xf_store_prepare(
        v->store, "SELECT arch, name FROM build ORDER BY arch, name");
    struct xf_buf out = XF_BUF_INIT;

    while (q && xf_store_step(v->store, q) > 0)
        xf_buf_addf(&out, "%s%s %s", out.len ? ", " : "", xf_column(q, 0),
                    xf_column(q, 1));
    if (!out.len)
        xf_buf_adds(&out, "nothing");
    return xf_buf_detach(&out);
}

static int choose_build(struct verify *v)
{
    const struct options *o = &v->options;
    sqlite3_stmt *q = xf_store_prepare(
        v->store, "SELECT id, name FROM build WHERE arch = ?1 AND "
                  "(?2 IS NULL OR name = ?2) ORDER BY name");
    size_t found = 0;
    char *all;
    int rc;

    if (!q)
        return -1;
    xf_bind(q, 1, o->arch);
    xf_bind(q, 2, o->build);
    while ((rc = xf_store_step(v->store, q)) > 0) {
        if (!found++) {
            v->build = sqlite3_column_int64(q, 0);
            v->options.build = keep(v, xf_column(q, 1));
        }
    }
    if (rc || found == 1)
        return rc;
    all = known_builds(v);
    if (found)
        xf_error("%s has several builds of %s (it holds: %s); choose one with "
                 "--build",
                 o->db, o->arch, all);
    else
        xf_error("%s has no build %s%s%s (it holds: %s); scan that "
                 "architecture and configuration, or name one with --build",
                 o->db, o->arch, o->build ? " " : "", o->build ? o->build : "",
                 all);
    free(all);
    return -1;
}

static int load_tree(struct verify *v)
{
    sqlite3_stmt *q = xf_store_prepare(
        v->store, "SELECT file FROM read_file WHERE build = ?1 "
                  "UNION SELECT file FROM tu WHERE build = ?1 "
                  "UNION SELECT file FROM site WHERE build = ?1 ORDER BY 1");
    int rc;

    if (!q)
        return -1;
    sqlite3_bind_int64(q, 1, v->build);
    while ((rc = xf_store_step(v->store, q)) > 0)
        xf_map_add(&v->tree, xf_column(q, 0), NULL);
    return rc;
}

/* Class of a row; -1 when it leaves no trace in an image. */
static int class_of(const char *callee, int frame)
{
    if (*callee)
        return XF_STOP_CALL;
    return frame == 2 ? XF_STOP_BUG : frame == 3 ? XF_STOP_ASSERT : -1;
}

static void add_claim(struct verify *v, sqlite3_stmt *q)
{
    const char *callee = keep(v, xf_column(q, 8));
    int what = class_of(callee, sqlite3_column_int(q, 9));
    struct xf_claim claim = {
        .file = keep(v, xf_column(q, 2)),
        .line = (uint32_t)sqlite3_column_int64(q, 3),
        .end_line = (uint32_t)sqlite3_column_int64(q, 4),
        .function = keep(v, xf_column(q, 5)),
        .text = keep(v, xf_column(q, 6)),
        .condition = keep(v, xf_column(q, 7)),
        .callee = callee,
        .callee_file = keep(v, xf_column(q, 10)),
        .is_static = sqlite3_column_int(q, 11),
        .is_inline = sqlite3_column_int(q, 12),
    };

    /* Without DWARF a call has no line to compare. */
    if (what < 0 || (what == XF_STOP_CALL && !xf_image_has_dwarf(v->image))) {
        v->ninvisible++;
        return;
    }
    claim.what = (enum xf_stop_class)what;
    if (claim.end_line < claim.line)
        claim.end_line = claim.line;
    XF_GROW(v->ids, v->nclaims, v->cids);
    XF_GROW(v->claim_kinds, v->nclaims, v->cclaim_kinds);
    XF_GROW(v->claims, v->nclaims, v->cclaims);
    v->ids[v->nclaims] = keep(v, xf_column(q, 0));
    v->claim_kinds[v->nclaims] = keep(v, xf_column(q, 1));
    v->claims[v->nclaims++] = claim;
}

static int load_claims(struct verify *v)
{
    sqlite3_stmt *q = xf_store_prepare(
        v->store,
        "SELECT s.site_id, s.kind, s.file, s.line, s.end_line, s.function, "
        "s.message, s.condition, s.callee, s.frame, "
        "(SELECT max(g.file) FROM function g WHERE g.build = s.build AND "
        " g.name = s.callee), "
        "f.is_static, f.is_inline FROM site s LEFT JOIN function f "
        "ON f.build = s.build AND f.name = s.function AND f.file = s.file "
        "WHERE s.build = ?1 "
        "ORDER BY s.file, s.line, s.col, s.site_id");
    int rc;

    if (!q)
        return -1;
    sqlite3_bind_int64(q, 1, v->build);
    while ((rc = xf_store_step(v->store, q)) > 0)
        add_claim(v, q);
    return rc;
}

static int load_worksheet(struct verify *v)
{
    if (xf_store_open(&v->store, v->options.db) || choose_build(v) ||
        load_tree(v))
        return -1;
    return load_claims(v);
}

/* ---- the image */

static int load_stops(struct verify *v)
{
    const struct xf_stop *frames, *calls;
    size_t nframes, ncalls;

    if (xf_image_frames(v->image, &frames, &nframes) ||
        xf_image_calls(v->image, v->functions, v->nfunctions, &calls, &ncalls,
                       &v->doubtful))
        return -1;
    v->nstops = nframes + ncalls;
    v->stops = xf_calloc(v->nstops + 1, sizeof(*v->stops));
    for (size_t i = 0; i < nframes; i++)
        v->stops[i] = frames[i];
    for (size_t i = 0; i < ncalls; i++)
        v->stops[nframes + i] = calls[i];
    return 0;
}

/* ---- output */

/* Text from the image or the tree, with nothing that a terminal or a TSV
 * reader would act on. */
static void put(const char *text)
{
    struct xf_buf shown = XF_BUF_INIT;

    xf_visible(&shown, text, "");
    if (shown.len)
        fputs(shown.data, stdout);
    xf_buf_release(&shown);
}

/* Kind of a stop for the table: frames by their class, calls by callee. */
static const char *stop_kind(const struct verify *v, enum xf_stop_class what,
                             const char *callee)
{
    uint32_t i;

    if (what != XF_STOP_CALL)
        return what == XF_STOP_BUG ? "bug" : "assert";
    i = xf_map_find(&v->callees, callee);
    return i == XF_MAP_NONE ? "call" : v->kinds[i];
}

static void put_place(const char *file, uint32_t line, const char *function,
                      const char *text)
{
    put(*file ? file : "?");
    printf(":%u", line);
    if (*function)
        putchar(' ');
    put(function);
    if (*text)
        fputs(": ", stdout);
    put(text);
}

static void put_tsv(const char *const *fields, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (i)
            putchar('\t');
        put(fields[i]);
    }
    putchar('\n');
}

static void print_stop(const struct verify *v, const struct xf_stop *stop,
                       const char *file)
{
    printf("0x%016llx %-6s ", (unsigned long long)stop->address,
           stop_kind(v, stop->what, stop->text));
    put_place(file, stop->line, stop->function, stop->text);
    if (v->options.verbose && stop->inliners[0]) {
        fputs(" (inlined into ", stdout);
        put(stop->inliners);
        putchar(')');
    }
    putchar('\n');
}

static void print_list(struct verify *v)
{
    if (!v->options.tsv) {
        for (size_t i = 0; i < v->nstops; i++)
            print_stop(v, &v->stops[i], v->stops[i].file);
        return;
    }
    xf_findings(&v->findings, &v->nfindings, v->image, v->stops, v->nstops,
                NULL);
    for (size_t i = 0; i < v->nfindings; i++) {
        const struct xf_stop *s = v->findings[i].stop;
        char line[16];

        snprintf(line, sizeof(line), "%u", s->line);
        put_tsv((const char *[]){stop_kind(v, s->what, s->text), s->file, line,
                                 s->function, s->text},
                5);
    }
}

static const char *claim_text(const struct xf_claim *claim)
{
    return claim->what == XF_STOP_CALL ? claim->callee
           : claim->condition[0]       ? claim->condition
                                       : claim->text;
}

static void print_finding_tsv(const struct verify *v,
                              const struct xf_finding *f)
{
    bool both = f->claim != XF_NO_CLAIM;
    char line[16];

    snprintf(line, sizeof(line), "%u", f->stop->line);
    put_tsv((const char *[]){both ? "both" : "image-only",
                             stop_kind(v, f->stop->what, f->stop->text),
                             f->file, line, f->stop->function, f->stop->text,
                             both ? v->ids[f->claim] : "",
                             both ? xf_reason_text(v->claims[f->claim].reason)
                                  : ""},
            8);
}

/* Rows without a finding of their own: missing in the image, or one of several
 * that share a finding. */
static void print_claims_tsv(const struct verify *v)
{
    bool *named = xf_calloc(v->nclaims + 1, sizeof(*named));

    for (size_t i = 0; i < v->nfindings; i++)
        if (v->findings[i].claim != XF_NO_CLAIM)
            named[v->findings[i].claim] = true;
    for (size_t i = 0; i < v->nclaims; i++) {
        const struct xf_claim *c = &v->claims[i];
        char line[16];

        if (named[i])
            continue;
        snprintf(line, sizeof(line), "%u", c->line);
        put_tsv((const char *[]){c->is_matched ? "both" : "sheet-only",
                                 stop_kind(v, c->what, c->callee), c->file,
                                 line, c->function, claim_text(c), v->ids[i],
                                 xf_reason_text(c->reason)},
                8);
    }
    free(named);
}

static struct tally *tally(struct verify *v, const char *kind)
{
    int is_new;
    uint32_t i = xf_map_add(&v->tallied, kind, &is_new);

    if (is_new) {
        XF_GROW(v->tallies, v->ntallies, v->ctallies);
        v->tallies[v->ntallies++] = (struct tally){0};
    }
    return &v->tallies[i];
}

static void count(struct verify *v, struct tally *total)
{
    /* The table names these even when there are none, and first. */
    tally(v, "bug");
    tally(v, "assert");
    for (size_t i = 0; i < v->nfindings; i++) {
        const struct xf_finding *f = &v->findings[i];
        struct tally *t = tally(v, stop_kind(v, f->stop->what, f->stop->text));

        if (f->claim != XF_NO_CLAIM)
            t->both++;
        else
            t->image_only++;
    }
    for (size_t i = 0; i < v->nclaims; i++) {
        const struct xf_claim *c = &v->claims[i];

        if (!c->is_matched)
            tally(v, stop_kind(v, c->what, c->callee))->sheet_only++;
    }
    for (size_t i = 0; i < v->ntallies; i++) {
        total->both += v->tallies[i].both;
        total->image_only += v->tallies[i].image_only;
        total->sheet_only += v->tallies[i].sheet_only;
    }
}

static void print_tally(const char *kind, const struct tally *t)
{
    printf("%-18s %8zu %14zu %14zu\n", kind, t->both, t->image_only,
           t->sheet_only);
}

static void print_counts(const struct verify *v, const struct tally *total)
{
    printf("image      ");
    put(v->options.image);
    printf(" (%s): %zu stops, %zu distinct\n", xf_image_arch(v->image),
           v->nstops, v->nfindings);
    printf("worksheet  ");
    put(v->options.db);
    printf(", build %s %s: %zu rows", v->options.arch, v->options.build,
           v->nclaims + v->ninvisible);
    if (v->ninvisible)
        printf(", %zu not checked (loops and traps leave no frame or call)",
               v->ninvisible);
    printf("\n\n%-18s %8s %14s %14s\n", "kind", "in both", "only in image",
           "only in sheet");
    for (size_t i = 0; i < v->ntallies; i++)
        print_tally(v->tallied.keys[i], &v->tallies[i]);
    print_tally("total", total);
}

static void print_holes(const struct verify *v, size_t holes)
{
    if (!holes)
        return;
    puts("\nOnly in the image, missing in the worksheet:");
    for (size_t i = 0; i < v->nfindings; i++)
        if (v->findings[i].claim == XF_NO_CLAIM) {
            fputs("  ", stdout);
            print_stop(v, v->findings[i].stop, v->findings[i].file);
        }
}

static void print_merged(const struct verify *v)
{
    size_t total = 0;

    for (size_t i = 0; i < v->nclaims; i++)
        total += v->claims[i].reason == XF_REASON_MERGED;
    if (total)
        printf("\n%zu rows are in the image through calls that the compiler "
               "made for several places\nat once and gave no line; they are "
               "matched by function and callee.\n",
               total);
}

static void print_reason(const struct verify *v, enum xf_reason reason)
{
    size_t total = 0, shown = 0;

    for (size_t i = 0; i < v->nclaims; i++)
        total += v->claims[i].reason == reason;
    if (!total)
        return;
    printf("\nOnly in the worksheet, %s: %zu\n", xf_reason_text(reason), total);
    for (size_t i = 0; i < v->nclaims; i++) {
        const struct xf_claim *c = &v->claims[i];

        if (c->reason != reason)
            continue;
        if (!v->options.verbose && shown++ == SHOWN) {
            printf("  ... %zu more; -v shows them\n", total - SHOWN);
            break;
        }
        printf("  %s %s ", v->ids[i], v->claim_kinds[i]);
        put_place(c->file, c->line, c->function, claim_text(c));
        putchar('\n');
    }
}

static void print_result(const struct verify *v, const struct tally *total)
{
    if (v->options.tsv) {
        for (size_t i = 0; i < v->nfindings; i++)
            print_finding_tsv(v, &v->findings[i]);
        print_claims_tsv(v);
        return;
    }
    print_counts(v, total);
    print_merged(v);
    print_holes(v, total->image_only);
    for (int reason = XF_REASON_FOLDED; reason < XF_REASONS; reason++)
        print_reason(v, (enum xf_reason)reason);
}

/* ---- the command */

static void warn_doubtful(const struct verify *v)
{
    if (v->doubtful)
        fprintf(stderr,
                "xenfmea: warning: %zu byte sequences look like calls of "
                "functions that stop, but whether an instruction starts there "
                "is unknown; they are not counted\n",
                v->doubtful);
}

/* What makes the comparison itself questionable. */
static void warn_mismatch(const struct verify *v, const struct tally *total)
{
    size_t all = total->both + total->image_only;
    const char *arch = xf_image_arch(v->image);

    if (strcmp(arch, v->options.arch))
        fprintf(stderr,
                "xenfmea: warning: the image is %s, the worksheet's build is "
                "%s\n",
                arch, v->options.arch);
    if (all && total->both * 100 < all * SAME_TREE)
        fprintf(stderr,
                "xenfmea: warning: only %zu of the image's %zu stops have a "
                "row: the database seems to be of another tree or "
                "configuration; scan the source and .config that the image "
                "was built from\n",
                total->both, all);
    warn_doubtful(v);
}

static int list(struct verify *v)
{
    if (load_functions_data(v) || load_stops(v))
        return cmd_trouble();
    print_list(v);
    warn_doubtful(v);
    if (!xf_image_has_dwarf(v->image))
        fprintf(stderr,
                "xenfmea: warning: %s has no DWARF: calls have no "
                "line, and inlining is not resolved\n",
                v->options.image);
    return XF_EXIT_OK;
}

static int verify(struct verify *v)
{
    struct tally total = {0};

    if (!v->options.arch)
        v->options.arch = xf_image_arch(v->image);
    if (load_worksheet(v))
        return cmd_trouble();
    if (xf_image_has_dwarf(v->image) &&
        (load_functions_db(v) || load_functions_data(v)))
        return cmd_trouble();
    if (load_stops(v))
        return cmd_trouble();
    xf_findings(&v->findings, &v->nfindings, v->image, v->stops, v->nstops,
                &v->tree);
    xf_match(v->image, &v->tree, v->findings, v->nfindings, v->claims,
             v->nclaims);
    count(v, &total);
    print_result(v, &total);
    warn_mismatch(v, &total);
    if (!xf_image_has_dwarf(v->image)) {
        xf_error("%s has no DWARF, so calls cannot be compared; build Xen with "
                 "CONFIG_DEBUG_INFO=y",
                 v->options.image);
        return cmd_trouble();
    }
    return total.image_only || v->doubtful ? XF_EXIT_FINDINGS : XF_EXIT_OK;
}

static void release(struct verify *v)
{
    xf_image_close(v->image);
    xf_store_close(v->store);
    xf_map_release(&v->strings);
    xf_map_release(&v->tree);
    xf_map_release(&v->callees);
    xf_map_release(&v->tallied);
    free(v->functions);
    free(v->kinds);
    free(v->stops);
    free(v->findings);
    free(v->claims);
    free(v->ids);
    free(v->claim_kinds);
    free(v->tallies);
}

enum { KEY_DB = 0x100, KEY_BUILD, KEY_ARCH, KEY_LIST, KEY_FORMAT };

static const struct argp_option arguments[] = {
    {"db", KEY_DB, "FILE", 0, "worksheet's database (xenfmea-out/xenfmea.db)",
     0},
    {"build", KEY_BUILD, "NAME", 0,
     "which of the database's builds; needed when it has several of the "
     "architecture",
     0},
    {"arch", KEY_ARCH, "ARCH", 0,
     "compare with a build of this architecture instead of the image's", 0},
    {"list", KEY_LIST, NULL, 0, "print the image's stops and read no database",
     0},
    {"format", KEY_FORMAT, "text|tsv", 0,
     "text, or one line per row with status, kind, file, line, function, "
     "text, site and reason; with --list: kind, file, line, function, text",
     0},
    {"verbose", 'v', NULL, 0,
     "show every row that only the worksheet has, and inlining", 0},
    {0},
};

static error_t parse(int key, char *arg, struct argp_state *state)
{
    struct options *o = state->input;

    switch (key) {
    case KEY_DB:
        o->db = arg;
        break;
    case KEY_BUILD:
        o->build = arg;
        break;
    case KEY_ARCH:
        o->arch = arg;
        break;
    case KEY_LIST:
        o->list = true;
        break;
    case KEY_FORMAT:
        o->tsv = !strcmp(arg, "tsv");
        if (!o->tsv && strcmp(arg, "text"))
            argp_error(state, "--format is 'text' or 'tsv', not '%s'", arg);
        break;
    case 'v':
        o->verbose = true;
        break;
    case ARGP_KEY_ARG:
        if (o->image)
            argp_error(state, "one image at a time");
        o->image = arg;
        break;
    case ARGP_KEY_END:
        if (!o->image)
            argp_error(state, "name the xen-syms to compare with");
        break;
    default:
        return ARGP_ERR_UNKNOWN;
    }
    return 0;
}

int cmd_verify(int argc, char **argv)
{
    static const struct argp argp = {
        .options = arguments,
        .parser = parse,
        .args_doc = "XEN-SYMS",
        .doc = "Compare the worksheet with a linked Xen: every bug frame and "
               "every call of a function that stops the host must have a "
               "row.\vExit status: 0 the worksheet is complete, 1 the image "
               "has a stop that it lacks, 2 trouble.",
    };
    struct verify v = {.options = {.db = "xenfmea-out/xenfmea.db"}};
    int status;

    argp_err_exit_status = XF_EXIT_TROUBLE;
    if (argp_parse(&argp, argc, argv, 0, NULL, &v.options))
        return XF_EXIT_TROUBLE;
    if (xf_image_open(&v.image, v.options.image))
        status = cmd_trouble();
    else
        status = v.options.list ? list(&v) : verify(&v);
    release(&v);
    return status;
}
