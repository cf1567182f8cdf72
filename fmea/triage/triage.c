/* SPDX-License-Identifier: GPL-2.0-only
 *
 * Every entry of the index gets a grade for the stop; the best grade wins and
 * all entries that have it are the candidates. narrow() then drops those that
 * the log's architecture rules out, or that only repeat another.
 */
#include "triage.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "buf.h"
#include "internal.h"
#include "mention.h"

struct search {
    const struct xf_triage_index *index;
    const struct xf_crash_log *log;
    const struct xf_crash_event *event;
    bool same_version; /* the log's Xen is the scanned tree's, or unknown */
    const struct entry **best;
    size_t len, cap;
    bool common_name;  /* several files have the name that was printed */
    bool has_file;     /* a file of the tree is the one that was printed */
    long grade; /* of those in best */
    enum xf_triage_how how;
};

const char *xf_triage_how_name(enum xf_triage_how how)
{
    static const char *const names[] = {
        "file and line", "text",         "function",           "file",
        "its beginning", "similar text", "no text of its own", "nothing"};

    return names[how];
}

/* ---- what a log says of an entry ---------------------------------------- */

static bool arm(const char *arch)
{
    return !strncmp(arch, "arm", 3) || !strncmp(arch, "aarch", 5);
}

/* Whether the file is another architecture's than the log's. */
static bool is_foreign(const struct entry *e, const char *arch)
{
    static const char *const folders[] = {"arch/", "include/asm-"};

    for (size_t i = 0; *arch && i < sizeof(folders) / sizeof(*folders); i++) {
        size_t skip = strlen(folders[i]);
        const char *name = e->stop.file + skip;
        size_t len;

        if (strncmp(e->stop.file, folders[i], skip))
            continue;
        len = strcspn(name, "/");
        if (arm(arch) && len >= 3 && !strncmp(name, "arm", 3))
            return false;
        return strncmp(arch, name, len) != 0;
    }
    return false;
}

/* Whether one of the entry's rows is of the log's architecture. */
static bool has_arch(const struct entry *e, const char *arch)
{
    return *e->stop.arch && *arch && strstr(e->stop.arch, arch);
}

static bool has_key(const struct xf_map *map, const struct entry *e,
                    const char *function)
{
    char *key = xf_format("%s %s", e->stop.site_id, function);
    bool has = xf_map_find(map, key) != XF_MAP_NONE;

    free(key);
    return has;
}

/* Names that the log has at the program counter and near the top of the call
 * trace, from 0; NULL at the end. */
static const char *running_name(const struct xf_crash_event *ev, size_t i)
{
    return i > 2 || i > ev->nframes ? NULL : i ? ev->frames[i - 1] : ev->symbol;
}

/* The stop's function was running: at the program counter, near the top of the
 * call trace, or inlined into one of these. */
static bool was_running(const struct search *s, const struct entry *e)
{
    const char *name;

    for (size_t i = 0; (name = running_name(s->event, i)); i++)
        if (*name && (!strcmp(name, e->stop.function) ||
                      has_key(&s->index->inlined, e, name)))
            return true;
    return false;
}

/* It is inlined into one of these in a build that is unlike the scanned one. */
static bool may_have_run(const struct search *s, const struct entry *e)
{
    const char *name;

    for (size_t i = 0; (name = running_name(s->event, i)); i++)
        if (*name && has_key(&s->index->callers, e, name))
            return true;
    return was_running(s, e);
}

static bool on_line(const struct entry *e, unsigned int line)
{
    return line >= e->stop.line && line <= e->stop.end_line;
}

/* Parts of the printed path that agree with the file's name or, when none do,
 * with one that it had before. */
static int path_parts(const struct search *s, const struct entry *e)
{
    const struct names *names = &s->index->names[e->file];
    int parts = xf_triage_path(s->event->file, e->stop.file);

    for (size_t i = 0; i < names->len && !parts; i++)
        parts = xf_triage_path(s->event->file, names->old[i]);
    return parts;
}

static void take(struct search *s, const struct entry *e, long grade,
                 enum xf_triage_how how)
{
    if (grade < s->grade)
        return;
    if (grade > s->grade)
        s->len = 0;
    s->grade = grade;
    s->how = how;
    XF_GROW(s->best, s->len, s->cap);
    s->best[s->len++] = e;
}

/* ---- BUG and ASSERT ----------------------------------------------------- */

static void grade_bug(struct search *s, const struct entry *e)
{
    int parts = path_parts(s, e);
    bool line = on_line(e, s->event->line), running;

    if (strncmp(e->stop.kind, "BUG", 3) || !parts || e->stop.in_macro)
        return;
    running = was_running(s, e);
    if (line && (running || (s->same_version && !s->common_name)))
        take(s, e, 4000 + running * 100 + parts, XF_TRIAGE_LINE);
    else if (running)
        take(s, e, 3000 + parts, XF_TRIAGE_FUNCTION);
    else if (line && !*s->event->symbol)
        take(s, e, 2000 + parts, XF_TRIAGE_LINE);
    else
        take(s, e, 1000 + parts, XF_TRIAGE_FILE);
}

