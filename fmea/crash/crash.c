/* SPDX-License-Identifier: GPL-2.0-only
 *
 * Bytes become lines (feed), a line becomes pieces by who printed it (pieces),
 * and each kind of printer has a small state machine (machine_line) that makes
 * events of its pieces. Interleaved CPUs therefore disturb less: what a panic
 * says is collected until its end, and the register dump is attached to the
 * last stop that has none.
 */
#include "crash.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "buf.h"
#include "internal.h"

enum {
    JOIN_LINES = 3,    /* pieces that one folded message may have */
    MESSAGE_LINES = 8, /* and a panic's text */
    NEAR = 12,         /* lines between a stop and its register dump */
    RUNS_ON = 3,       /* lines behind a stop that did not stop the host */
    RANKS = XF_CRASH_XEN + 1
};

/* What one kind of printer has said so far. */
struct machine {
    enum xf_crash_rank rank;
    struct xf_crash_event *events;
    size_t nevents, cap, dropped;
    struct xf_crash_event loose; /* dump that belongs to no stop yet */
    ssize_t target;              /* event that the dump belongs to, or -1 */
    bool ignore_dump;            /* of a warning, a guest, or asked for */
    size_t ignore_from;          /* line that says so of a guest's, or 0 */
    bool in_dump;
    struct xf_buf joined; /* start of an assertion that is folded */
    unsigned int joins;
    bool collecting; /* a panic's text */
    bool ended;      /* its end was seen */
    struct xf_crash_event panic;
    struct xf_buf text;
    unsigned int text_lines;
};

struct xf_crash_reader {
    const struct xf_crash_grammar *grammar;
    char line[XF_CRASH_LINE];
    size_t len;
    bool after_return;
    size_t whole;    /* bytes of the line, with those that are cut off */
    enum { PLAIN, ESCAPE, CONTROL, COMMAND } escape;
    struct machine machines[RANKS];
    enum xf_crash_rank last_rank; /* printer of the last line, */
    bool last_known;              /* and whether a form fits it */
    struct xf_crash_log log;
};

char *xf_crash_symbol(const char *printed)
{
    const char *hash = strrchr(printed, '#');
    const char *start = hash ? hash + 1 : printed;

    /* An address without a symbol. */
    if (!printed[strspn(printed, "0123456789abcdefx")])
        return xf_strdup("");
    return xf_strndup(start, strcspn(start, "+/. \t"));
}

/* ---- events ------------------------------------------------------------- */

static void event_release(struct xf_crash_event *e)
{
    free(e->message);
    free(e->predicate);
    free(e->file);
    free(e->symbol);
    for (size_t i = 0; i < e->nframes; i++)
        free(e->frames[i]);
    free(e->frames);
    *e = (struct xf_crash_event){0};
}

static void replace(char **slot, char *text)
{
    free(*slot);
    *slot = text;
}

static bool has_dump(const struct xf_crash_event *e)
{
    return (e->symbol && *e->symbol) || e->nframes;
}

static void move_dump(struct xf_crash_event *to, struct xf_crash_event *from)
{
    if (has_dump(to) || !has_dump(from))
        return;
    replace(&to->symbol, from->symbol ? from->symbol : xf_strdup(""));
    free(to->frames);
    to->frames = from->frames;
    to->nframes = from->nframes;
    from->symbol = NULL;
    from->frames = NULL;
    from->nframes = 0;
}

/* Takes `e` over. */
static void add_event(struct xf_crash_reader *r, struct machine *m,
                      struct xf_crash_event *e)
{
    if (m->nevents == XF_CRASH_EVENTS) {
        m->dropped++;
        event_release(e);
        return;
    }
    e->rank = m->rank;
    e->boot = r->log.boots;
    if (!e->symbol)
        e->symbol = xf_strdup("");
    if (!e->predicate)
        e->predicate = xf_strdup("");
    if (!e->file)
        e->file = xf_strdup("");
    XF_GROW(m->events, m->nevents, m->cap);
    m->events[m->nevents++] = *e;
    *e = (struct xf_crash_event){0};
}

