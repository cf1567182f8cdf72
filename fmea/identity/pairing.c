/* SPDX-License-Identifier: GPL-2.0-only */
#include "pairing.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "buf.h"
#include "map.h"

/* Likeness of two sites by what stands around them. A pair of equal texts that
 * agrees in nothing else still has some. */
enum {
    LIKE_TEXT = 1,
    LIKE_NEAR = 3,  /* for each of the two lines */
    LIKE_GUARD = 4, /* for a condition; 1 when neither has one */
    LIKE_ENOUGH = 4,
    LIKE_SURE = 7
};

/* Arguments as long as this are seldom equal by chance. */
#define TELLING_TEXT 8

struct list {
    uint32_t *items;
    size_t len, cap;
};

struct group {
    struct list olds, news;
    size_t places;  /* functions or files that the key occurs in, on the side
                       that has more, matched ones included */
};

struct matcher {
    const struct xf_identities *olds, *news;
    struct xf_pairing *out;
};

static const char *const how_names[] = {"none", "same", "file", "function",
                                        "moved", "edited", "kind"};

const char *xf_pair_name(enum xf_pair_how how)
{
    return how_names[how];
}

/* ---- comparing two sites ------------------------------------------------ */

static bool near_equal(const struct xf_identity *a, const struct xf_identity *b,
                       int side)
{
    const char *x = a->near, *y = b->near;
    size_t n = strcspn(x, " "), m = strcspn(y, " ");

    if (side) {
        x += n + (x[n] != '\0');
        y += m + (y[m] != '\0');
        n = strlen(x);
        m = strlen(y);
    }
    return n == m && n > 1 && !strncmp(x, y, n);
}

static int likeness(const struct xf_identity *a, const struct xf_identity *b)
{
    int like = LIKE_TEXT;

    if (a->version != b->version)
        return like;
    like += near_equal(a, b, 0) ? LIKE_NEAR : 0;
    like += near_equal(a, b, 1) ? LIKE_NEAR : 0;
    if (!strcmp(a->guard, b->guard))
        like += *a->guard ? LIKE_GUARD : 1;
    return like;
}

static bool has_line(const char *lines, const char *line)
{
    while (*lines) {
        size_t len = strcspn(lines, "\n");
        char *one = xf_strndup(lines, len);
        char *flat = xf_identity_compact(one);
        bool same = !strcmp(flat, line);

        free(one);
        free(flat);
        if (same)
            return true;
        lines += len + (lines[len] == '\n');
    }
    return false;
}

/* Whether `new` has a predicate that `old` has not. A scan of fewer builds
 * sees fewer of those that differ between builds. */
static bool condition_changed(const struct xf_identity *old,
                              const struct xf_identity *new)
{
    const char *lines = new->conditions;

    if (!strcmp(old->conditions, new->conditions))
        return false;
    if (!*lines)
        return true;
    while (*lines) {
        size_t len = strcspn(lines, "\n");
        char *one = xf_strndup(lines, len);
        char *flat = xf_identity_compact(one);
        bool known = has_line(old->conditions, flat);

        free(one);
        free(flat);
        if (!known)
            return true;
        lines += len + (lines[len] == '\n');
    }
    return false;
}

static bool message_changed(const struct xf_identity *old,
                            const struct xf_identity *new)
{
    char *a, *b;
    bool differ;

    /* With a predicate the message is the predicate once more. */
    if (*old->conditions || *new->conditions ||
        !strcmp(old->message, new->message))
        return false;
    a = xf_identity_compact(old->message);
    b = xf_identity_compact(new->message);
    differ = strcmp(a, b) != 0;
    free(a);
    free(b);
    return differ;
}

static unsigned int changes_of(const struct xf_identity *old,
                               const struct xf_identity *new)
{
    unsigned int changes = 0;

    if (condition_changed(old, new))
        changes |= XF_CHANGED_CONDITION;
    if (message_changed(old, new))
        changes |= XF_CHANGED_MESSAGE;
    if (old->version == new->version && strcmp(old->guard, new->guard))
        changes |= XF_CHANGED_GUARD;
    if (strcmp(old->kind, new->kind))
        changes |= XF_CHANGED_KIND;
    return changes;
}

