/* SPDX-License-Identifier: GPL-2.0-only
 *
 * Reads what Xen prints when it stops: a console log, or one quoted in a
 * commit message. The forms are data (data/xen/crashlog.json). Any bytes are
 * accepted: escape sequences and NULs are dropped, the prefix of the
 * hypervisor and time stamps cut off, several messages glued into one line
 * taken apart, lines folded by a mailer joined. Memory is bounded whatever is
 * fed: of a line the first XF_CRASH_LINE bytes count, of the stops the first
 * XF_CRASH_EVENTS.
 */
#ifndef XF_CRASH_H
#define XF_CRASH_H

#include <stdbool.h>
#include <stddef.h>

enum { XF_CRASH_LINE = 4096, XF_CRASH_EVENTS = 64, XF_CRASH_FRAMES = 64 };

enum xf_crash_form {
    XF_CRASH_PANIC,
    XF_CRASH_BUG,
    XF_CRASH_ASSERT,
    XF_CRASH_TRAP, /* a panic that reports an exception of Xen's own code */
};

/* Who printed a line; a stop of a lower rank counts only when there is none of
 * a higher one. */
enum xf_crash_rank {
    XF_CRASH_GUEST, /* marked as a guest's output: a nested Xen, perhaps */
    XF_CRASH_PLAIN, /* no prefix: Xen before its console, or a guest */
    XF_CRASH_XEN,
};

struct xf_crash_event {
    enum xf_crash_form form;
    enum xf_crash_rank rank;
    char *message;   /* as printed, '\n' between lines; without prefixes */
    char *predicate; /* of an assertion, else "" */
    char *file;      /* as printed, else "" */
    unsigned int line;
    int cpu;         /* -1: not printed */
    const char *ends_in; /* functions where such a trap ends, comma list; owned
                            by the grammar */
    char *symbol;    /* function at the program counter, else "" */
    char **frames;   /* functions of the call trace, innermost first */
    size_t nframes;
    size_t at;       /* line of the log, from 1 */
    unsigned int boot; /* from 0; a log may hold several */
    bool cut;        /* the log ends inside the message */
    bool inside;     /* other text stands in its line, too */
    bool confirmed;  /* a panic's end, a register dump or a reboot follows */
    size_t after;    /* ordinary lines of the hypervisor that follow in its
                        boot */
};

/* Why it is uncertain that a message is the host's own stop. */
enum xf_crash_doubt {
    XF_CRASH_NO_DOUBT,
    XF_CRASH_OF_GUEST, /* marked as a guest's output */
    XF_CRASH_INSIDE,   /* of a line that says something else, unconfirmed */
    XF_CRASH_UNMARKED, /* without the prefix that other lines have, the same */
    XF_CRASH_GOES_ON,  /* the host runs on behind it, the same */
};

struct xf_crash_log {
    struct xf_crash_event *events; /* those of the highest rank, in order */
    size_t nevents;
    size_t dropped; /* stops beyond XF_CRASH_EVENTS */
    char *version, *arch, *changeset, *build_id; /* of the last boot; "" */
    int debug;      /* of the build: -1 unknown */
    char *orderly;  /* message of an orderly shutdown in the last boot, or "" */
    size_t faults;  /* fault reports in the last boot */
    bool in_dump;   /* the log ends inside a register dump without a cause */
    char *dump_symbol; /* function at its program counter, or "" */
    bool has_prefix; /* some lines are marked as the hypervisor's */
    size_t bytes, printable;
    size_t longest; /* bytes of a line that was cut, the longest; or 0 */
    size_t lines;
    unsigned int boots;
    char *last;     /* last line that is not blank, or "" */
};

struct xf_crash_grammar; /* data/xen/crashlog.json */
struct xf_crash_reader;

/* NULL with xf_error() when the file is missing or wrong. */
struct xf_crash_grammar *xf_crash_grammar_load(const char *data);
void xf_crash_grammar_free(struct xf_crash_grammar *grammar);

struct xf_crash_reader *xf_crash_begin(const struct xf_crash_grammar *grammar);
void xf_crash_feed(struct xf_crash_reader *reader, const char *data,
                   size_t len);
/* Hands over what was found and frees the reader. */
void xf_crash_end(struct xf_crash_reader *reader, struct xf_crash_log *out);
void xf_crash_log_release(struct xf_crash_log *log);

enum xf_crash_doubt xf_crash_doubt(const struct xf_crash_log *log,
                                   const struct xf_crash_event *e);

/* Name of a form in outputs: "panic", "bug", "assert", "trap". */
const char *xf_crash_form_name(enum xf_crash_form form);

/* The plain function name of a symbol as Xen prints it: no "file.c#", no
 * "+0x1/0x2", no suffix that the compiler added. Caller frees. */
char *xf_crash_symbol(const char *printed);

#endif
