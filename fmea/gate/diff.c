/* SPDX-License-Identifier: GPL-2.0-only */
#include "diff.h"

#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "buf.h"
#include "error.h"
#include "escape.h"
#include "visible.h"

/* Classes of the report, in its order. */
enum class {
    ADDED,
    GONE,
    CHANGED, /* found again, but its condition, guard, message or kind differs */
    MOVED,
    SAID,    /* the same site, of which something else is said now */
    SAME,
    CLASSES
};

static const char *const class_names[] = {"added", "gone", "changed", "moved",
                                          "reassessed", "same"};

/* ---- loading ------------------------------------------------------------ */

int xf_diff_load(struct xf_diff *out, const char *old, const char *new)
{
    memset(out, 0, sizeof(*out));
    if (xf_version_load(&out->old, old) || xf_version_load(&out->new, new))
        return -1;
    for (size_t i = 0; i < out->old.builds.len; i++) {
        const char *build = out->old.builds.keys[i];

        if (xf_map_find(&out->new.builds, build) != XF_MAP_NONE)
            xf_map_add(&out->builds, build, NULL);
    }
    if (!out->builds.len)
        return xf_error("%s and %s have no build in common; scan both with "
                        "the same --arch and configuration",
                        out->old.path, out->new.path);
    xf_version_restrict(&out->old, &out->builds);
    xf_version_restrict(&out->new, &out->builds);
    xf_pairing_make(&out->pairing, &out->old.sites, &out->new.sites);
    return 0;
}

void xf_diff_release(struct xf_diff *diff)
{
    xf_pairing_release(&diff->pairing);
    xf_map_release(&diff->builds);
    xf_version_release(&diff->old);
    xf_version_release(&diff->new);
}

/* ---- judging ------------------------------------------------------------ */

static const char *value(const struct xf_said_row *row, int column)
{
    return row ? row->values[column] : "";
}

/* Call `fn` for each thing that is said otherwise; their number. A site that
 * is in a build of one side only is such a thing as well. */
static size_t each_said(const struct xf_diff *d, uint32_t old, uint32_t new,
                        void (*fn)(void *payload, const char *build,
                                   const char *what, const char *from,
                                   const char *to),
                        void *payload)
{
    size_t n = 0;

    for (size_t b = 0; b < d->builds.len; b++) {
        const char *build = d->builds.keys[b];
        const struct xf_said_row *x = xf_version_said(
            &d->old, d->old.sites.items[old].site_id, build);
        const struct xf_said_row *y = xf_version_said(
            &d->new, d->new.sites.items[new].site_id, build);

        if (!x && !y)
            continue;
        if (!x || !y) {
            n++;
            if (fn)
                fn(payload, build, "build", x ? "in" : "not in",
                   y ? "in" : "not in");
            continue;
        }
        for (int c = 0; c < XF_SAID; c++) {
            if (!strcmp(value(x, c), value(y, c)))
                continue;
            n++;
            if (fn)
                fn(payload, build, xf_said_columns[c], value(x, c),
                   value(y, c));
        }
    }
    return n;
}

static enum class class_of(const struct xf_diff *d, uint32_t old)
{
    const struct xf_pair *pair = &d->pairing.olds[old];

    if (pair->other == XF_NO_PAIR)
        return GONE;
    switch (xf_pair_carry(pair)) {
    case XF_CARRY_STALE:
        return CHANGED;
    case XF_CARRY_CONFIRM:
        return MOVED;
    case XF_CARRY_HOLDS:
    default:
        return each_said(d, old, pair->other, NULL, NULL) ? SAID : SAME;
    }
}

/* ---- text --------------------------------------------------------------- */

static void add_site(struct xf_buf *out, const struct xf_identity *site)
{
    xf_buf_adds(out, "  ");
    xf_visible(out, site->file, "");
    xf_buf_addf(out, ":%d: ", site->line);
    xf_visible(out, site->function, "");
    xf_buf_adds(out, "(): ");
    xf_visible(out, site->text, "");
    xf_buf_addf(out, " [%s]\n", site->site_id);
}

static void add_said(void *payload, const char *build, const char *what,
                     const char *from, const char *to)
{
    struct xf_buf *out = payload;

    xf_buf_addf(out, "    %s: %s: ", build, what);
    xf_visible(out, *from ? from : "(none)", "");
    xf_buf_adds(out, " -> ");
    xf_visible(out, *to ? to : "(none)", "");
    xf_buf_adds(out, "\n");
}

