/* SPDX-License-Identifier: GPL-2.0-only */
#include "match.h"

#include <assert.h>
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "map.h"
#include "path.h"

const char *xf_reason_text(enum xf_reason reason)
{
    static const char *const texts[] = {
        [XF_REASON_NONE] = "",
        [XF_REASON_MERGED] = "merged call",
        [XF_REASON_FOLDED] = "folded",
        [XF_REASON_NO_CALL] = "folded or merged into another call",
        [XF_REASON_INLINE_FOLDED] = "inlined but folded",
        [XF_REASON_UNREFERENCED] = "unreferenced inline",
        [XF_REASON_UNUSED] = "unreferenced static function",
        [XF_REASON_NOT_LINKED] = "not linked",
        [XF_REASON_CALLEE_INLINED] = "callee inlined",
        [XF_REASON_CALLEE_ABSENT] = "callee not in image",
        [XF_REASON_NO_ASSERTS] = "image without asserts",
        [XF_REASON_UNKNOWN] = "unknown",
    };

    return texts[reason];
}

/* ---- findings */

/* A stop and its file's name in the worksheet's tree. */
struct named {
    const char *file;
    const struct xf_stop *stop;
};

static int compare_places(const struct named *x, const struct named *y)
{
    int order = strcmp(x->file, y->file);

    if (order)
        return order;
    if (x->stop->line != y->stop->line)
        return x->stop->line < y->stop->line ? -1 : 1;
    if (x->stop->what != y->stop->what)
        return x->stop->what < y->stop->what ? -1 : 1;
    return strcmp(x->stop->text, y->stop->text);
}

static int compare_named(const void *a, const void *b)
{
    const struct named *x = a, *y = b;
    int order = compare_places(x, y);

    if (order)
        return order;
    if (x->stop->address != y->stop->address)
        return x->stop->address < y->stop->address ? -1 : 1;
    return 0;
}

static struct named *name_stops(const struct xf_image *image,
                                const struct xf_stop *stops, size_t nstops,
                                const struct xf_map *tree)
{
    struct named *named = xf_calloc(nstops + 1, sizeof(*named));
    struct xf_path_set set = {0};

    if (tree)
        xf_path_set_init(&set, tree);
    for (size_t i = 0; i < nstops; i++) {
        const char *file = NULL;

        if (tree)
            file = xf_path_set_find(&set, stops[i].file, xf_image_files(image));
        named[i] = (struct named){file ? file : stops[i].file, &stops[i]};
    }
    xf_path_set_release(&set);
    qsort(named, nstops, sizeof(*named), compare_named);
    return named;
}

/* A call without a line is its own finding: nothing says that two are one. */
static bool is_copy(const struct named *a, const struct named *b)
{
    return a->stop->line && !compare_places(a, b);
}

static void add_copy(struct xf_finding *f, const struct xf_stop *stop)
{
    f->copies++;
    if (!f->stop->function[0])
        f->stop = stop;
}

void xf_findings(struct xf_finding **out, size_t *count,
                 const struct xf_image *image, const struct xf_stop *stops,
                 size_t nstops, const struct xf_map *tree)
{
    struct named *named = name_stops(image, stops, nstops, tree);
    struct xf_finding *all =
        xf_calloc(nstops + 1, sizeof(*all) + sizeof(const struct xf_stop *));
    const struct xf_stop **copies = (const struct xf_stop **)(all + nstops);
    size_t kept = 0;

    for (size_t i = 0; i < nstops; i++) {
        copies[i] = named[i].stop;
        if (i && is_copy(&named[i - 1], &named[i]))
            add_copy(&all[kept - 1], named[i].stop);
        else
            all[kept++] = (struct xf_finding){named[i].stop, named[i].file, 1,
                                              &copies[i], XF_NO_CLAIM};
    }
    free(named);
    *out = all;
    *count = kept;
}

/* ---- evidence from the image */

struct evidence {
    const struct xf_image *image;
    const struct xf_map *tree;
    struct xf_path_set files; /* as DWARF spells them */
    struct xf_map called;     /* stop functions with a call in the image */
    bool has_asserts;
};

static const char *dwarf_file(const struct evidence *e, const char *file)
{
    const char *found = xf_path_set_find(&e->files, file, e->tree);

    return found ? found : file;
}

/* ---- the join */

struct join {
    struct xf_finding *findings;
    struct xf_claim *claims;
    size_t *order; /* of claims, by file */
    size_t nclaims;
};

static int compare_claims(const void *a, const void *b, void *payload)
{
    const struct xf_claim *claims = payload;
    size_t x = *(const size_t *)a, y = *(const size_t *)b;
    int order = strcmp(claims[x].file, claims[y].file);

    return order ? order : x < y ? -1 : x > y;
}

/* Equal but for white space, which the preprocessor changes. */
static bool same_text(const char *a, const char *b)
{
    for (;; a++, b++) {
        while (isspace((unsigned char)*a))
            a++;
        while (isspace((unsigned char)*b))
            b++;
        if (*a != *b)
            return false;
        if (!*a)
            return true;
    }
}