static struct xf_crash_event *last_event(struct machine *m,
                                         const struct xf_crash_reader *r)
{
    struct xf_crash_event *e = m->nevents ? &m->events[m->nevents - 1] : NULL;

    return e && e->boot == r->log.boots ? e : NULL;
}

static enum xf_crash_form form_of(enum what what)
{
    return what == WHAT_ASSERT ? XF_CRASH_ASSERT
           : what == WHAT_BUG  ? XF_CRASH_BUG
           : what == WHAT_TRAP ? XF_CRASH_TRAP
                               : XF_CRASH_PANIC;
}

/* Whether the line says more than the message: it may only mention it. */
static bool is_mention(const struct match *match)
{
    const char *rest = match->line + match->at[0].rm_eo;

    return match->at[0].rm_so > 0 ||
           (*rest == ' ' && isalpha((unsigned char)rest[1]));
}

static void event_from(struct xf_crash_event *e, const struct match *match,
                       size_t at)
{
    char *line = crash_group(match, GROUP_LINE);

    *e = (struct xf_crash_event){.form = form_of(match->form->what),
                                 .cpu = -1,
                                 .at = at,
                                 .inside = is_mention(match),
                                 .ends_in = match->form->functions};
    e->predicate = crash_group(match, GROUP_PREDICATE);
    e->file = crash_group(match, GROUP_FILE);
    e->line = (unsigned int)strtoul(line, NULL, 10);
    e->message = xf_strndup(match->line + match->at[0].rm_so,
                            (size_t)(match->at[0].rm_eo - match->at[0].rm_so));
    free(line);
}

/* Whether a panic only repeats what an event of this boot said already. */
static struct xf_crash_event *repeated(struct machine *m,
                                       const struct xf_crash_reader *r,
                                       const struct xf_crash_event *e)
{
    for (size_t i = m->nevents; i-- > 0;) {
        struct xf_crash_event *old = &m->events[i];

        if (old->boot != r->log.boots)
            break;
        if (old->form == e->form && old->line == e->line &&
            !strcmp(old->file, e->file ? e->file : "") &&
            (*old->file ||
             !strncmp(old->message, e->message, strcspn(old->message, "\n"))))
            return old;
    }
    return NULL;
}

/* ---- a panic's text ----------------------------------------------------- */

/* "text****" and "textReboot in five seconds..." are glued. */
static void cut_glue(struct xf_buf *text)
{
    static const char *const marks[] = {"********", "Reboot in ",
                                        "Manual reset required"};

    for (size_t i = 0; i < sizeof(marks) / sizeof(*marks); i++) {
        char *at = text->len ? strstr(text->data, marks[i]) : NULL;

        if (at) {
            *at = '\0';
            text->len = (size_t)(at - text->data);
        }
    }
    while (text->len && isspace((unsigned char)text->data[text->len - 1]))
        text->data[--text->len] = '\0';
}

static void panic_ends(struct xf_crash_reader *r, struct machine *m, bool cut)
{
    struct xf_crash_event e = m->panic, *old;
    struct match match;
    size_t at = e.at;
    int cpu = e.cpu;
    bool inside = e.inside, ended = m->ended;

    m->collecting = m->ended = false;
    m->panic = (struct xf_crash_event){0};
    cut_glue(&m->text);
    crash_match(&match, r->grammar, m->text.len ? m->text.data : "");
    if (match.form &&
        (match.form->what <= WHAT_BUG || match.form->what == WHAT_TRAP))
        event_from(&e, &match, at);
    e.cpu = cpu;
    e.inside = inside;
    e.confirmed = ended;
    replace(&e.message, xf_strdup(m->text.len ? m->text.data : ""));
    e.cut = cut && e.form == XF_CRASH_PANIC;
    old = repeated(m, r, &e);
    if (old) {
        old->cpu = cpu;
        old->inside = old->inside && inside;
        old->confirmed = old->confirmed || ended;
        if (strlen(e.message) > strlen(old->message))
            replace(&old->message, xf_strdup(e.message));
        move_dump(old, &m->loose);
        event_release(&e);
    } else {
        move_dump(&e, &m->loose);
        add_event(r, m, &e);
    }
    event_release(&m->loose);
    m->target = -1;
    m->in_dump = false;
    xf_buf_clear(&m->text);
    m->text_lines = 0;
}

