/* SPDX-License-Identifier: GPL-2.0-only */
#include "variants.h"

#include <fnmatch.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "buf.h"
#include "prompts.h"
#include "options.h"

static const char prefix[] = "CONFIG_";

/* Options after which a variant's name gives up. */
#define NAMED 2

/* Dependencies of dependencies that are followed. */
#define DEPTH 4

struct build {
    int64_t id;
    char *arch, *name, *kconfig;
    char *folder; /* below arch/ */
};

/* Occurrences that one build leaves out because of the same options. */
struct group {
    uint32_t build;
    char *wish;       /* the options with the values that let them in */
    uint32_t *places; /* numbers of the occurrences */
    size_t len, cap;
    bool impossible; /* nobody can set the options so */
};

struct round {
    struct xf_store *store;
    const char *root;
    char *const *left_alone;
    struct xf_tried *tried;
    struct build *builds;
    size_t nbuilds, builds_cap;
    struct xf_map keys; /* of groups: build and wish */
    struct group *groups;
    size_t groups_cap;
    struct xf_map places;
    bool *claimed; /* by place: an earlier variant of the round goes for it */
};

/* ---- options as text ----------------------------------------------------- */

/* "CONFIG_A=n, CONFIG_B=y" with every value turned over. */
static char *turned(const char *options)
{
    char *out = xf_strdup(options);

    for (char *at = out; (at = strchr(at, '=')); at++)
        if (at[1])
            at[1] = at[1] == 'n' ? 'y' : 'n';
    return out;
}

/* Calls `fn` for each "CONFIG_X=v" of the list until it says no. */
static bool each_option(const char *list,
                        bool (*fn)(const char *option, void *payload),
                        void *payload)
{
    while (*list) {
        size_t len = strcspn(list, ",");
        char *option = xf_strndup(list, len);
        bool more = fn(option, payload);

        free(option);
        if (!more)
            return false;
        list += len;
        list += strspn(list, ", ");
    }
    return true;
}

/* Value of the symbol in a .config: 'y', 'n' for none, or another's first
 * letter. `option` is "CONFIG_X=...". */
static char value_in(const char *kconfig, const char *option)
{
    size_t len = strcspn(option, "=") + 1;
    char value = 'n';

    while (*kconfig) {
        size_t line = strcspn(kconfig, "\n");

        if (line > len && !strncmp(kconfig, option, len))
            value = kconfig[len];
        kconfig += line + (kconfig[line] == '\n');
    }
    return value;
}

static bool holds(const char *option, void *payload)
{
    const char *kconfig = payload, *value = strchr(option, '=');

    return value && (value_in(kconfig, option) == 'n') == (value[1] == 'n');
}

/* ---- reading ------------------------------------------------------------- */

static int load_builds(struct round *r)
{
    sqlite3_stmt *q = xf_store_prepare(
        r->store,
        "SELECT id, arch, name, kconfig, coalesce((SELECT substr(file, 6, "
        "instr(substr(file, 6), '/') - 1) FROM tu WHERE build = build.id AND "
        "file LIKE 'arch/%/%' LIMIT 1), '') FROM build ORDER BY id");
    int rc;

    if (!q)
        return -1;
    while ((rc = xf_store_step(r->store, q)) > 0) {
        XF_GROW(r->builds, r->nbuilds, r->builds_cap);
        r->builds[r->nbuilds++] = (struct build){
            sqlite3_column_int64(q, 0), xf_strdup(xf_column(q, 1)),
            xf_strdup(xf_column(q, 2)), xf_strdup(xf_column(q, 3)),
            xf_strdup(xf_column(q, 4))};
    }
    return rc;
}

static uint32_t build_number(const struct round *r, int64_t id)
{
    uint32_t i = 0;

    while (i + 1 < r->nbuilds && r->builds[i].id != id)
        i++;
    return i;
}