static int score_of(const struct xf_identity *old,
                    const struct xf_identity *new, enum xf_pair_how how,
                    unsigned int changes)
{
    static const int base[] = {0, 100, 90, 80, 70, 60, 50};
    int score = base[how];

    score -= near_equal(old, new, 0) ? 0 : 3;
    score -= near_equal(old, new, 1) ? 0 : 3;
    score -= changes & XF_CHANGED_GUARD ? 10 : 0;
    score -= changes & XF_UNSURE ? 20 : 0;
    return score;
}

/* The same words in the same function, and nothing beside them agrees: it may
 * be another check that replaced the old one. */
static bool is_displaced(const struct xf_identity *old,
                         const struct xf_identity *new)
{
    /* "- -": no source was there to look at. */
    bool known = strlen(old->near) > 3 && strlen(new->near) > 3 &&
                 old->version == new->version;

    return known && !*old->guard && !near_equal(old, new, 0) &&
           !near_equal(old, new, 1);
}

static void note(struct matcher *m, uint32_t old, uint32_t new,
                 enum xf_pair_how how, bool unsure)
{
    const struct xf_identity *o = &m->olds->items[old];
    const struct xf_identity *n = &m->news->items[new];
    struct xf_pair match = {.how = how};

    match.changes = changes_of(o, n) | (unsure ? XF_UNSURE : 0);
    match.score = score_of(o, n, how, match.changes);
    match.displaced = how == XF_PAIR_SAME && is_displaced(o, n);
    match.other = new;
    m->out->olds[old] = match;
    match.other = old;
    m->out->news[new] = match;
}

/* ---- runs of equal text ------------------------------------------------- */

/* Worth of putting old i beside new j; 0: never. `payload` is the caller's. */
typedef int worth_fn(const struct matcher *m, uint32_t old, uint32_t new);

static int worth_like(const struct matcher *m, uint32_t old, uint32_t new)
{
    if (old == XF_NO_PAIR)
        return LIKE_TEXT + 1; /* one that nobody recorded */
    return likeness(&m->olds->items[old], &m->news->items[new]);
}

/* The most valuable pairing that keeps the order (Needleman and Wunsch 1970,
 * gaps for free): pair[i] becomes the index in `news`, or -1. On equal worth
 * the first with the first. */
static void align(const struct matcher *m, const struct list *olds,
                  const struct list *news, worth_fn *worth, int *pair)
{
    size_t n = olds->len, k = news->len, i, j;
    int *best = xf_calloc((n + 1) * (k + 1), sizeof(*best));

#define BEST(i, j) best[(i) * (k + 1) + (j)]
    /* from the end, so that reading the result goes forward */
    for (i = n; i-- > 0;)
        for (j = k; j-- > 0;) {
            int w = worth(m, olds->items[i], news->items[j]);
            int with = w ? w + BEST(i + 1, j + 1) : 0;
            int skip = BEST(i + 1, j) > BEST(i, j + 1) ? BEST(i + 1, j)
                                                       : BEST(i, j + 1);

            BEST(i, j) = with > skip ? with : skip;
        }
    for (i = 0; i < n; i++)
        pair[i] = -1;
    for (i = 0, j = 0; i < n && j < k;) {
        int w = worth(m, olds->items[i], news->items[j]);

        if (w && BEST(i, j) == w + BEST(i + 1, j + 1))
            pair[i++] = (int)j++;
        else if (BEST(i, j) == BEST(i + 1, j))
            i++;
        else
            j++;
    }
#undef BEST
    free(best);
}