static void panic_text(struct machine *m, const char *line)
{
    if (!m->text.len && !*line)
        return;
    if (m->text.len)
        xf_buf_addch(&m->text, '\n');
    xf_buf_adds(&m->text, line);
    m->text_lines++;
}

/* Whether the line belongs to the text of the panic that is collected. */
static bool collect(struct xf_crash_reader *r, struct machine *m,
                    const char *line, enum what what)
{
    bool first = !m->text_lines;

    if (what == WHAT_PANIC || what == WHAT_END || what == WHAT_BANNER ||
        what == WHAT_VERSION || m->text_lines >= MESSAGE_LINES ||
        (!*line && !first)) {
        /* The stars above the header do not end anything. */
        if (what == WHAT_END && first && *line == '*')
            return true;
        m->ended |= what == WHAT_END;
        panic_ends(r, m, false);
        return what == WHAT_END || !*line;
    }
    if (!first && what < WHAT_TRAP && what != WHAT_WARN) {
        panic_ends(r, m, false);
        return false;
    }
    if (what == WHAT_PC || what == WHAT_TRACE || what == WHAT_FRAME)
        return false;
    panic_text(m, line);
    m->ended |= strstr(line, "********") || strstr(line, "Reboot in ");
    if (strstr(line, "********"))
        panic_ends(r, m, false);
    return true;
}

/* ---- lines of one printer ----------------------------------------------- */

/* The stop has no register dump yet and is not long ago. */
static bool is_near(const struct xf_crash_reader *r,
                    const struct xf_crash_event *e)
{
    return e && !has_dump(e) && r->log.lines - e->at <= NEAR;
}

static void dump_begins(struct xf_crash_reader *r, struct machine *m)
{
    m->target = -1;
    if (m->ignore_from && r->log.lines - m->ignore_from > NEAR)
        m->ignore_dump = false;
    m->ignore_from = 0;
    m->in_dump = !m->ignore_dump;
    if (is_near(r, last_event(m, r))) {
        m->target = (ssize_t)m->nevents - 1;
        m->events[m->target].confirmed |= m->in_dump;
    }
    event_release(&m->loose);
}

static struct xf_crash_event *dump_of(struct machine *m)
{
    if (m->target >= 0 && (size_t)m->target < m->nevents)
        return &m->events[m->target];
    return &m->loose;
}

static void add_frame(struct xf_crash_event *e, char *name)
{
    if (!*name || e->nframes >= XF_CRASH_FRAMES ||
        (e->nframes && !strcmp(e->frames[e->nframes - 1], name))) {
        free(name);
        return;
    }
    e->frames = xf_realloc(e->frames, (e->nframes + 1) * sizeof(*e->frames));
    e->frames[e->nframes++] = name;
}

/* The dump that has begun, or that is about to, shows a guest's registers. */
static void dump_of_guest(struct xf_crash_reader *r, struct machine *m)
{
    struct xf_crash_event *e = dump_of(m);

    /* Its trace would have come later. */
    if (!e->nframes)
        replace(&e->symbol, xf_strdup(""));
    event_release(&m->loose);
    m->target = -1;
    m->in_dump = false;
    m->ignore_dump = true;
    m->ignore_from = r->log.lines;
}

static void dump_line(struct xf_crash_reader *r, struct machine *m,
                      const struct match *match)
{
    struct xf_crash_event *e;
    char *printed, *symbol;

    /* The head of the dump may be missing in a quoted log. */
    if (m->target < 0 && !m->in_dump && !has_dump(&m->loose) &&
        is_near(r, last_event(m, r)))
        m->target = (ssize_t)m->nevents - 1;
    e = dump_of(m);

    if (match->form->what == WHAT_TRACE)
        m->ignore_dump = m->ignore_dump && !m->in_dump;
    if (m->ignore_dump || match->form->what == WHAT_TRACE)
        return;
    printed = crash_group(match, GROUP_SYMBOL);
    symbol = xf_crash_symbol(printed);
    free(printed);
    if (match->form->what == WHAT_FRAME)
        add_frame(e, symbol);
    else if (!e->symbol || !*e->symbol)
        replace(&e->symbol, symbol);
    else
        free(symbol);
}