static void add_pair(struct xf_buf *out, const struct xf_diff *d, uint32_t old)
{
    const struct xf_pair *pair = &d->pairing.olds[old];
    const struct xf_identity *o = &d->old.sites.items[old];
    const struct xf_identity *n = &d->new.sites.items[pair->other];
    char *reason = xf_pair_reason(pair, o, n);

    add_site(out, n);
    if (*reason) {
        xf_buf_adds(out, "    ");
        xf_visible(out, reason, "");
        xf_buf_addf(out, " (score %d)\n", pair->score);
    }
    each_said(d, old, pair->other, add_said, out);
    free(reason);
}

static size_t add_class(struct xf_buf *out, const struct xf_diff *d,
                        enum class class)
{
    size_t n = 0;

    if (class == ADDED) {
        for (uint32_t i = 0; i < d->new.sites.len; i++) {
            if (d->pairing.news[i].other != XF_NO_PAIR)
                continue;
            add_site(out, &d->new.sites.items[i]);
            n++;
        }
        return n;
    }
    for (uint32_t i = 0; i < d->old.sites.len; i++) {
        if (class_of(d, i) != class)
            continue;
        if (class == GONE)
            add_site(out, &d->old.sites.items[i]);
        else
            add_pair(out, d, i);
        n++;
    }
    return n;
}

static void count(const struct xf_diff *d, size_t counts[CLASSES])
{
    memset(counts, 0, CLASSES * sizeof(*counts));
    for (uint32_t i = 0; i < d->old.sites.len; i++)
        counts[class_of(d, i)]++;
    for (uint32_t i = 0; i < d->new.sites.len; i++)
        counts[ADDED] += d->pairing.news[i].other == XF_NO_PAIR;
}

/* Kinds, in the order of first appearance, with what came and went of each. */
static void add_kinds(struct xf_buf *out, const struct xf_diff *d)
{
    struct xf_map kinds = XF_MAP_INIT;
    size_t (*n)[3];

    for (size_t i = 0; i < d->old.sites.len; i++)
        xf_map_add(&kinds, d->old.sites.items[i].kind, NULL);
    for (size_t i = 0; i < d->new.sites.len; i++)
        xf_map_add(&kinds, d->new.sites.items[i].kind, NULL);
    n = xf_calloc(kinds.len + 1, sizeof(*n));
    for (size_t i = 0; i < d->old.sites.len; i++)
        n[xf_map_find(&kinds, d->old.sites.items[i].kind)][2] +=
            d->pairing.olds[i].other == XF_NO_PAIR;
    for (size_t i = 0; i < d->new.sites.len; i++) {
        size_t *of = n[xf_map_find(&kinds, d->new.sites.items[i].kind)];

        of[0]++;
        of[1] += d->pairing.news[i].other == XF_NO_PAIR;
    }
    for (size_t i = 0; i < kinds.len; i++)
        xf_buf_addf(out, "  %-20s %5zu  +%zu -%zu\n", kinds.keys[i], n[i][0],
                    n[i][1], n[i][2]);
    free(n);
    xf_map_release(&kinds);
}

/* Builds that one side alone has, which nothing is said about. */
static void add_other_builds(struct xf_buf *out, const struct xf_diff *d,
                             const struct xf_version *v, const char *side)
{
    for (size_t i = 0; i < v->builds.len; i++)
        if (xf_map_find(&d->builds, v->builds.keys[i]) == XF_MAP_NONE)
            xf_buf_addf(out, "not compared: %s, which only the %s scan has\n",
                        v->builds.keys[i], side);
}

void xf_diff_text(struct xf_buf *out, const struct xf_diff *diff, bool all)
{
    static const char *const titles[] = {
        "Added", "Gone", "Changed: decisions on them are stale",
        "Moved: decisions on them are to be confirmed",
        "Assessed otherwise", "The same"};
    size_t counts[CLASSES];

    count(diff, counts);
    for (int class = 0; class < (all ? CLASSES : SAME); class ++) {
        if (!counts[class])
            continue;
        xf_buf_addf(out, "%s (%zu)\n", titles[class], counts[class]);
        add_class(out, diff, class);
        xf_buf_adds(out, "\n");
    }
    xf_buf_adds(out, "builds:");
    for (size_t i = 0; i < diff->builds.len; i++)
        xf_buf_addf(out, "%s %s", i ? "," : "", diff->builds.keys[i]);
    xf_buf_adds(out, "\n");
    add_other_builds(out, diff, &diff->old, "old");
    add_other_builds(out, diff, &diff->new, "new");
    xf_buf_addf(out, "sites: %zu before, %zu now:", diff->old.sites.len,
                diff->new.sites.len);
    for (int class = 0; class < CLASSES; class ++)
        xf_buf_addf(out, "%s %zu %s", class ? "," : "", counts[class],
                    class_names[class]);
    xf_buf_adds(out, "\n");
    add_kinds(out, diff);
}