/* Whether an unmatched neighbour fits as well as the one that was taken. */
static bool is_unsure(const struct matcher *m, const struct list *olds,
                      const struct list *news, const int *pair, size_t at)
{
    uint32_t old = olds->items[at], new = news->items[pair[at]];
    int like = worth_like(m, old, new);
    bool *taken = xf_calloc(news->len + 1, sizeof(*taken)), unsure = false;

    for (size_t i = 0; i < olds->len; i++) {
        if (pair[i] >= 0)
            taken[pair[i]] = true;
        else if (olds->items[i] != XF_NO_PAIR)
            unsure |= worth_like(m, olds->items[i], new) >= like;
    }
    for (size_t j = 0; j < news->len; j++)
        if (!taken[j])
            unsure |= worth_like(m, old, news->items[j]) >= like;
    free(taken);
    return unsure;
}

static void match_run(struct matcher *m, const struct list *olds,
                      const struct list *news, enum xf_pair_how how,
                      int at_least)
{
    int *pair = xf_calloc(olds->len + 1, sizeof(*pair));

    align(m, olds, news, worth_like, pair);
    for (size_t i = 0; i < olds->len; i++) {
        uint32_t old = olds->items[i];

        if (pair[i] >= 0 && old != XF_NO_PAIR &&
            worth_like(m, old, news->items[pair[i]]) >= at_least)
            note(m, old, news->items[pair[i]], how,
                 is_unsure(m, olds, news, pair, i));
    }
    free(pair);
}

/* ---- steps -------------------------------------------------------------- */

typedef char *key_fn(const struct xf_identity *site);

static char *key_same(const struct xf_identity *s)
{
    return xf_format("%s\x1f%s\x1f%s\x1f%s", s->file, s->function, s->kind,
                     s->text);
}

static char *key_file(const struct xf_identity *s)
{
    return xf_format("%s\x1f%s\x1f%s", s->function, s->kind, s->text);
}

static char *key_function(const struct xf_identity *s)
{
    return xf_format("%s\x1f%s\x1f%s", s->file, s->kind, s->text);
}

static char *key_moved(const struct xf_identity *s)
{
    return xf_format("%s\x1f%s", s->kind, s->text);
}

static char *key_edited(const struct xf_identity *s)
{
    return xf_format("%s\x1f%s\x1f%s", s->file, s->function, s->kind);
}

static char *key_kind(const struct xf_identity *s)
{
    return xf_format("%s\x1f%s", s->file, s->function);
}

static void add(struct list *list, uint32_t item)
{
    XF_GROW(list->items, list->len, list->cap);
    list->items[list->len++] = item;
}

struct groups {
    struct xf_map keys;
    struct group *items; /* parallel */
    size_t cap;
};

static void release_groups(struct groups *g)
{
    for (size_t i = 0; i < g->keys.len; i++) {
        free(g->items[i].olds.items);
        free(g->items[i].news.items);
    }
    free(g->items);
    xf_map_release(&g->keys);
}

static struct group *group_of(struct groups *g, const struct xf_identity *site,
                              key_fn *key)
{
    char *text = key(site);
    int is_new;
    uint32_t at = xf_map_add(&g->keys, text, &is_new);
    size_t n = at;

    free(text);
    if (is_new) {
        XF_GROW(g->items, n, g->cap);
        memset(&g->items[at], 0, sizeof(g->items[at]));
    }
    return &g->items[at];
}

static bool same_function(const struct xf_identity *a,
                          const struct xf_identity *b)
{
    return !strcmp(a->file, b->file) && !strcmp(a->function, b->function);
}

/* How many functions the sites of a list are in. */
static size_t count_functions(const struct xf_identities *all,
                              const struct list *list)
{
    size_t n = 0;

    for (size_t i = 0; i < list->len; i++) {
        bool seen = false;

        for (size_t j = 0; j < i && !seen; j++)
            seen = same_function(&all->items[list->items[i]],
                                 &all->items[list->items[j]]);
        n += !seen;
    }
    return n;
}