static void stop_line(struct xf_crash_reader *r, struct machine *m,
                      const struct match *match)
{
    struct xf_crash_event e;
    struct xf_crash_event *old;

    event_from(&e, match, r->log.lines);
    if (match->form->what == WHAT_TRAP)
        replace(&e.message, crash_group(match, GROUP_MESSAGE));
    old = repeated(m, r, &e);
    if (old && old == last_event(m, r) && !has_dump(old)) {
        old->inside = old->inside && e.inside;
        event_release(&e);
        return;
    }
    /* An x86 trap is reported behind its register dump. */
    move_dump(&e, &m->loose);
    m->ignore_dump = false;
    add_event(r, m, &e);
}

static void set_once(char **slot, char *text)
{
    if (*text)
        replace(slot, text);
    else
        free(text);
}

static void learn(struct xf_crash_reader *r, const struct match *match)
{
    struct xf_crash_log *log = &r->log;
    char *debug = crash_group(match, GROUP_DEBUG);
    const char *flag = strstr(match->line, "debug=");

    set_once(&log->version, crash_group(match, GROUP_VERSION));
    set_once(&log->arch, crash_group(match, GROUP_ARCH));
    if (match->form->what == WHAT_CHANGESET)
        set_once(&log->changeset, crash_group(match, GROUP_MESSAGE));
    if (match->form->what == WHAT_BUILD_ID)
        set_once(&log->build_id, crash_group(match, GROUP_MESSAGE));
    if (flag)
        log->debug = flag[6] == 'y';
    free(debug);
}

/* A new boot: what an earlier one was doing is over. */
static void boot_begins(struct xf_crash_reader *r, struct machine *m)
{
    bool anything = m->nevents || r->log.version || *r->log.orderly;

    if (anything)
        r->log.boots++;
    replace(&r->log.orderly, xf_strdup(""));
    r->log.faults = 0;
    m->in_dump = false;
    m->ignore_dump = false;
    m->target = -1;
    event_release(&m->loose);
}

static void panic_begins(struct xf_crash_reader *r, struct machine *m,
                         const struct match *match)
{
    char *cpu = crash_group(match, GROUP_CPU);
    char *rest = crash_group(match, GROUP_MESSAGE);

    event_release(&m->panic);
    m->panic = (struct xf_crash_event){
        .form = XF_CRASH_PANIC,
        .cpu = atoi(cpu),
        .at = r->log.lines,
        .inside = match->at[0].rm_so > 0};
    m->collecting = true;
    panic_text(m, rest);
    free(cpu);
    free(rest);
}

static void known_line(struct xf_crash_reader *r, struct machine *m,
                       const struct match *match)
{
    switch (match->form->what) {
    case WHAT_ASSERT:
    case WHAT_BUG:
    case WHAT_TRAP:
        stop_line(r, m, match);
        break;
    case WHAT_PANIC:
        panic_begins(r, m, match);
        break;
    case WHAT_WARN:
    case WHAT_KEY:
        m->ignore_dump = true;
        m->ignore_from = 0;
        break;
    case WHAT_GUEST_DUMP:
        dump_of_guest(r, m);
        break;
    case WHAT_BANNER:
        learn(r, match);
        dump_begins(r, m);
        break;
    case WHAT_PC:
    case WHAT_TRACE:
    case WHAT_FRAME:
        dump_line(r, m, match);
        break;
    case WHAT_FAULT:
        r->log.faults++;
        break;
    case WHAT_ORDERLY:
        replace(&r->log.orderly, xf_strdup(match->line));
        break;
    case WHAT_VERSION:
        boot_begins(r, m);
        learn(r, match);
        break;
    case WHAT_CHANGESET:
    case WHAT_BUILD_ID:
        learn(r, match);
        break;
    case WHAT_END:
    case WHAT_NONE:
        break;
    }
}

/* An assertion whose text a terminal or a mailer folded. */
static bool opens_assertion(const struct xf_crash_grammar *g, const char *line)
{
    for (size_t i = 0; i < g->nforms; i++)
        if (g->forms[i].what == WHAT_ASSERT && strstr(line, g->forms[i].has))
            return true;
    return false;
}

/* Add a line to an assertion whose end was missing; true when that ends it. A
 * terminal folds inside of words, a mailer between them. */
