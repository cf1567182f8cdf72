/* SPDX-License-Identifier: GPL-2.0-only
 *
 * What must have been decided for control to be at a site. Private to this
 * folder.
 */
#ifndef XF_CONDITION_H
#define XF_CONDITION_H

#include "program.h"

enum role {
    ROLE_PREDICATE, /* of the site itself, or the decision that leads to it */
    ROLE_GUARD,     /* decided on the way */
    ROLE_CASE,      /* of a switch */
    ROLE_DEFAULT,
    ROLE_LOOP,      /* on some iteration of it */
    ROLE_LOOP_EXIT, /* after it */
    ROLE_ANY,       /* one of several ways */
    ROLE_CHECK,     /* an earlier check that stops did not */
    ROLE_CONSTANT,  /* constant of this build, as needed */
    ROLE_NEVER      /* constant of this build, the other way */
};

const char *role_name(enum role role);

struct literal {
    enum role role;
    char *text;
    bool polarity; /* the text holds, or does not */
    int line;
    uint32_t guard; /* block; XF_CFG_NONE for ROLE_ANY */
    const struct xf_node *node; /* the operand that decides; switches: the
                                   controlling expression */
    bool truth; /* `node` was not zero; differs from polarity when the text is
                   that of a macro with a negation in it */
    bool assembly; /* decided by assembly: the text is words, not C */
    bool words;    /* the text is words, not C */
    bool counts; /* loops: a for statement, whose end is nothing special */
    uint32_t *guards; /* ROLE_ANY: the decisions, any of which led here;
                         predicates: those of the parts */
    size_t nguards;
};

struct condition {
    struct literal *items;
    size_t len, cap;
    bool reachable; /* some way leads here, constants aside */
    bool live;      /* and constants do not exclude it */
};

struct site {
    int64_t id;
    const char *kind, *file, *function, *macro, *condition, *callee, *witness;
    int line, col, frame;
    size_t nth; /* among the sites of that kind of witness at that place */
    struct body *body;
    const struct xf_node *node; /* ASM or CALL, NULL: not found */
};

/* Finds site->node in the bodies of `function`; false when it is not there. */
bool condition_find(struct program *p, struct function *function,
                    struct site *site);
bool condition_find_in(struct program *p, struct body *body, struct site *site);

/* The literals in order, the predicate last. */
void condition_make(struct condition *out, struct program *p,
                    const struct site *site);
void condition_release(struct condition *condition);

/* "`a != 0`, after `b` held". Caller frees. */
char *condition_sentence(const struct condition *condition,
                         const struct site *site);
/* The predicates alone, "" when there is none. Caller frees. */
char *condition_predicate(const struct condition *condition);

/* The same for a call, which has no predicate; in words, "" when nothing was
 * decided. */
void condition_of_call(struct condition *out, struct program *p,
                       struct body *body, const struct xf_node *call);
char *condition_way(const struct condition *condition);

/* A decision as text: as written, but for parts of an expansion, which are not
 * written anywhere. Caller frees. */
char *condition_text_of(struct program *p, const struct body *body,
                        const struct xf_node *node);

/* Whether literal `i` makes the site fire; the first that does, or the number
 * of literals. */
bool condition_is_predicate(const struct condition *condition, size_t i);
size_t condition_first_predicate(const struct condition *condition);

/* The block that is reached when the decision of guard `g` goes the other
 * way. */
uint32_t condition_other(const struct xf_cfg *cfg, uint32_t guard);
/* Whether every way from `block` ends in a stop. */
bool condition_stops(const struct xf_cfg *cfg, uint32_t block);

#endif