static void keep_unmatched(struct list *list, const struct xf_pair *matches)
{
    size_t n = 0;

    for (size_t i = 0; i < list->len; i++)
        if (matches[list->items[i]].other == XF_NO_PAIR)
            list->items[n++] = list->items[i];
    list->len = n;
}

/* Every site by its key, in the order of the lists. */
static void group_all(struct groups *g, const struct matcher *m, key_fn *key)
{
    for (uint32_t i = 0; i < m->olds->len; i++)
        add(&group_of(g, &m->olds->items[i], key)->olds, i);
    for (uint32_t i = 0; i < m->news->len; i++)
        add(&group_of(g, &m->news->items[i], key)->news, i);
    for (size_t i = 0; i < g->keys.len; i++) {
        struct group *group = &g->items[i];
        size_t a = count_functions(m->olds, &group->olds);
        size_t b = count_functions(m->news, &group->news);

        group->places = a > b ? a : b;
        keep_unmatched(&group->olds, m->out->olds);
        keep_unmatched(&group->news, m->out->news);
    }
}

/* Decisions may be about some of a run only: the others take their places. */
static void fill_run(struct list *run, const struct xf_identities *olds)
{
    struct list full = {0};
    int equals = 0;

    for (size_t i = 0; i < run->len; i++) {
        const struct xf_identity *s = &olds->items[run->items[i]];

        equals = s->equals > equals ? s->equals : equals;
        equals = s->order >= equals ? s->order + 1 : equals;
    }
    if (equals > (int)run->len + 10000)
        return; /* nobody writes that many; do not obey a wrong number */
    for (int i = 0; i < equals; i++)
        add(&full, XF_NO_PAIR);
    for (size_t i = 0; i < run->len; i++) {
        uint32_t *place = &full.items[olds->items[run->items[i]].order];

        if (*place != XF_NO_PAIR) { /* two claim it: as they come */
            free(full.items);
            return;
        }
        *place = run->items[i];
    }
    free(run->items);
    *run = full;
}

static void step_same(struct matcher *m)
{
    struct groups g = {0};

    group_all(&g, m, key_same);
    for (size_t i = 0; i < g.keys.len; i++) {
        struct group *group = &g.items[i];

        if (!group->olds.len || !group->news.len)
            continue;
        fill_run(&group->olds, m->olds);
        match_run(m, &group->olds, &group->news, XF_PAIR_SAME, 0);
    }
    release_groups(&g);
}

/* Pairs of a group that is spread over functions: only those that agree in
 * what stands around them, and that no other pair rivals. */
static void match_spread(struct matcher *m, const struct group *group,
                         enum xf_pair_how how)
{
    for (size_t i = 0; i < group->olds.len; i++) {
        uint32_t old = group->olds.items[i], best = XF_NO_PAIR;
        int top = LIKE_SURE - 1;
        bool rival = false;

        for (size_t j = 0; j < group->news.len; j++) {
            uint32_t new = group->news.items[j];
            int like = m->out->news[new].other == XF_NO_PAIR
                           ? worth_like(m, old, new) : 0;

            rival = like > top ? false : rival || like == top;
            if (like > top) {
                top = like;
                best = new;
            }
        }
        for (size_t k = 0; k < group->olds.len && best != XF_NO_PAIR; k++)
            rival |= k != i &&
                     m->out->olds[group->olds.items[k]].other == XF_NO_PAIR &&
                     worth_like(m, group->olds.items[k], best) >= top;
        if (best != XF_NO_PAIR && !rival)
            note(m, old, best, how, false);
    }
}

static bool tells(const struct xf_identity *site)
{
    const char *args = strchr(site->text, '(');

    return args && strlen(args) >= TELLING_TEXT;
}

/* How much has to agree around two sites in different places. A list of
 * decisions has few of the old sites, so that a site which was always there
 * may look as if it had just come: only what is unlikely to be written twice
 * goes by its text alone, and only when its function is no more. */
static int evidence(const struct matcher *m, const struct group *group,
                    enum xf_pair_how how)
{
    const struct xf_identity *old = &m->olds->items[group->olds.items[0]];