static bool join(struct xf_crash_reader *r, struct machine *m, const char *line)
{
    struct match match;
    size_t len = m->joined.len;

    for (const char *gap = ""; gap; gap = *gap ? NULL : " ") {
        m->joined.len = len;
        m->joined.data[len] = '\0';
        xf_buf_addf(&m->joined, "%s%s", gap, line);
        crash_match(&match, r->grammar, m->joined.data);
        if (!match.form || match.form->what != WHAT_ASSERT)
            continue;
        m->joins = 0;
        if (!m->collecting || !collect(r, m, m->joined.data, WHAT_ASSERT))
            known_line(r, m, &match);
        return true;
    }
    if (m->joins++ >= JOIN_LINES || m->joined.len > XF_CRASH_LINE)
        m->joins = 0;
    return false;
}

/* Learn from a line whether the stops in front of it stopped the host. */
static void weigh(struct xf_crash_reader *r, const struct machine *by,
                  const struct match *match)
{
    bool ends = match->form && match->form->what == WHAT_END &&
                *match->line != '*';

    for (size_t i = 0; i < RANKS; i++) {
        struct xf_crash_event *e = last_event(&r->machines[i], r);

        if (!e || e->at == r->log.lines || r->machines[i].collecting)
            continue;
        if (ends && by->rank >= e->rank)
            e->confirmed = true;
        else if (!match->form && by->rank == XF_CRASH_XEN && *match->line)
            e->after++;
    }
}

static void machine_line(struct xf_crash_reader *r, struct machine *m,
                         const char *line)
{
    struct match match;

    if (m->joins && *line && join(r, m, line))
        return;
    crash_match(&match, r->grammar, line);
    if (*line) {
        r->last_rank = m->rank;
        r->last_known = match.form;
    }
    if (match.form && match.form->arch_is[0] &&
        (!r->log.arch || strncmp(r->log.arch, match.form->arch_is, 3)))
        replace(&r->log.arch, xf_strdup(match.form->arch_is));
    if (!match.form && opens_assertion(r->grammar, line)) {
        xf_buf_clear(&m->joined);
        xf_buf_adds(&m->joined, line);
        m->joins = 1;
        return;
    }
    if (m->collecting &&
        collect(r, m, line, match.form ? match.form->what : WHAT_NONE))
        return;
    weigh(r, m, &match);
    if (match.form)
        known_line(r, m, &match);
}

/* ---- pieces of a line --------------------------------------------------- */

/* "[2024-01-01 12:00:00.123] " and "[   12.345678] ", any number of them. */
static const char *skip_stamps(const char *text)
{
    for (;;) {
        const char *at = text + strspn(text, " \t");
        size_t len;

        if (*at != '[')
            return text;
        len = strspn(at + 1, "0123456789 .:-+TZ");
        if (!len || at[1 + len] != ']')
            return text;
        text = at + len + 2;
    }
}

static void hint_architecture(struct xf_crash_reader *r, const char *text)
{
    const struct xf_crash_grammar *g = r->grammar;

    if (r->log.arch && strcmp(r->log.arch, "arm"))
        return;
    for (size_t i = 0; i < g->nhints; i++)
        if (strstr(text, g->hints[i].has)) {
            replace(&r->log.arch, xf_strdup(g->hints[i].arch));
            return;
        }
}

/* A line without the prefix may be the rest of a message that a terminal
 * folded; then it means nothing alone. */
static void folded(struct xf_crash_reader *r, const char *text)
{
    struct machine *m = &r->machines[XF_CRASH_XEN];

    /* A mailer quotes, too. */
    text += strspn(text, " \t>");
    if (!*text)
        return;
    if (m->joins)
        join(r, m, text);
    else if (m->collecting && m->text_lines && m->text_lines < MESSAGE_LINES)
        panic_text(m, text);
}

/* Whether the text is marked as a guest's output. */
static bool is_guests(const struct xf_crash_reader *r, const char *text)
{
    text = skip_stamps(text);
    return r->grammar->has_guest &&
           !regexec(&r->grammar->guest, text + strspn(text, " \t"), 0, NULL,
                    0);
}

