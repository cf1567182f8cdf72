/* SPDX-License-Identifier: GPL-2.0-only
 *
 * A stop in changed lines of the old version first looks for one with the same
 * text in the new one, anywhere in the commit: it has moved. What is left is
 * paired by what both say and by what guards them, the likeliest pairs first.
 * What remains without a partner was taken away, and the lines that took its place say how.
 */
#include "change.h"

#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "buf.h"
#include "functions.h"
#include "map.h"
#include "source.h"

static const char *const class_names[CHANGE_CLASSES] = {
    [CHANGE_ADDED] = "added",
    [CHANGE_HANDLED] = "handled",
    [CHANGE_DOMAIN_CRASH] = "domain_crash",
    [CHANGE_REMOVED] = "removed",
    [CHANGE_WEAKENED] = "weakened",
    [CHANGE_STRENGTHENED] = "strengthened",
    [CHANGE_REWRITTEN] = "rewritten",
    [CHANGE_GONE] = "gone",
};

const char *change_class_name(enum change_class class)
{
    return class_names[class];
}

/* One version of a file, lexed. */
struct version {
    const struct patch_side *side;
    struct xf_source *src;
    struct xf_ranges ranges;
    struct xf_mentions mentions;
    struct xf_map functions; /* names, in order */
};

static void version_open(struct version *v, const struct patch_side *side,
                         const struct xf_stop_names *names)
{
    *v = (struct version){.side = side};
    v->src =
        xf_source_from(side->path ? side->path : "",
                       side->text.len ? side->text.data : "", side->text.len);
    xf_functions_find(&v->ranges, v->src);
    xf_mentions_find(&v->mentions, names, v->src, &v->ranges);
    for (size_t i = 0; i < v->ranges.len; i++)
        xf_map_add(&v->functions, v->ranges.items[i].name, NULL);
    for (size_t i = 0; i < v->src->nmacros; i++)
        xf_map_add(&v->functions, v->src->macros[i].name, NULL);
}

static void version_release(struct version *v)
{
    xf_map_release(&v->functions);
    xf_mentions_release(&v->mentions);
    xf_functions_release(&v->ranges);
    xf_source_free(v->src);
}

static uint32_t group_at(const struct patch_side *side, uint32_t line)
{
    return line && line <= side->lines ? side->group[line - 1] : 0;
}

static bool has_function(const struct version *v, const char *name)
{
    return *name && xf_map_find(&v->functions, name) != XF_MAP_NONE;
}

/* ---- touched functions -------------------------------------------------- */

static const struct xf_range *range_of(const struct version *v,
                                       const char *name)
{
    for (size_t i = 0; i < v->ranges.len; i++)
        if (!strcmp(v->ranges.items[i].name, name))
            return &v->ranges.items[i];
    return NULL;
}

static char *function_text(const struct version *v, const char *name)
{
    const struct xf_range *range = range_of(v, name);
    size_t begin;

    if (!range)
        return NULL;
    begin = v->src->lines[range->first - 1];
    return xf_source_normal(v->src, begin, range->end);
}

static bool is_word(char ch)
{
    return (ch >= 'a' && ch <= 'z') || (ch >= 'A' && ch <= 'Z') ||
           (ch >= '0' && ch <= '9') || ch == '_';
}

/* "PRIx64" and the like, which stand between the literals of a format. */
static size_t format_macro(const char *text)
{
    size_t len = 0;

    if (strncmp(text, "PRI", 3))
        return 0;
    while (is_word(text[len]))
        len++;
    return len;
}

/* What a compiler makes code of: no white space, no text of messages. */
static char *code_of(const char *text)
{
    char *normal = xf_predicate_normal(text), *to = normal;
    bool quoted = false;
    char before = ' ';

    for (const char *p = normal; *p; before = *p++) {
        size_t skip =
            quoted || is_word(before) ? 0 : format_macro(p);

        if (*p == '"')
            quoted = !quoted;
        else if (quoted && *p == '\\' && p[1])
            p++;
        else if (skip)
            p += skip - 1;
        else if (!quoted)
            *to++ = *p;
    }
    *to = '\0';
    return normal;
}