    if (how == XF_PAIR_FILE && group->places == 1)
        return 0;
    if (!tells(old))
        return LIKE_SURE;
    for (size_t i = 0; i < m->news->len; i++)
        if (same_function(&m->news->items[i], old))
            return LIKE_ENOUGH;
    return group->places == 1 ? 0 : LIKE_ENOUGH;
}

static void step_place(struct matcher *m, enum xf_pair_how how, key_fn *key)
{
    struct groups g = {0};

    group_all(&g, m, key);
    for (size_t i = 0; i < g.keys.len; i++) {
        struct group *group = &g.items[i];

        if (!group->olds.len || !group->news.len)
            continue;
        if (count_functions(m->olds, &group->olds) == 1 &&
            count_functions(m->news, &group->news) == 1 &&
            !same_function(&m->olds->items[group->olds.items[0]],
                           &m->news->items[group->news.items[0]])) {
            match_run(m, &group->olds, &group->news, how,
                      evidence(m, group, how));
        } else {
            match_spread(m, group, how);
        }
    }
    release_groups(&g);
}

/* ---- edited sites ------------------------------------------------------- */

static size_t next_word(const char **at)
{
    size_t len = 0;

    while (**at && !isalnum((unsigned char)**at) && **at != '_')
        (*at)++;
    while (isalnum((unsigned char)(*at)[len]) || (*at)[len] == '_')
        len++;
    return len;
}

static size_t count_words(const char *text, struct xf_map *words, int *counts)
{
    size_t n = 0, len;

    for (const char *at = text; (len = next_word(&at)); at += len, n++) {
        char *word = xf_strndup(at, len);
        uint32_t i = words->len < 256 ? xf_map_add(words, word, NULL)
                                      : xf_map_find(words, word);

        if (i < 256)
            counts[i]++;
        free(word);
    }
    return n;
}

/* Words in common (Dice's coefficient), in percent. */
static int similarity(const char *a, const char *b)
{
    struct xf_map words = XF_MAP_INIT;
    int of_a[257] = {0}, of_b[257] = {0};
    size_t n = count_words(a, &words, of_a), k = count_words(b, &words, of_b);
    int common = 0;

    for (size_t i = 0; i < words.len && i < 256; i++)
        common += of_a[i] < of_b[i] ? of_a[i] : of_b[i];
    xf_map_release(&words);
    return n + k ? (int)(200 * (size_t)common / (n + k)) : 0;
}

static const char *arguments(const struct xf_identity *site)
{
    const char *args = strchr(site->text, '(');

    return args ? args : site->text;
}

static int worth_edited(const struct matcher *m, uint32_t old, uint32_t new)
{
    const struct xf_identity *o = &m->olds->items[old];
    const struct xf_identity *n = &m->news->items[new];
    int like = likeness(o, n), alike = similarity(arguments(o), arguments(n));

    if (like < LIKE_SURE && (alike < 50 || like < LIKE_TEXT + 1) && alike < 70)
        return 0;
    return 10 * like + alike;
}

/* In the same place between the same lines: not another one that moved. */
static int worth_in_place(const struct matcher *m, uint32_t old, uint32_t new)
{
    const struct xf_identity *o = &m->olds->items[old];
    const struct xf_identity *n = &m->news->items[new];

    if (!near_equal(o, n, 0) || !near_equal(o, n, 1) ||
        o->version != n->version)
        return 0;
    return worth_edited(m, old, new);
}

static int worth_kind(const struct matcher *m, uint32_t old, uint32_t new)
{
    const struct xf_identity *o = &m->olds->items[old];
    const struct xf_identity *n = &m->news->items[new];
    int like = likeness(o, n);

    return like >= LIKE_SURE || (like >= LIKE_ENOUGH && strlen(arguments(o)) > 2 &&
                                 !strcmp(arguments(o), arguments(n)))
               ? like : 0;
}