static void piece(struct xf_crash_reader *r, enum xf_crash_rank rank,
                  char *text)
{
    size_t len;

    text = (char *)skip_stamps(text);
    if (*text == ' ' && rank == XF_CRASH_XEN)
        text++;
    if (rank != XF_CRASH_XEN)
        text += strspn(text, " \t");
    len = strlen(text);
    while (len && isspace((unsigned char)text[len - 1]))
        text[--len] = '\0';
    if (is_guests(r, text))
        rank = XF_CRASH_GUEST;
    if (len && rank != XF_CRASH_GUEST)
        replace(&r->log.last, xf_strdup(text));
    if (rank != XF_CRASH_GUEST)
        hint_architecture(r, text);
    machine_line(r, &r->machines[rank], text);
}

static void pieces(struct xf_crash_reader *r)
{
    const char *prefix = r->grammar->prefix;
    enum xf_crash_rank rank = XF_CRASH_XEN;
    char *at = r->line, *next;

    r->line[r->len] = '\0';
    next = strstr(at, prefix);
    r->len = 0;
    if (!next) {
        folded(r, at);
        piece(r, XF_CRASH_PLAIN, at);
        return;
    }
    *next = '\0';
    r->log.has_prefix = true;
    if (is_guests(r, at))
        rank = XF_CRASH_GUEST;
    else if (at[strspn(at, " \t>|")])
        piece(r, XF_CRASH_PLAIN, at);
    while (next) {
        at = next + strlen(prefix);
        next = strstr(at, prefix);
        if (next)
            *next = '\0';
        at += *at == ' ';
        /* "(XEN) (d1) (XEN) text" is a guest's to the end of the line. */
        if (is_guests(r, at))
            rank = XF_CRASH_GUEST;
        piece(r, rank, at);
    }
}

/* ---- bytes -------------------------------------------------------------- */

/* Whether `ch` belongs to an escape sequence (ECMA-48). */
static bool escaped(struct xf_crash_reader *r, unsigned char ch)
{
    switch (r->escape) {
    case PLAIN:
        if (ch != 0x1b)
            return false;
        r->escape = ESCAPE;
        break;
    case ESCAPE:
        r->escape = ch == '['                  ? CONTROL
                    : ch == ']'                ? COMMAND
                    : strchr("()#%", ch) && ch ? ESCAPE
                                               : PLAIN;
        break;
    case CONTROL:
        if (ch >= 0x40 && ch <= 0x7e)
            r->escape = PLAIN;
        break;
    case COMMAND:
        if (ch == 7)
            r->escape = PLAIN;
        else if (ch == 0x1b)
            r->escape = ESCAPE;
        break;
    }
    return true;
}

static void line_ends(struct xf_crash_reader *r)
{
    if (r->whole >= XF_CRASH_LINE && r->whole > r->log.longest)
        r->log.longest = r->whole;
    r->whole = 0;
}

void xf_crash_feed(struct xf_crash_reader *r, const char *data, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        unsigned char ch = (unsigned char)data[i];

        r->log.bytes++;
        r->log.printable += (ch >= ' ' && ch < 0x7f) || ch == 0x1b ||
                            (ch >= '\t' && ch <= '\r');
        if (ch == '\n' || ch == '\r') {
            r->escape = PLAIN;
            line_ends(r);
            if (r->len || (ch == '\n' && !r->after_return))
                pieces(r);
            r->log.lines += ch == '\n';
            r->after_return = ch == '\r';
            continue;
        }
        r->after_return = false;
        if (escaped(r, ch) || (ch < ' ' && ch != '\t') || ch == 0x7f)
            continue;
        r->whole++;
        if (r->len < XF_CRASH_LINE - 1)
            r->line[r->len++] = (char)ch;
    }
}

/* ---- begin and end ------------------------------------------------------ */

struct xf_crash_reader *xf_crash_begin(const struct xf_crash_grammar *grammar)
{
    struct xf_crash_reader *r = xf_calloc(1, sizeof(*r));

    r->grammar = grammar;
    r->log.debug = -1;
    r->log.lines = 1;
    r->log.orderly = xf_strdup("");
    for (size_t i = 0; i < RANKS; i++) {
        r->machines[i].rank = (enum xf_crash_rank)i;
        r->machines[i].target = -1;
    }
    return r;
}