static bool same_predicate(const struct search *s, const struct entry *e,
                           const char *printed)
{
    size_t len = strlen(printed);

    if (!len)
        return false;
    return s->event->cut ? !strncmp(e->predicate, printed, len)
                         : !strcmp(e->predicate, printed);
}

static void grade_assert(struct search *s, const struct entry *e,
                         const char *printed)
{
    const struct xf_crash_event *ev = s->event;
    int parts = *ev->file ? path_parts(s, e) : 0;
    bool line = on_line(e, ev->line), running;

    if (strncmp(e->stop.kind, "ASSERT", 6) || e->stop.in_macro)
        return;
    running = was_running(s, e);
    if (same_predicate(s, e, printed)) {
        /* "unreachable" says nothing elsewhere. */
        if (!parts && *ev->file && !running && !strcmp(printed, "unreachable"))
            return;
        take(s, e,
             (parts || !*ev->file ? 6000
              : running           ? 5000
                                  : 2000) +
                 (line && parts && (s->same_version || running)) * 500 +
                 running * 100 + (line && parts) * 50 + parts,
             line && parts ? XF_TRIAGE_LINE : XF_TRIAGE_TEXT);
    } else if (parts && line && s->same_version) {
        take(s, e, 4000 + parts, XF_TRIAGE_LINE);
    } else if (parts && running) {
        take(s, e, 3000 + parts, XF_TRIAGE_FUNCTION);
    }
}

/* ---- panic -------------------------------------------------------------- */

enum { LINES = 8, VARIANTS = 1 + 2 * LINES };

/* The text; its lines alone, because another CPU may have printed between
 * them; each with the next, because a terminal may have folded it. */
static size_t variants(char **out, const char *message)
{
    size_t n = 0;
    const char *at = message;

    out[n++] = xf_strdup(message);
    while (strchr(message, '\n') && *at && n + 2 <= VARIANTS) {
        size_t len = strcspn(at, "\n");
        const char *next = at + len + (at[len] == '\n');

        out[n++] = xf_strndup(at, len);
        if (*next)
            out[n++] = xf_format("%.*s%.*s", (int)len, at,
                                 (int)strcspn(next, "\n"), next);
        at = next;
    }
    return n;
}

/* Literal bytes from which a text says something, and from which the beginning
 * of one does. */
enum { TELLING_LITERALS = 3, PREFIX_LITERALS = 12 };

static void grade_panic(struct search *s, const struct entry *e, char **texts,
                        size_t n)
{
    int best = -1;

    if (!e->format || is_foreign(e, s->log->arch))
        return;
    for (size_t i = 0; i < n; i++) {
        int score = xf_format_match(e->format, texts[i], s->event->cut);

        if (score > best)
            best = score;
    }
    /* What has text of its own must show some of it. */
    if (best > TELLING_LITERALS ||
        (best >= 0 && xf_format_literals(e->format) <= TELLING_LITERALS))
        take(s, e, best, XF_TRIAGE_TEXT);
}

/* A message that was quoted only as far as its first words, or that was
 * continued in another version. */
static void grade_prefix(struct search *s, const struct entry *e,
                         const char *text)
{
    int score;

    if (!e->format || is_foreign(e, s->log->arch))
        return;
    score = xf_format_begins(e->format, text);
    if (score >= PREFIX_LITERALS)
        take(s, e, 1000 + score, XF_TRIAGE_PREFIX);
}

/* A format whose values may be any text says it by all of its own words. */
enum { OWN_WORDS = 4 };

/* Share of words that a format's own text and a message have in common, in
 * percent: of all, or of the format's when that has enough. */
static int alike(const char *a, const char *b)
{
    struct xf_map words = XF_MAP_INIT;
    char *copy = xf_strdup(a), *at = copy, *word;
    size_t common = 0, in_b = 0;
    int percent;

    while ((word = strsep(&at, " \n\t,.:()[]'\"")))
        if (*word)
            xf_map_add(&words, word, NULL);
    free(copy);
    copy = at = xf_strdup(b);
    while ((word = strsep(&at, " \n\t,.:()[]'\"")))
        if (*word) {
            in_b++;
            common += xf_map_find(&words, word) != XF_MAP_NONE;
        }
    percent = words.len + in_b > common
                  ? (int)(100 * common / (words.len + in_b - common))
                  : 0;
    if (words.len >= OWN_WORDS && common >= words.len)
        percent = 99;
    xf_map_release(&words);
    free(copy);
    return percent;
}