static void step_edited(struct matcher *m, enum xf_pair_how how, key_fn *key,
                        worth_fn *worth)
{
    struct groups g = {0};

    group_all(&g, m, key);
    for (size_t i = 0; i < g.keys.len; i++) {
        struct group *group = &g.items[i];
        int *pair = xf_calloc(group->olds.len + 1, sizeof(*pair));

        align(m, &group->olds, &group->news, worth, pair);
        for (size_t j = 0; j < group->olds.len; j++)
            if (pair[j] >= 0)
                note(m, group->olds.items[j], group->news.items[pair[j]], how,
                     false);
        free(pair);
    }
    release_groups(&g);
}

/* ---- the whole ---------------------------------------------------------- */

static struct xf_pair *unmatched(size_t n)
{
    struct xf_pair *matches = xf_calloc(n + 1, sizeof(*matches));

    for (size_t i = 0; i < n; i++)
        matches[i].other = XF_NO_PAIR;
    return matches;
}

void xf_pairing_make(struct xf_pairing *out, const struct xf_identities *olds,
              const struct xf_identities *news)
{
    struct matcher m = {.olds = olds, .news = news, .out = out};

    out->olds = unmatched(olds->len);
    out->news = unmatched(news->len);
    step_same(&m);
    step_edited(&m, XF_PAIR_EDITED, key_edited, worth_in_place);
    step_place(&m, XF_PAIR_FILE, key_file);
    step_place(&m, XF_PAIR_FUNCTION, key_function);
    step_place(&m, XF_PAIR_MOVED, key_moved);
    step_edited(&m, XF_PAIR_EDITED, key_edited, worth_edited);
    step_edited(&m, XF_PAIR_KIND, key_kind, worth_kind);
}

void xf_pairing_release(struct xf_pairing *pairing)
{
    free(pairing->olds);
    free(pairing->news);
    memset(pairing, 0, sizeof(*pairing));
}

enum xf_carry xf_pair_carry(const struct xf_pair *match)
{
    if (match->changes || match->other == XF_NO_PAIR)
        return XF_CARRY_STALE;
    return match->how == XF_PAIR_SAME && !match->displaced ? XF_CARRY_HOLDS
                                                           : XF_CARRY_CONFIRM;
}

char *xf_pair_reason(const struct xf_pair *match,
                      const struct xf_identity *old,
                      const struct xf_identity *new)
{
    struct xf_buf out = XF_BUF_INIT;

    if (strcmp(old->file, new->file))
        xf_buf_addf(&out, "moved from %s %s()", old->file, old->function);
    else if (strcmp(old->function, new->function))
        xf_buf_addf(&out, "moved from %s()", old->function);
    else if (match->how == XF_PAIR_FUNCTION || match->how == XF_PAIR_MOVED)
        xf_buf_adds(&out, "moved within the function");
    else if (match->displaced)
        xf_buf_adds(&out, "the lines before and behind it are others");
    if (match->changes & XF_CHANGED_KIND)
        xf_buf_addf(&out, "%swas %s", out.len ? "; " : "", old->text);
    if (match->changes & XF_CHANGED_CONDITION)
        xf_buf_addf(&out, "%scondition was %s", out.len ? "; " : "",
                    *old->conditions ? old->conditions : "none");
    if (match->changes & XF_CHANGED_MESSAGE)
        xf_buf_addf(&out, "%smessage was %s", out.len ? "; " : "",
                    old->message);
    if (match->changes & XF_CHANGED_GUARD)
        xf_buf_addf(&out, "%sconditions around it were %s",
                    out.len ? "; " : "", *old->guard ? old->guard : "none");
    if (match->changes & XF_UNSURE)
        xf_buf_addf(&out, "%sequal checks beside it came or went: it may be "
                          "another of them", out.len ? "; " : "");
    if (match->how == XF_PAIR_EDITED && !match->changes)
        xf_buf_addf(&out, "%swas written %s", out.len ? "; " : "", old->text);
    return xf_buf_detach(&out);
}