/* Only comments, white space or messages differ. */
static bool same_code(const struct version *old, const struct version *new,
                      const char *name)
{
    char *a = function_text(old, name), *b = function_text(new, name);
    bool same = false;

    if (a && b) {
        char *x = code_of(a), *y = code_of(b);

        same = !strcmp(x, y);
        free(x);
        free(y);
    }
    free(a);
    free(b);
    return same;
}

static void touched_in(struct xf_map *out, const struct version *v)
{
    for (uint32_t line = 1; line <= v->side->lines; line++) {
        const struct xf_range *range;
        const struct xf_macro *macro;

        if (!group_at(v->side, line))
            continue;
        range = xf_functions_at(&v->ranges, line);
        if (range) {
            xf_map_add(out, range->name, NULL);
            continue;
        }
        if (line > v->src->nlines)
            continue;
        macro = xf_source_macro_at(v->src, v->src->lines[line - 1]);
        if (macro && macro->function_like)
            xf_map_add(out, macro->name, NULL);
    }
}

static int by_text(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Comma list of the names that were really changed. */
static char *changed_functions(const struct xf_map *names,
                               const struct version *old,
                               const struct version *new, bool *any)
{
    const char **list = xf_calloc(names->len + 1, sizeof(*list));
    struct xf_buf out = XF_BUF_INIT;
    size_t n = 0;

    for (size_t i = 0; i < names->len; i++)
        if (!same_code(old, new, names->keys[i]))
            list[n++] = names->keys[i];
    qsort(list, n, sizeof(*list), by_text);
    for (size_t i = 0; i < n; i++)
        xf_buf_addf(&out, "%s%s", i ? "," : "", list[i]);
    *any = n > 0;
    free(list);
    return xf_buf_detach(&out);
}

/* ---- stops near to a change --------------------------------------------- */

/* Lines from the mention to the nearest changed line of its function. */
static uint32_t lines_to_change(const struct version *v,
                                const struct xf_mention *m)
{
    const struct xf_range *range = xf_functions_at(&v->ranges, m->line);

    for (uint32_t d = 0; range && d <= CHANGE_NEAR; d++) {
        if (m->line >= d && m->line - d >= range->first &&
            group_at(v->side, m->line - d))
            return d;
        if (m->end_line + d <= range->last &&
            group_at(v->side, m->end_line + d))
            return d;
    }
    return UINT32_MAX;
}

static bool in_list(const char *list, const char *item)
{
    size_t len = strlen(item);

    for (const char *p = list; len && (p = strstr(p, item)); p += len)
        if ((p == list || p[-1] == ',') && (!p[len] || p[len] == ','))
            return true;
    return false;
}

static void add_near(struct change *c, const struct version *v,
                     const char *path, const char *functions)
{
    for (size_t i = 0; i < v->mentions.len; i++) {
        const struct xf_mention *m = &v->mentions.items[i];
        uint32_t lines;

        if (m->in_macro || !m->name->stops || !in_list(functions, m->function))
            continue;
        lines = lines_to_change(v, m);
        if (lines > CHANGE_NEAR)
            continue;
        XF_GROW(c->near, c->nnear, c->near_cap);
        c->near[c->nnear++] = (struct change_near){
            m->name, xf_strdup(path), xf_strdup(m->function),
            xf_predicate_normal(m->text), lines};
    }
}

static void add_touch(struct change *c, const struct version *old,
                      const struct version *new)
{
    struct xf_map names = XF_MAP_INIT;
    char *functions;
    bool any;

    touched_in(&names, old);
    touched_in(&names, new);
    functions = changed_functions(&names, old, new, &any);
    /* Nothing but comments, or only file scope: then the file counts only
     * when no function was looked at. */
    if (any || !names.len) {
        const char *path = new->side->path ? new->side->path : old->side->path;

        add_near(c, old, path, functions);
        add_near(c, new, path, functions);
        XF_GROW(c->touches, c->ntouches, c->touches_cap);
        c->touches[c->ntouches++] =
            (struct change_touch){xf_strdup(path), functions};
    } else {
        free(functions);
    }
    xf_map_release(&names);
}

/* ---- what a change adds ------------------------------------------------- */

static bool is_one_of(const struct xf_source *src, struct xf_token t,
                      const char *const *words)
{
    for (; *words; words++)
        if (strlen(*words) == t.end - t.begin &&
            !memcmp(src->text + t.begin, *words, t.end - t.begin))
            return true;
    return false;
}

static void weigh_word(struct change_adds *a, const struct xf_source *src,
                       struct xf_token t, struct xf_token before, int sign)
{
    static const char *const returns[] = {"return", NULL};
    static const char *const jumps[] = {"goto", "continue", "break", NULL};
    static const char *const ifs[] = {"if", "else", "while", NULL};
    static const char *const prints[] = {
        "printk",       "gprintk",      "gdprintk",
        "dprintk",      "printk_once",  "dprintk_once",
        "gprintk_once", "guest_printk", NULL};

    a->returns += sign * is_one_of(src, t, returns);
    a->jumps += sign * is_one_of(src, t, jumps);
    a->ifs += sign * is_one_of(src, t, ifs);
    a->prints += sign * is_one_of(src, t, prints);
    a->errors += sign * (src->text[t.begin] == 'E' && t.end - t.begin > 3 &&
                         before.kind == XF_TOKEN_PUNCT &&
                         src->text[before.begin] == '-');
}

static void weigh_sign(struct change_adds *a, const struct xf_source *src,
                       struct xf_token t, struct xf_token before, int sign)
{
    char ch = src->text[t.begin];

    if (ch == '?' || ((ch == '&' || ch == '|') && before.end == t.begin &&
                      src->text[before.begin] == ch))
        a->choices += sign;
}

static void weigh_side(struct change_weights *w, const struct version *v,
                       int sign)
{
    struct xf_token before = {XF_TOKEN_END, 0, 0};
    size_t at = 0;

    for (uint32_t line = 1; line <= v->side->lines; line++)
        w->groups[group_at(v->side, line)].lines += sign > 0;
    for (size_t i = 0; i < v->mentions.len; i++)
        if (!strcmp(v->mentions.items[i].name->kind, "domain_crash"))
            w->groups[group_at(v->side, v->mentions.items[i].line)].crashes +=
                sign;
    for (;;) {
        struct xf_token t = xf_source_token(v->src, &at);
        uint32_t group;

        if (t.kind == XF_TOKEN_END)
            break;
        if (t.kind == XF_TOKEN_COMMENT)
            continue;
        group = group_at(v->side, xf_source_line(v->src, t.begin));
        if (group && t.kind == XF_TOKEN_PUNCT)
            weigh_sign(&w->groups[group], v->src, t, before, sign);
        if (group && t.kind == XF_TOKEN_IDENT) {
            weigh_word(&w->groups[group], v->src, t, before, sign);
            if (sign > 0) {
                char *word = xf_format("%u %.*s", group, (int)(t.end - t.begin),
                                       v->src->text + t.begin);

                xf_map_add(&w->words, word, NULL);
                free(word);
            }
        }
        before = t;
    }
}

static uint32_t last_group(const struct patch_side *side)
{
    uint32_t last = 0;

    for (size_t i = 0; i < side->lines; i++)
        if (side->group[i] > last)
            last = side->group[i];
    return last;
}

static void add_weights(struct change *c, const struct version *old,
                        const struct version *new)
{
    uint32_t a = last_group(old->side), b = last_group(new->side);
    struct change_weights *w;

    XF_GROW(c->weights, c->nfiles, c->files_cap);
    w = &c->weights[c->nfiles++];
    *w = (struct change_weights){.ngroups = (a > b ? a : b) + 1};
    w->groups = xf_calloc(w->ngroups, sizeof(*w->groups));
    weigh_side(w, old, -1);
    weigh_side(w, new, 1);
}

/* ---- stops in changed lines --------------------------------------------- */

/* What stands before the mention in its statement, "if(x)" or "default:"; when
 * nothing does, the statement before it or the head of its block. Caller
 * frees. */
static char *guard_of(const struct version *v, const struct xf_mention *m)
{
    const struct xf_range *range = xf_functions_at(&v->ranges, m->line);
    size_t at, begin, head, head_end;
    int depth = 0;
    char *text, *normal;

    if (!range || m->in_macro || m->offset <= range->body)
        return xf_strdup("");
    at = begin = range->body + 1;
    head = head_end = range->body;
    for (;;) {
        struct xf_token t = xf_source_token(v->src, &at);
        char ch = v->src->text[t.begin];

        if (t.kind == XF_TOKEN_END || t.begin >= m->offset)
            break;
        if (t.kind != XF_TOKEN_PUNCT)
            continue;
        depth += (ch == '(') - (ch == ')');
        if (depth || !strchr(";{}", ch))
            continue;
        head = begin;
        head_end = t.begin;
        begin = t.end;
    }
    text = xf_source_normal(v->src, begin, m->offset);
    if (!text[strspn(text, " \t\n")]) {
        free(text);
        text = xf_source_normal(v->src, head, head_end);
    }
    normal = xf_predicate_normal(text);
    free(text);
    return normal;
}

static void add_stops(struct change_stops *out, const struct version *v,
                      const struct version *other, size_t file)
{
    for (size_t i = 0; i < v->mentions.len; i++) {
        const struct xf_mention *m = &v->mentions.items[i];
        uint32_t group = 0;

        for (uint32_t line = m->line; line <= m->end_line && !group; line++)
            group = group_at(v->side, line);
        if (!group)
            continue;
        XF_GROW(out->items, out->len, out->cap);
        out->items[out->len++] = (struct change_stop){
            .name = m->name,
            .path = xf_strdup(v->side->path ? v->side->path : ""),
            .function = xf_strdup(m->function),
            .text = xf_predicate_normal(m->text),
            .guard = guard_of(v, m),
            .file = file,
            .group = group,
            .line = m->line,
            .function_stays = has_function(other, m->function)};
    }
}

/* A quick look at the changed lines and those around them. */
static bool near_names(const struct patch_side *side,
                       const struct xf_stop_names *names)
{
    enum { AROUND = 12 };
    const char *text = side->text.data, *end;
    size_t begin = 0, until = 0, line = 0;

    if (!side->text.len)
        return false;
    end = text + side->text.len;
    for (const char *at = text; at < end && line < side->lines; line++) {
        const char *nl = memchr(at, '\n', (size_t)(end - at));

        if (side->group[line]) {
            const char *from = at, *to = nl ? nl : end;

            for (int i = 0; i < AROUND && from > text; i++) {
                const char *up = memrchr(text, '\n', (size_t)(from - 1 - text));
                from = up ? up + 1 : text;
            }
            for (int i = 0; i < AROUND && to < end; i++) {
                const char *down = memchr(to + 1, '\n', (size_t)(end - to - 1));
                to = down ? down : end;
            }
            begin = (size_t)(from - text);
            if (begin < until)
                begin = until;
            until = (size_t)(to - text);
            if (until > begin &&
                xf_stop_names_likely(names, text + begin, until - begin))
                return true;
        }
        at = nl ? nl + 1 : end;
    }
    return false;
}

void change_begin(struct change *c, const struct xf_stop_names *names,
                  bool is_bug)
{
    *c = (struct change){.names = names, .is_bug = is_bug};
}

void change_file(struct change *c, const struct patch_file *file)
{
    bool stops =
        near_names(&file->old, c->names) || near_names(&file->new, c->names);
    struct version old, new;

    if (!stops && !c->is_bug)
        return;
    version_open(&old, &file->old, c->names);
    version_open(&new, &file->new, c->names);
    if (c->is_bug)
        add_touch(c, &old, &new);
    if (stops) {
        add_weights(c, &old, &new);
        add_stops(&c->old, &old, &new, c->nfiles - 1);
        add_stops(&c->new, &new, &old, c->nfiles - 1);
    }
    version_release(&old);
    version_release(&new);
}

/* ---- partners ----------------------------------------------------------- */

/* How far away a moved stop is looked for. */
enum reach { REACH_GUARD, REACH_FUNCTION, REACH_ANYWHERE };

static bool has_moved(const struct change_stop *o, const struct change_stop *n,
                      enum reach reach)
{
    bool same_guard = !strcmp(o->guard, n->guard);

    if (o->name != n->name || strcmp(o->text, n->text))
        return false;
    /* BUG() says nothing without what guards it. */
    if (!*o->text && (!same_guard || (reach == REACH_ANYWHERE && !*o->guard)))
        return false;
    return reach == REACH_ANYWHERE ||
           (o->file == n->file && !strcmp(o->function, n->function) &&
            (reach == REACH_FUNCTION || same_guard));
}

/* Lines that were only moved. */
static void drop_moved(struct change *c, enum reach reach)
{
    for (size_t i = 0; i < c->old.len; i++) {
        struct change_stop *o = &c->old.items[i];

        for (size_t j = 0; j < c->new.len && !o->used; j++) {
            struct change_stop *n = &c->new.items[j];

            if (!n->used && has_moved(o, n, reach))
                o->used = n->used = true;
        }
    }
}

static bool is_assertion(const struct change_stop *s)
{
    return !strncmp(s->name->kind, "ASSERT", 6);
}

static bool is_unreachable(const struct change_stop *s)
{
    return !strcmp(s->name->kind, "ASSERT_UNREACHABLE") ||
           (is_assertion(s) &&
            (!strcmp(s->text, "0") || !strcmp(s->text, "false")));
}

/* "a && b" has "a" as a part; for assertions more parts check more, for
 * BUG_ON() the parts of "a || b" do. -1 fewer, 1 more, 0 neither. */
static int checks_more(const struct change_stop *o, const struct change_stop *n)
{
    const char *operator= is_assertion(o) ? "&&" : "||";
    size_t a = strlen(o->text), b = strlen(n->text);

    if (b > a && strstr(n->text, o->text) && strstr(n->text, operator))
        return 1;
    if (a > b && strstr(o->text, n->text) && strstr(o->text, operator))
        return -1;
    return 0;
}

/* Words of a text, each once. */
static void words_of(struct xf_map *out, const char *text)
{
    while (*text) {
        size_t len = 0;

        while (is_word(text[len]))
            len++;
        if (len) {
            char *word = xf_strndup(text, len);

            xf_map_add(out, word, NULL);
            free(word);
        }
        text += len ? len : 1;
    }
}

/* Share of their words that two texts have in common, in percent. */
static int words_alike(const char *a, const char *b)
{
    struct xf_map in_a = XF_MAP_INIT, in_b = XF_MAP_INIT;
    size_t common = 0, all;

    words_of(&in_a, a);
    words_of(&in_b, b);
    for (size_t i = 0; i < in_b.len; i++)
        common += xf_map_find(&in_a, in_b.keys[i]) != XF_MAP_NONE;
    all = in_a.len + in_b.len - common;
    xf_map_release(&in_a);
    xf_map_release(&in_b);
    return all ? (int)(100 * common / all) : 0;
}

/* Percent from which two stops of different changes are one, and from which
 * one more of the same change is. */
enum { PAIR_APART = 60, PAIR_MERGED = 30 };

/* How much two stops say the same, in percent: their own texts, what guards
 * them, and one's text with the other's guard, for BUG_ON(x) that becomes
 * if ( x ) domain_crash(d). */
static int alike(const struct change_stop *o, const struct change_stop *n)
{
    bool contained = *o->text && *n->text &&
                     (strstr(o->text, n->text) || strstr(n->text, o->text));
    bool same_guard = *o->guard && !strcmp(o->guard, n->guard);
    int best = contained ? 100 : words_alike(o->text, n->text);
    int crossed = words_alike(o->text, n->guard);
    int back = words_alike(o->guard, n->text);
    int guards = same_guard ? 100 : words_alike(o->guard, n->guard);

    if (o->name->predicate && crossed > best)
        best = crossed;
    if (n->name->predicate && back > best)
        best = back;
    return best + guards / 2;
}

/* Stops that only say that nobody wrote the code yet: BUG_ON("unimplemented").
 */
static bool is_stub(const struct change_stop *s)
{
    return s->name->predicate && *s->text == '"';
}

/* Whether the stop is the only one without a partner on its side of the change
 * that stops the host. */
static bool is_only(const struct change_stops *stops,
                    const struct change_stop *s)
{
    for (size_t i = 0; i < stops->len; i++) {
        const struct change_stop *other = &stops->items[i];

        if (other != s && !other->used && other->name->stops &&
            other->file == s->file && other->group == s->group)
            return false;
    }
    return true;
}

/* A pair is likelier the more it shares; 0: not a pair. */
static int likeness(const struct change *c, const struct change_stop *o,
                    const struct change_stop *n)
{
    bool same_function = !strcmp(o->function, n->function);
    bool same_change = o->file == n->file && o->group == n->group;
    int common;

    if (is_stub(o) != is_stub(n))
        return 0;
    if (!same_function &&
        /* The function was renamed, perhaps. */
        (!same_change || o->function_stays || n->function_stays))
        return 0;
    if (!same_change && !*o->function)
        return 0;
    common = alike(o, n);
    if (!common && !(same_change && is_only(&c->old, o) &&
                     (!n->name->stops || is_only(&c->new, n))))
        return 0;
    if (!same_change && common < PAIR_APART && o->name != n->name)
        return 0;
    return 1 + common + 100 * same_change + 50 * same_function +
           40 * (o->name == n->name) - !n->name->stops;
}

struct pair {
    int score;
    size_t old, new;
};

static int likeliest_first(const void *a, const void *b)
{
    const struct pair *x = a, *y = b;

    if (x->score != y->score)
        return x->score > y->score ? -1 : 1;
    if (x->old != y->old)
        return x->old < y->old ? -1 : 1;
    return x->new < y->new ? -1 : x->new > y->new;
}

/* All pairs that are possible, the likeliest first. Caller frees. */
static struct pair *pairs_of(struct change *c, size_t *len)
{
    struct pair *pairs = NULL;
    size_t n = 0, cap = 0;

    for (size_t i = 0; i < c->old.len; i++) {
        const struct change_stop *o = &c->old.items[i];

        if (o->used || !o->name->stops)
            continue;
        for (size_t j = 0; j < c->new.len; j++) {
            const struct change_stop *other = &c->new.items[j];
            int score = other->used ? 0 : likeness(c, o, other);

            if (score <= 0)
                continue;
            XF_GROW(pairs, n, cap);
            pairs[n++] = (struct pair){score, i, j};
        }
    }
    if (n)
        qsort(pairs, n, sizeof(*pairs), likeliest_first);
    *len = n;
    return pairs;
}

static bool handles(const struct change_adds *a)
{
    return a->returns > 0 || a->jumps > 0 || a->errors > 0 || a->ifs > 0;
}

static const struct change_adds *adds_of(const struct change *c,
                                         const struct change_stop *s)
{
    return &c->weights[s->file].groups[s->group];
}

/* Whether every identifier of the stop's predicate is in what its change adds,
 * and that decides something: the predicate is tested there now. */
static bool tested_now(const struct change *c, const struct change_stop *o)
{
    const struct change_weights *w = &c->weights[o->file];
    const struct change_adds *a = adds_of(c, o);
    bool any = false;

    if (!o->name->predicate || (a->ifs <= 0 && a->choices <= 0))
        return false;
    for (const char *p = o->text; *p;) {
        size_t len = 0;
        char *word;
        bool found;

        while (is_word(p[len]))
            len++;
        if (len && !(*p >= '0' && *p <= '9')) {
            word = xf_format("%u %.*s", o->group, (int)len, p);
            found = xf_map_find(&w->words, word) != XF_MAP_NONE;
            free(word);
            if (!found)
                return false;
            any = true;
        }
        p += len ? len : 1;
    }
    return any;
}

static enum change_class class_of_pair(const struct change *c,
                                       const struct change_stop *o,
                                       const struct change_stop *n)
{
    const struct change_adds *a = adds_of(c, o);
    int more;

    if (!strcmp(n->name->kind, "domain_crash"))
        return CHANGE_DOMAIN_CRASH;
    if (!strcmp(n->name->kind, "inject") || !strcmp(n->name->kind, "handled"))
        return CHANGE_HANDLED;
    if (!strcmp(n->name->kind, "WARN"))
        return a->returns > 0 || a->errors > 0 ? CHANGE_HANDLED
                                               : CHANGE_WEAKENED;
    if (!n->name->stops)
        return CHANGE_REWRITTEN;
    if (is_unreachable(n) && !is_unreachable(o)) {
        if (adds_of(c, n)->crashes > 0)
            return CHANGE_DOMAIN_CRASH;
        if (handles(adds_of(c, n)))
            return CHANGE_HANDLED;
        /* Nothing is left that would be right. */
        return is_assertion(o) ? CHANGE_STRENGTHENED : CHANGE_WEAKENED;
    }
    if (is_assertion(o) != is_assertion(n))
        return is_assertion(o) ? CHANGE_STRENGTHENED : CHANGE_WEAKENED;
    if (o->name->predicate && !n->name->predicate && !*n->text)
        return a->ifs > 0 ? CHANGE_REWRITTEN : CHANGE_STRENGTHENED;
    more = o->name->predicate && n->name->predicate ? checks_more(o, n) : 0;
    return more > 0 ? CHANGE_STRENGTHENED : CHANGE_REWRITTEN;
}

static enum change_class class_of_removal(const struct change *c,
                                          const struct change_stop *o)
{
    const struct change_adds *a = adds_of(c, o);

    if (!o->function_stays && !a->lines)
        return CHANGE_GONE;
    if (a->crashes > 0)
        return CHANGE_DOMAIN_CRASH;
    /* Said and nothing else done. */
    if (a->prints > 0 && a->returns <= 0 && a->jumps <= 0 && a->errors <= 0)
        return CHANGE_WEAKENED;
    if (handles(a) || tested_now(c, o))
        return CHANGE_HANDLED;
    if (!o->function_stays)
        return CHANGE_GONE;
    return CHANGE_REMOVED;
}

static void add_site(struct change *c, enum change_class class,
                     const struct change_stop *old,
                     const struct change_stop *new)
{
    XF_GROW(c->sites, c->nsites, c->sites_cap);
    c->sites[c->nsites++] = (struct change_site){class, old, new};
}

/* Partners of what is left, the likeliest pairs first. */
static void pair_up(struct change *c)
{
    size_t n;
    struct pair *pairs = pairs_of(c, &n);

    for (size_t i = 0; i < n; i++) {
        struct change_stop *old = &c->old.items[pairs[i].old];
        struct change_stop *new = &c->new.items[pairs[i].new];

        if (old->used || new->used)
            continue;
        old->used = new->used = true;
        add_site(c, class_of_pair(c, old, new), old, new);
    }
    free(pairs);
}

/* Two stops that became one: the one that another old stop is now. */
static const struct change_stop *merged_into(const struct change *c,
                                             const struct change_stop *o)
{
    for (size_t i = 0; i < c->new.len; i++) {
        const struct change_stop *n = &c->new.items[i];

        if (n->name == o->name && n->file == o->file && n->group == o->group &&
            !strcmp(n->function, o->function) &&
            words_alike(o->text, n->text) >= PAIR_MERGED)
            return n;
    }
    return NULL;
}

static void without_partner(struct change *c, const struct change_stop *o)
{
    const struct change_stop *n = merged_into(c, o);

    if (n)
        add_site(c, class_of_pair(c, o, n), o, n);
    else
        add_site(c, is_stub(o) ? CHANGE_GONE : class_of_removal(c, o), o,
                 NULL);
}

void change_end(struct change *c)
{
    drop_moved(c, REACH_GUARD);
    drop_moved(c, REACH_FUNCTION);
    drop_moved(c, REACH_ANYWHERE);
    pair_up(c);
    for (size_t i = 0; i < c->old.len; i++) {
        struct change_stop *o = &c->old.items[i];

        if (o->used || !o->name->stops)
            continue;
        o->used = true;
        without_partner(c, o);
    }
    for (size_t i = 0; i < c->new.len; i++)
        if (!c->new.items[i].used && c->new.items[i].name->stops)
            add_site(c, CHANGE_ADDED, NULL, &c->new.items[i]);
}

static void stops_release(struct change_stops *stops)
{
    for (size_t i = 0; i < stops->len; i++) {
        free(stops->items[i].path);
        free(stops->items[i].function);
        free(stops->items[i].text);
        free(stops->items[i].guard);
    }
    free(stops->items);
}

void change_release(struct change *c)
{
    stops_release(&c->old);
    stops_release(&c->new);
    free(c->sites);
    for (size_t i = 0; i < c->ntouches; i++) {
        free(c->touches[i].path);
        free(c->touches[i].functions);
    }
    free(c->touches);
    for (size_t i = 0; i < c->nnear; i++) {
        free(c->near[i].path);
        free(c->near[i].function);
        free(c->near[i].text);
    }
    free(c->near);
    for (size_t i = 0; i < c->nfiles; i++) {
        free(c->weights[i].groups);
        xf_map_release(&c->weights[i].words);
    }
    free(c->weights);
}