enum { ALIKE = 60, ALIKE_LITERALS = 12 };

static void grade_similar(struct search *s, const struct entry *e,
                          const char *text)
{
    char *words;
    int percent;

    if (!e->format || is_foreign(e, s->log->arch) ||
        xf_format_literals(e->format) < ALIKE_LITERALS)
        return;
    words = xf_format_words(e->format);
    percent = alike(words, text);
    free(words);
    if (percent >= ALIKE)
        take(s, e, percent, XF_TRIAGE_SIMILAR);
}

/* ---- narrowing ---------------------------------------------------------- */

static bool not_foreign(const struct search *s, const struct entry *e)
{
    return !is_foreign(e, s->log->arch);
}

static bool not_macro(const struct search *s, const struct entry *e)
{
    (void)s;
    return !e->stop.in_macro;
}

static bool possible_arch(const struct search *s, const struct entry *e)
{
    return !*e->stop.site_id || has_arch(e, s->log->arch);
}

/* Keep those that hold, unless none does. */
static void narrow(struct search *s,
                   bool holds(const struct search *, const struct entry *))
{
    size_t n = 0;

    for (size_t i = 0; i < s->len; i++)
        n += holds(s, s->best[i]);
    if (!n || n == s->len)
        return;
    n = 0;
    for (size_t i = 0; i < s->len; i++)
        if (holds(s, s->best[i]))
            s->best[n++] = s->best[i];
    s->len = n;
}

static const struct search *sorting;

static long distance(const struct entry *e)
{
    return labs((long)e->stop.line - (long)sorting->event->line);
}

static int nearest_first(const void *a, const void *b)
{
    const struct entry *x = *(const struct entry *const *)a;
    const struct entry *y = *(const struct entry *const *)b;

    if (sorting->event->line && distance(x) != distance(y))
        return distance(x) < distance(y) ? -1 : 1;
    return x < y ? -1 : x > y;
}

/* One place can be several entries: a use in each of two builds, say. */
static void drop_repeated(struct search *s)
{
    size_t n = 0;

    for (size_t i = 0; i < s->len; i++) {
        bool seen = false;

        for (size_t j = 0; j < n && !seen; j++)
            seen = s->best[i]->stop.line == s->best[j]->stop.line &&
                   !strcmp(s->best[i]->stop.file, s->best[j]->stop.file);
        if (!seen)
            s->best[n++] = s->best[i];
    }
    s->len = n;
}

/* Only BUG and ASSERT stop where the program counter is; panic() is called. */
static enum xf_triage_doubt doubt_of(const struct search *s,
                                     const struct entry *e)
{
    const struct xf_crash_event *ev = s->event;
    bool known = *ev->symbol || ev->nframes;
    bool place = ev->form == XF_CRASH_BUG || ev->form == XF_CRASH_ASSERT;
    enum xf_crash_doubt host = xf_crash_doubt(s->log, ev);

    if (host)
        return XF_TRIAGE_OF_GUEST + (host - XF_CRASH_OF_GUEST);
    if (!place || was_running(s, e))
        return XF_TRIAGE_NO_DOUBT;
    if (s->has_file && !path_parts(s, e))
        return XF_TRIAGE_OTHER_FILE;
    if (known)
        return may_have_run(s, e) ? XF_TRIAGE_NO_DOUBT
                                  : XF_TRIAGE_OTHER_FUNCTION;
    return s->common_name ? XF_TRIAGE_COMMON_NAME : XF_TRIAGE_NO_DOUBT;
}

const char *xf_triage_doubt_text(enum xf_triage_doubt doubt)
{
    static const char *const texts[] = {
        "", "the log was in another function",
        "several files of this tree have the name that was printed",
        "the printed file is in this tree, and the text is in another",
        "the line is a guest's output, which stops no host",
        "its line has other text, too, and neither a register dump nor a "
        "reboot follows: something may only mention the stop",
        "the line has no (XEN) in front, as others of this log have, and "
        "neither a register dump nor a reboot follows: a guest may have "
        "printed it",
        "the host runs on behind this line, and neither a register dump nor a "
        "reboot follows: a guest may have printed it"};

    return texts[doubt];
}

static void hand_over(struct search *s, struct xf_triage_result *out)
{
    narrow(s, not_foreign);
    narrow(s, not_macro);
    if (*s->log->arch)
        narrow(s, possible_arch);
    sorting = s;
    if (s->len)
        qsort(s->best, s->len, sizeof(*s->best), nearest_first);
    drop_repeated(s);
    out->how = s->len ? s->how : XF_TRIAGE_NOTHING;
    out->doubt = s->len ? doubt_of(s, s->best[0]) : XF_TRIAGE_NO_DOUBT;
    out->stops = xf_calloc(s->len + 1, sizeof(*out->stops));
    for (size_t i = 0; i < s->len; i++)
        out->stops[i] = &s->best[i]->stop;
    out->len = s->len;
    out->literals = (int)s->grade;
    free(s->best);
}