static bool covers(const struct xf_claim *claim, const struct xf_finding *f)
{
    if (claim->what != f->stop->what || f->stop->line < claim->line ||
        f->stop->line > claim->end_line)
        return false;
    return claim->what != XF_STOP_CALL || !strcmp(claim->callee, f->stop->text);
}

/* Whether the printed text identifies the claim. */
static bool says(const struct xf_claim *claim, const struct xf_finding *f)
{
    return f->stop->what == XF_STOP_ASSERT &&
           (same_text(claim->text, f->stop->text) ||
            same_text(claim->condition, f->stop->text));
}

static size_t first_of_file(const struct join *j, const char *file)
{
    size_t low = 0, high = j->nclaims;

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (strcmp(j->claims[j->order[middle]].file, file) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* The shortest free claim that covers the finding, by its text or else. */
static size_t best_claim(const struct join *j, const struct xf_finding *f,
                         bool by_text)
{
    size_t best = XF_NO_CLAIM;

    for (size_t i = first_of_file(j, f->file);
         i < j->nclaims && !strcmp(j->claims[j->order[i]].file, f->file); i++) {
        const struct xf_claim *claim = &j->claims[j->order[i]], *other;

        if (claim->is_matched || !covers(claim, f) ||
            (by_text && !says(claim, f)))
            continue;
        other = best == XF_NO_CLAIM ? NULL : &j->claims[best];
        if (!other ||
            claim->end_line - claim->line < other->end_line - other->line)
            best = j->order[i];
    }
    return best;
}

static void assign(struct join *j, size_t nfindings, bool by_text)
{
    for (size_t i = 0; i < nfindings; i++) {
        struct xf_finding *f = &j->findings[i];

        if (f->claim != XF_NO_CLAIM)
            continue;
        f->claim = best_claim(j, f, by_text);
        if (f->claim != XF_NO_CLAIM)
            j->claims[f->claim].is_matched = true;
    }
}

static bool share_a_body(const struct xf_finding *a, const struct xf_finding *b)
{
    for (size_t i = 0; i < a->copies; i++)
        for (size_t k = 0; k < b->copies; k++)
            if (!a->copy[i]->body || a->copy[i]->body == b->copy[k]->body)
                return true;
    return false;
}

/* A file that is compiled several times, or a header, may print another text
 * for the same place in each: one row, several findings. Two places in one
 * line would both be in the code of some function. */
static void assign_variants(struct join *j, size_t nfindings)
{
    for (size_t i = 0; i < nfindings; i++) {
        struct xf_finding *f = &j->findings[i];

        for (size_t k = 0; k < nfindings && f->claim == XF_NO_CLAIM; k++) {
            const struct xf_finding *g = &j->findings[k];

            if (g->claim == XF_NO_CLAIM || g->stop->line != f->stop->line ||
                strcmp(g->file, f->file) || !covers(&j->claims[g->claim], f))
                continue;
            if (!share_a_body(f, g))
                f->claim = g->claim;
        }
    }
}

/* Clang shares one call among several places of a function and gives it no
 * line. It stands for the rows of that callee in the functions that its code
 * was made from, first of all for those that have no call of their own. */
static void assign_merged(struct join *j, const struct evidence *e,
                          struct xf_finding *f)
{
    size_t other = XF_NO_CLAIM;

    for (size_t i = 0; i < j->nclaims; i++) {
        struct xf_claim *claim = &j->claims[i];

        if (claim->what != XF_STOP_CALL ||
            strcmp(claim->callee, f->stop->text) ||
            !xf_image_holds(e->image, f->stop->address, claim->function,
                            dwarf_file(e, claim->file)))
            continue;
        if (claim->is_matched && claim->reason != XF_REASON_MERGED) {
            other = i;
            continue;
        }
        claim->is_matched = true;
        claim->reason = XF_REASON_MERGED;
        if (f->claim == XF_NO_CLAIM)
            f->claim = i;
    }
    if (f->claim == XF_NO_CLAIM)
        f->claim = other;
}

/* Rows that the image cannot tell apart (two BUG_ON() in one line have the
 * same frame) are all there when one is. */
static void assign_twins(struct join *j, size_t nfindings)
{
    for (size_t n = 0; n < nfindings; n++) {
        const struct xf_finding *f = &j->findings[n];
        const struct xf_claim *found =
            f->claim == XF_NO_CLAIM ? NULL : &j->claims[f->claim];

        for (size_t i = found ? first_of_file(j, f->file) : j->nclaims;
             i < j->nclaims && !strcmp(j->claims[j->order[i]].file, f->file);
             i++) {
            struct xf_claim *claim = &j->claims[j->order[i]];

            if (!claim->is_matched && covers(claim, f) &&
                claim->line == found->line &&
                claim->end_line == found->end_line &&
                (claim->what != XF_STOP_ASSERT || says(claim, f)))
                claim->is_matched = true;
        }
    }
}

/* ---- reasons */

/* Why a call is missing, as far as the callee explains it. */
static enum xf_reason callee_reason(const struct evidence *e,
                                    const struct xf_claim *claim)
{
    const char *file = dwarf_file(e, claim->callee_file);

    if (xf_map_find(&e->called, claim->callee) != XF_MAP_NONE)
        return XF_REASON_NONE;
    switch (xf_image_function(e->image, claim->callee, file)) {
    case XF_PRESENT_INLINE:
        return XF_REASON_CALLEE_INLINED;
    case XF_PRESENT_NOT:
        return xf_image_has_symbol(e->image, claim->callee)
                   ? XF_REASON_NONE
                   : XF_REASON_CALLEE_ABSENT;
    default:
        return XF_REASON_NONE;
    }
}

static enum xf_reason function_reason(const struct evidence *e,
                                      const struct xf_claim *claim)
{
    const char *file = dwarf_file(e, claim->file);
    bool is_header = strlen(file) > 2 && !strcmp(file + strlen(file) - 2, ".h");

    switch (xf_image_function(e->image, claim->function, file)) {
    case XF_PRESENT_BODY:
        return XF_REASON_FOLDED;
    case XF_PRESENT_INLINE:
        return XF_REASON_INLINE_FOLDED;
    default:
        break;
    }
    if (!is_header && !xf_image_has_file(e->image, file))
        return XF_REASON_NOT_LINKED;
    if (claim->is_inline)
        return XF_REASON_UNREFERENCED;
    return claim->is_static ? XF_REASON_UNUSED : XF_REASON_UNKNOWN;
}

/* A call that is missing from a function that has code. */
static enum xf_reason call_reason(const struct evidence *e,
                                  const struct xf_claim *claim,
                                  enum xf_reason folded)
{
    enum xf_reason callee = callee_reason(e, claim);

    if (callee != XF_REASON_NONE)
        return callee;
    /* Optimised away as well, or its arguments are made here and the call
     * itself is another place's. */
    return xf_image_has_line(e->image, dwarf_file(e, claim->file), claim->line,
                             claim->end_line)
               ? XF_REASON_NO_CALL
               : folded;
}

static enum xf_reason reason_of(const struct evidence *e,
                                const struct xf_claim *claim)
{
    enum xf_reason reason;

    if (!xf_image_has_dwarf(e->image))
        return XF_REASON_UNKNOWN;
    if (claim->what == XF_STOP_ASSERT && !e->has_asserts)
        return XF_REASON_NO_ASSERTS;
    reason = function_reason(e, claim);
    if (claim->what == XF_STOP_CALL &&
        (reason == XF_REASON_FOLDED || reason == XF_REASON_INLINE_FOLDED))
        return call_reason(e, claim, reason);
    return reason;
}

static void gather(struct evidence *e, const struct xf_image *image,
                   const struct xf_map *tree, const struct xf_finding *findings,
                   size_t nfindings)
{
    *e = (struct evidence){.image = image, .tree = tree};
    if (xf_image_has_dwarf(image))
        xf_path_set_init(&e->files, xf_image_files(image));
    for (size_t i = 0; i < nfindings; i++) {
        if (findings[i].stop->what == XF_STOP_CALL)
            xf_map_add(&e->called, findings[i].stop->text, NULL);
        e->has_asserts |= findings[i].stop->what == XF_STOP_ASSERT;
    }
}

static void join_all(struct join *j, const struct evidence *e, size_t nfindings)
{
    assign(j, nfindings, true);
    assign(j, nfindings, false);
    assign_variants(j, nfindings);
    assign_twins(j, nfindings);
    for (size_t i = 0; i < nfindings; i++)
        if (j->findings[i].stop->what == XF_STOP_CALL &&
            !j->findings[i].stop->line)
            assign_merged(j, e, &j->findings[i]);
}

void xf_match(const struct xf_image *image, const struct xf_map *tree,
              struct xf_finding *findings, size_t nfindings,
              struct xf_claim *claims, size_t nclaims)
{
    struct join j = {findings, claims, NULL, nclaims};
    struct evidence e;

    j.order = xf_calloc(nclaims + 1, sizeof(*j.order));
    for (size_t i = 0; i < nclaims; i++) {
        assert(claims[i].line <= claims[i].end_line);
        j.order[i] = i;
        claims[i].is_matched = false;
        claims[i].reason = XF_REASON_NONE;
    }
    qsort_r(j.order, nclaims, sizeof(*j.order), compare_claims, claims);
    gather(&e, image, tree, findings, nfindings);
    join_all(&j, &e, nfindings);
    for (size_t i = 0; i < nclaims; i++)
        if (!claims[i].is_matched)
            claims[i].reason = reason_of(&e, &claims[i]);
    xf_map_release(&e.called);
    xf_path_set_release(&e.files);
    free(j.order);
}