static void add_absence(struct round *r, sqlite3_stmt *q)
{
    uint32_t build = build_number(r, sqlite3_column_int64(q, 0));
    char *wish = turned(xf_column(q, 1));
    char *key = xf_format("%u %s", build, wish);
    char *place = xf_format("%s:%s:%s", xf_column(q, 2), xf_column(q, 3),
                            xf_column(q, 4));
    int is_new;
    size_t at = xf_map_add(&r->keys, key, &is_new);
    struct group *g;

    if (is_new) {
        size_t n = at;

        XF_GROW(r->groups, n, r->groups_cap);
        r->groups[at] = (struct group){.build = build, .wish = wish};
    } else {
        free(wish);
    }
    g = &r->groups[at];
    XF_GROW(g->places, g->len, g->cap);
    g->places[g->len++] = xf_map_add(&r->places, place, NULL);
    free(place);
    free(key);
}

static int load_absences(struct round *r)
{
    sqlite3_stmt *q = xf_store_prepare(
        r->store, "SELECT build, options, file, line, col FROM census_absence "
                  "WHERE options <> '' ORDER BY build, options, file, line, "
                  "col");
    int rc;

    if (!q)
        return -1;
    while ((rc = xf_store_step(r->store, q)) > 0)
        add_absence(r, q);
    r->claimed = xf_calloc(r->places.len + 1, sizeof(*r->claimed));
    return rc;
}

static void release(struct round *r)
{
    for (size_t i = 0; i < r->nbuilds; i++) {
        free(r->builds[i].arch);
        free(r->builds[i].name);
        free(r->builds[i].kconfig);
        free(r->builds[i].folder);
    }
    for (size_t i = 0; i < r->keys.len; i++) {
        free(r->groups[i].wish);
        free(r->groups[i].places);
    }
    free(r->builds);
    free(r->groups);
    free(r->claimed);
    xf_map_release(&r->keys);
    xf_map_release(&r->places);
}

/* ---- choosing ------------------------------------------------------------ */

/* From whatever build it starts: what did not help from one does not help from
 * another, but for options that then stand in the wish. */
static char *tried_key(const char *arch, const char *wish)
{
    return xf_format("%s/%s", arch, wish);
}

static bool was_tried(const struct round *r, const struct group *g)
{
    char *key = tried_key(r->builds[g->build].arch, g->wish);
    bool tried = xf_map_find(&r->tried->wishes, key) != XF_MAP_NONE;

    free(key);
    return tried;
}

/* Places that the group would let in and nobody goes for yet. */
static size_t worth(const struct round *r, const struct group *g)
{
    size_t n = 0;

    if (g->impossible || was_tried(r, g))
        return 0;
    for (size_t i = 0; i < g->len; i++)
        n += !r->claimed[g->places[i]];
    return n;
}

/* The build of the architecture from which most can be reached. */
static uint32_t best_base(const struct round *r, const char *arch)
{
    uint32_t best = UINT32_MAX;
    size_t most = 0;

    for (uint32_t b = 0; b < r->nbuilds; b++) {
        size_t sum = 0;

        if (strcmp(r->builds[b].arch, arch))
            continue;
        for (size_t i = 0; i < r->keys.len; i++)
            if (r->groups[i].build == b)
                sum += worth(r, &r->groups[i]);
        if (sum > most) {
            most = sum;
            best = b;
        }
    }
    return best;
}

/* Setting an option, and what it depends on, in a .config. */
struct setting {
    const struct prompts *symbols;
    char *const *left_alone;
    const char *kconfig;
    struct xf_map *chosen; /* options set so far */
    unsigned int depth;
    bool optional; /* one side of an "or": what cannot be set does no harm */
    bool failed;
};

static bool set(struct setting *s, const char *option);

static void set_dependency(const char *name, size_t len, bool on, void *payload)
{
    struct setting *s = payload;
    char *option = xf_format("%s%.*s=%c", prefix, (int)len, name,
                             on ? 'y' : 'n');
    bool ok = holds(option, (void *)s->kconfig) || set(s, option);

    s->failed |= !ok && !s->optional;
    free(option);
}

static bool set_dependencies(struct setting *s, const char *depends)
{
    struct setting inner = *s;

    inner.depth++;
    inner.optional = strstr(depends, "||") != NULL;
    inner.failed = inner.depth > DEPTH;
    if (!inner.failed)
        xf_options_scan(depends, strlen(depends), "", false, set_dependency,
                        &inner);
    return !inner.failed;
}

static bool is_left_alone(const struct setting *s, const char *option)
{
    char *name = xf_strndup(option, strcspn(option, "="));
    bool found = false;

    for (char *const *p = s->left_alone; p && *p; p++)
        found |= !fnmatch(*p, name, 0);
    free(name);
    return found;
}