bool xf_triage_is_certain(const struct xf_triage_result *result)
{
    return result->len == 1 && result->how <= XF_TRIAGE_TEXT &&
           result->doubt == XF_TRIAGE_NO_DOUBT;
}

bool xf_triage_is_found(const struct xf_triage_result *result)
{
    return result->len && result->how < XF_TRIAGE_SIMILAR &&
           result->doubt == XF_TRIAGE_NO_DOUBT;
}

/* The log has a bare file name, "smp.c", that several files of the tree have.
 */
static bool common_name(const struct xf_triage_index *index, const char *file)
{
    uint32_t n = strchr(file, '/') ? XF_MAP_NONE
                                   : xf_map_find(&index->bases, file);

    return n != XF_MAP_NONE && index->shared[n];
}

/* Whether an entry of the index is in the file that was printed. */
static bool has_file(const struct search *s)
{
    for (size_t i = 0; *s->event->file && i < s->index->len; i++)
        if (path_parts(s, &s->index->entries[i]))
            return true;
    return false;
}

static bool same_version(const struct xf_triage_index *index,
                         const struct xf_crash_log *log)
{
    return !*index->version || !*log->version ||
           !strcmp(index->version, log->version);
}

static bool in_list(const char *list, const char *item)
{
    size_t len = strlen(item);

    for (const char *p = list; len && (p = strstr(p, item)); p += len)
        if ((p == list || p[-1] == ',') && (!p[len] || p[len] == ','))
            return true;
    return false;
}

/* A trap's message that no format fits was worded differently once, but the
 * function where it ends is known. */
static void search_trap(struct search *s)
{
    s->len = 0;
    s->grade = -1;
    s->how = XF_TRIAGE_NOTHING;
    for (size_t i = 0; i < s->index->len; i++) {
        const struct entry *e = &s->index->entries[i];

        if (e->format && in_list(s->event->ends_in ? s->event->ends_in : "",
                                 e->stop.function))
            take(s, e, 1, XF_TRIAGE_FUNCTION);
    }
}

static bool has_words(const char *text)
{
    while (*text && !isalnum((unsigned char)*text))
        text++;
    return *text;
}

static void search_text(struct search *s)
{
    const struct xf_crash_event *ev = s->event;
    char *texts[VARIANTS];
    size_t n = variants(texts, ev->message);

    if (!has_words(ev->message)) {
        while (n)
            free(texts[--n]);
        return;
    }
    for (size_t i = 0; i < s->index->len; i++)
        grade_panic(s, &s->index->entries[i], texts, n);
    /* A format without any text of its own is a last resort, and a message
     * that was cut short or reworded is a better one. */
    if (s->grade <= TELLING_LITERALS && !ev->cut) {
        size_t had = s->len;
        long before = s->grade;

        s->grade = ALIKE - 1;
        for (size_t i = 0; i < s->index->len; i++) {
            grade_prefix(s, &s->index->entries[i], ev->message);
            grade_similar(s, &s->index->entries[i], ev->message);
        }
        if (s->grade < ALIKE) {
            s->len = had;
            s->grade = before;
        }
    }
    if (s->how == XF_TRIAGE_TEXT && s->grade <= TELLING_LITERALS)
        s->how = XF_TRIAGE_ANYTHING;
    if (ev->form == XF_CRASH_TRAP && s->how > XF_TRIAGE_TEXT)
        search_trap(s);
    for (size_t i = 0; i < n; i++)
        free(texts[i]);
}

void xf_triage(struct xf_triage_result *out,
               const struct xf_triage_index *index,
               const struct xf_crash_log *log, const struct xf_crash_event *e)
{
    struct search s = {.index = index,
                       .log = log,
                       .event = e,
                       .grade = -1,
                       .how = XF_TRIAGE_NOTHING,
                       .same_version = same_version(index, log),
                       .common_name = common_name(index, e->file)};
    char *printed = xf_predicate_normal(e->predicate);

    s.has_file = has_file(&s);
    switch (e->form) {
    case XF_CRASH_BUG:
        for (size_t i = 0; i < index->len; i++)
            grade_bug(&s, &index->entries[i]);
        break;
    case XF_CRASH_ASSERT:
        for (size_t i = 0; i < index->len; i++)
            grade_assert(&s, &index->entries[i], printed);
        break;
    case XF_CRASH_PANIC:
    case XF_CRASH_TRAP:
        search_text(&s);
        break;
    }
    free(printed);
    hand_over(&s, out);
}

void xf_triage_result_release(struct xf_triage_result *result)
{
    free(result->stops);
    *result = (struct xf_triage_result){0};
}