/* The log ends inside "Assertion 'x &&" or "Xen BUG at common/pa". */
static void cut_message(struct xf_crash_reader *r, struct machine *m)
{
    struct xf_crash_event e = {.cpu = -1, .at = r->log.lines, .cut = true};
    const char *quote, *bug;

    if (m->joins == 1 && (quote = strchr(m->joined.data, '\''))) {
        e.form = XF_CRASH_ASSERT;
        e.message = xf_strdup(m->joined.data);
        e.predicate = xf_strdup(quote + 1);
        add_event(r, m, &e);
        return;
    }
    bug = r->log.last && m->rank == r->last_rank && !r->last_known
              ? strstr(r->log.last, "Xen BUG at ")
              : NULL;
    if (bug) {
        e.form = XF_CRASH_BUG;
        e.message = xf_strdup(bug);
        e.file = xf_strdup(bug + strlen("Xen BUG at "));
        e.file[strcspn(e.file, ":")] = '\0';
        add_event(r, m, &e);
    }
}

static void machine_ends(struct xf_crash_reader *r, struct machine *m)
{
    if (m->collecting)
        panic_ends(r, m, true);
    cut_message(r, m);
}

static void machine_release(struct machine *m)
{
    for (size_t i = 0; i < m->nevents; i++)
        event_release(&m->events[i]);
    free(m->events);
    event_release(&m->loose);
    event_release(&m->panic);
    xf_buf_release(&m->joined);
    xf_buf_release(&m->text);
}

static char *text_or_empty(char *text)
{
    return text ? text : xf_strdup("");
}

void xf_crash_end(struct xf_crash_reader *r, struct xf_crash_log *out)
{
    bool taken = false;

    line_ends(r);
    if (r->len)
        pieces(r);
    else
        r->log.lines--;
    for (size_t i = RANKS; i-- > 0;) {
        struct machine *m = &r->machines[i];

        machine_ends(r, m);
        if (m->in_dump && m->target < 0 && !m->nevents &&
            m->rank >= (r->log.has_prefix ? XF_CRASH_XEN : XF_CRASH_PLAIN)) {
            r->log.in_dump = true;
            if (!r->log.dump_symbol && m->loose.symbol)
                r->log.dump_symbol = xf_strdup(m->loose.symbol);
        }
        if (m->nevents && !taken) {
            taken = true;
            r->log.events = m->events;
            r->log.nevents = m->nevents;
            r->log.dropped = m->dropped;
            m->events = NULL;
            m->nevents = 0;
        }
        machine_release(m);
    }
    *out = r->log;
    out->version = text_or_empty(out->version);
    out->arch = text_or_empty(out->arch);
    out->changeset = text_or_empty(out->changeset);
    out->build_id = text_or_empty(out->build_id);
    out->dump_symbol = text_or_empty(out->dump_symbol);
    out->last = text_or_empty(out->last);
    out->boots++;
    free(r);
}

void xf_crash_log_release(struct xf_crash_log *log)
{
    for (size_t i = 0; i < log->nevents; i++)
        event_release(&log->events[i]);
    free(log->events);
    free(log->version);
    free(log->arch);
    free(log->changeset);
    free(log->build_id);
    free(log->orderly);
    free(log->dump_symbol);
    free(log->last);
    *log = (struct xf_crash_log){0};
}

enum xf_crash_doubt xf_crash_doubt(const struct xf_crash_log *log,
                                   const struct xf_crash_event *e)
{
    if (e->rank == XF_CRASH_GUEST)
        return XF_CRASH_OF_GUEST;
    if (e->confirmed || has_dump(e))
        return XF_CRASH_NO_DOUBT;
    if (e->inside)
        return XF_CRASH_INSIDE;
    if (e->rank == XF_CRASH_PLAIN && log->has_prefix)
        return XF_CRASH_UNMARKED;
    return e->after >= RUNS_ON ? XF_CRASH_GOES_ON : XF_CRASH_NO_DOUBT;
}

const char *xf_crash_form_name(enum xf_crash_form form)
{
    static const char *const names[] = {"panic", "bug", "assert", "trap"};

    return names[form];
}