/* False when nobody can, or when it was chosen otherwise. */
static bool set(struct setting *s, const char *option)
{
    size_t len = strcspn(option, "=");
    char *name = xf_strndup(option + strlen(prefix), len - strlen(prefix));
    const struct prompt *symbol = prompts_find(s->symbols, name);
    char *other = turned(option);
    bool ok = symbol && symbol->has_prompt && !is_left_alone(s, option) &&
              xf_map_find(s->chosen, other) == XF_MAP_NONE;

    free(other);
    free(name);
    if (!ok || xf_map_find(s->chosen, option) != XF_MAP_NONE)
        return ok;
    xf_map_add(s->chosen, option, NULL);
    return option[len + 1] == 'n' || set_dependencies(s, symbol->depends);
}

static bool set_option(const char *option, void *payload)
{
    return set(payload, option);
}

static void copy_map(struct xf_map *out, const struct xf_map *from)
{
    for (size_t i = 0; i < from->len; i++)
        xf_map_add(out, from->keys[i], NULL);
}

/* Add what the wish takes to `chosen`, or nothing when it does not go. */
static bool grant(const struct round *r, uint32_t base,
                  const struct prompts *symbols, const char *wish,
                  struct xf_map *chosen)
{
    struct xf_map more = XF_MAP_INIT;
    struct setting s = {.symbols = symbols, .left_alone = r->left_alone,
                        .kconfig = r->builds[base].kconfig, .chosen = &more};
    bool ok;

    copy_map(&more, chosen);
    ok = each_option(wish, set_option, &s);
    if (ok)
        copy_map(chosen, &more);
    xf_map_release(&more);
    return ok;
}

/* Which groups nobody can let in, whatever else is chosen. */
static int find_impossible(struct round *r)
{
    int rc = 0;

    for (uint32_t b = 0; b < r->nbuilds && !rc; b++) {
        struct prompts symbols = {0};

        rc = prompts_load(&symbols, r->root, r->builds[b].folder);
        for (size_t i = 0; i < r->keys.len && !rc; i++) {
            struct xf_map none = XF_MAP_INIT;
            struct group *g = &r->groups[i];

            if (g->build == b)
                g->impossible = !grant(r, b, &symbols, g->wish, &none);
            xf_map_release(&none);
        }
        prompts_release(&symbols);
    }
    return rc;
}

static struct group *best_group(struct round *r, uint32_t base,
                                const struct xf_map *passed)
{
    struct group *best = NULL;
    size_t most = 0;

    for (size_t i = 0; i < r->keys.len; i++) {
        struct group *g = &r->groups[i];
        size_t n = g->build == base ? worth(r, g) : 0;

        if (n > most && xf_map_find(passed, g->wish) == XF_MAP_NONE) {
            most = n;
            best = g;
        }
    }
    return best;
}

/* The base's lines but for those of the chosen symbols, then those. */
static char *config_of(const char *base, const struct xf_map *chosen)
{
    struct xf_buf out = XF_BUF_INIT;

    while (*base) {
        size_t line = strcspn(base, "\n"), name = strcspn(base, "=");
        bool drop = false;

        for (size_t i = 0; i < chosen->len && name < line; i++)
            drop |= strcspn(chosen->keys[i], "=") == name &&
                    !strncmp(chosen->keys[i], base, name);
        if (!drop)
            xf_buf_addf(&out, "%.*s\n", (int)line, base);
        base += line + (base[line] == '\n');
    }
    for (size_t i = 0; i < chosen->len; i++)
        xf_buf_addf(&out, "%s\n", chosen->keys[i]);
    return xf_buf_detach(&out);
}

/* "HVM=n,PV=n+3" */
static char *name_of(const struct round *r, const char *arch,
                     const struct xf_map *chosen)
{
    struct xf_buf out = XF_BUF_INIT;
    size_t shown = chosen->len < NAMED ? chosen->len : NAMED, len;

    for (size_t i = 0; i < shown; i++)
        xf_buf_addf(&out, "%s%s", i ? "," : "",
                    chosen->keys[i] + strlen(prefix));
    if (chosen->len > shown)
        xf_buf_addf(&out, "+%zu", chosen->len - shown);
    len = out.len;
    for (size_t i = 0, n = 2; i < r->nbuilds; i++)
        if (!strcmp(r->builds[i].arch, arch) &&
            !strcmp(r->builds[i].name, out.data)) {
            out.data[out.len = len] = '\0';
            xf_buf_addf(&out, "-%zu", n++);
            i = 0;
        }
    return xf_buf_detach(&out);
}