/* ---- JSON --------------------------------------------------------------- */

static void json_site(struct xf_buf *out, const char *name,
                      const struct xf_identity *site)
{
    const struct {
        const char *name, *value;
    } members[] = {{"site", site->site_id}, {"file", site->file},
                   {"function", site->function}, {"kind", site->kind},
                   {"text", site->text}, {"conditions", site->conditions},
                   {"guard", site->guard}};

    xf_buf_addf(out, ",\"%s\":{\"line\":%d,\"end_line\":%d", name, site->line,
                site->end_line);
    for (size_t i = 0; i < sizeof(members) / sizeof(members[0]); i++) {
        xf_buf_addf(out, ",\"%s\":", members[i].name);
        xf_escape_json(out, members[i].value);
    }
    xf_buf_adds(out, "}");
}

static void json_said(void *payload, const char *build, const char *what,
                      const char *from, const char *to)
{
    struct xf_buf *out = payload;

    xf_buf_adds(out, out->data[out->len - 1] == '[' ? "" : ",");
    xf_buf_adds(out, "{\"build\":");
    xf_escape_json(out, build);
    xf_buf_adds(out, ",\"column\":");
    xf_escape_json(out, what);
    xf_buf_adds(out, ",\"from\":");
    xf_escape_json(out, from);
    xf_buf_adds(out, ",\"to\":");
    xf_escape_json(out, to);
    xf_buf_adds(out, "}");
}

static void json_old(struct xf_buf *out, const struct xf_diff *d, uint32_t old,
                     enum class class)
{
    const struct xf_pair *pair = &d->pairing.olds[old];
    const struct xf_identity *o = &d->old.sites.items[old];

    xf_buf_addf(out, "{\"class\":\"%s\",\"match\":\"%s\",\"score\":%d",
                class_names[class], xf_pair_name(pair->how), pair->score);
    json_site(out, "old", o);
    if (pair->other != XF_NO_PAIR) {
        const struct xf_identity *n = &d->new.sites.items[pair->other];
        char *reason = xf_pair_reason(pair, o, n);

        json_site(out, "new", n);
        xf_buf_adds(out, ",\"reason\":");
        xf_escape_json(out, reason);
        xf_buf_adds(out, ",\"reassessed\":[");
        each_said(d, old, pair->other, json_said, out);
        xf_buf_adds(out, "]");
        free(reason);
    }
    xf_buf_adds(out, "}");
}

static void json_list(struct xf_buf *out, const struct xf_map *texts)
{
    xf_buf_adds(out, "[");
    for (size_t i = 0; i < texts->len; i++) {
        xf_buf_adds(out, i ? "," : "");
        xf_escape_json(out, texts->keys[i]);
    }
    xf_buf_adds(out, "]");
}

void xf_diff_json(struct xf_buf *out, const struct xf_diff *diff, bool all)
{
    size_t counts[CLASSES];
    const char *sep = "\n";

    count(diff, counts);
    xf_buf_adds(out, "{\"format\":\"xenfmea-diff 1\",\"builds\":");
    json_list(out, &diff->builds);
    xf_buf_addf(out, ",\"counts\":{\"before\":%zu,\"now\":%zu",
                diff->old.sites.len, diff->new.sites.len);
    for (int class = 0; class < CLASSES; class ++)
        xf_buf_addf(out, ",\"%s\":%zu", class_names[class], counts[class]);
    xf_buf_adds(out, "},\n\"sites\":[");
    for (uint32_t i = 0; i < diff->new.sites.len; i++) {
        if (diff->pairing.news[i].other != XF_NO_PAIR)
            continue;
        xf_buf_addf(out, "%s{\"class\":\"added\",\"match\":\"none\","
                         "\"score\":0", sep);
        json_site(out, "new", &diff->new.sites.items[i]);
        xf_buf_adds(out, "}");
        sep = ",\n";
    }
    for (uint32_t i = 0; i < diff->old.sites.len; i++) {
        enum class class = class_of(diff, i);

        if (class == SAME && !all)
            continue;
        xf_buf_adds(out, sep);
        json_old(out, diff, i, class);
        sep = ",\n";
    }
    xf_buf_adds(out, "]}\n");
}