/* Grant wishes for as long as they go together. */
static void collect(struct round *r, struct xf_variant *v, uint32_t base,
                    const struct prompts *symbols, struct xf_map *chosen)
{
    struct xf_map passed = XF_MAP_INIT;
    struct group *g;

    while ((g = best_group(r, base, &passed))) {
        xf_map_add(&passed, g->wish, NULL);
        if (!grant(r, base, symbols, g->wish, chosen))
            continue;
        for (size_t i = 0; i < g->len; i++)
            r->claimed[g->places[i]] = true;
        XF_GROW(v->wishes, v->nwishes, v->wishes_cap);
        v->wishes[v->nwishes++] = xf_strdup(g->wish);
    }
    xf_map_release(&passed);
}

/* One build of the architecture that grants as many wishes as go together. */
static int plan_one(struct round *r, const char *arch, struct xf_variants *out)
{
    uint32_t base = best_base(r, arch);
    struct xf_map chosen = XF_MAP_INIT;
    struct prompts symbols = {0};
    struct xf_variant v = {0};

    if (base == UINT32_MAX)
        return 0;
    if (prompts_load(&symbols, r->root, r->builds[base].folder))
        return -1;
    collect(r, &v, base, &symbols, &chosen);
    prompts_release(&symbols);
    v.arch = xf_strdup(arch);
    v.base = xf_strdup(r->builds[base].name);
    v.config = config_of(r->builds[base].kconfig, &chosen);
    v.name = name_of(r, arch, &chosen);
    XF_GROW(out->items, out->len, out->cap);
    out->items[out->len++] = v;
    xf_map_release(&chosen);
    return 0;
}

static void remember(struct xf_tried *tried, const struct xf_variant *v,
                     const char *wish)
{
    char *key = tried_key(v->arch, wish);

    xf_map_add(&tried->wishes, key, NULL);
    free(key);
}

int xf_variants_next(struct xf_variants *out, struct xf_store *store,
                     const char *root, char *const *left_alone,
                     struct xf_tried *tried)
{
    struct round r = {.store = store, .root = root, .left_alone = left_alone,
                      .tried = tried};
    struct xf_map seen = XF_MAP_INIT;
    int rc = load_builds(&r) || load_absences(&r) || find_impossible(&r) ? -1
                                                                         : 0;

    memset(out, 0, sizeof(*out));
    for (size_t i = 0; i < r.nbuilds && !rc; i++) {
        int is_new;

        xf_map_add(&seen, r.builds[i].arch, &is_new);
        if (is_new)
            rc = plan_one(&r, r.builds[i].arch, out);
    }
    /* The most wanted one counts as tried whatever comes of it: rounds end. */
    for (size_t i = 0; i < out->len; i++)
        remember(tried, &out->items[i], out->items[i].wishes[0]);
    xf_map_release(&seen);
    release(&r);
    return rc;
}

bool xf_variant_fulfilled(const struct xf_variant *variant, const char *kconfig,
                          struct xf_tried *tried)
{
    bool any = false;

    for (size_t i = 0; i < variant->nwishes; i++)
        if (each_option(variant->wishes[i], holds, (void *)kconfig)) {
            remember(tried, variant, variant->wishes[i]);
            any = true;
        }
    return any;
}

void xf_variants_release(struct xf_variants *variants)
{
    for (size_t i = 0; i < variants->len; i++) {
        struct xf_variant *v = &variants->items[i];

        for (size_t j = 0; j < v->nwishes; j++)
            free(v->wishes[j]);
        free(v->wishes);
        free(v->arch);
        free(v->base);
        free(v->name);
        free(v->config);
    }
    free(variants->items);
    memset(variants, 0, sizeof(*variants));
}

void xf_tried_release(struct xf_tried *tried)
{
    xf_map_release(&tried->wishes);
}
