/* SPDX-License-Identifier: GPL-2.0-only
 *
 * Where control goes in assembly, statement by statement: finds loops that
 * nothing leaves, trap instructions, and whether a function can be left at
 * all. Serves assembly files and the templates of inline assembly, on every
 * architecture that Xen runs on: a mnemonic that transfers control on one of
 * them does so here on all.
 */
#ifndef XF_FLOW_H
#define XF_FLOW_H

#include <stdbool.h>
#include <stddef.h>

#include "map.h"

enum xf_flow_event {
    XF_FLOW_NONE,
    XF_FLOW_LOOP, /* this branch closes a loop that nothing leaves */
    XF_FLOW_TRAP  /* this instruction traps, always */
};

/* The function being read. Zero is its start. */
struct xf_flow {
    struct xf_map labels;  /* all labels of the function */
    struct xf_map targets; /* local labels that it branches to, as written */
    /* Labels since the last instruction that may transfer control, with the
     * line of the first instruction behind each. */
    struct xf_flow_label {
        char *name;
        unsigned int line; /* 0: no instruction yet */
    } *open;
    size_t nopen, open_cap;
    bool leaves; /* some instruction may leave the function */
    bool ended;  /* control does not get behind the last instruction */
    unsigned int first; /* line where the loop or trap just reported begins */
};

/* A label stands here. A numeric one closes the forward branches to it. */
void xf_flow_label(struct xf_flow *flow, const char *name, size_t len);

/* One statement, mnemonic and operands, on that line. Directives are no
 * instructions. */
enum xf_flow_event xf_flow_statement(struct xf_flow *flow, const char *text,
                                     size_t len, unsigned int line);

/* Something unknown runs here, an assembler macro say: it may do as told. */
void xf_flow_unknown(struct xf_flow *flow, bool transfers, bool leaves);

/* The function ends here: whether control never gets out of it. */
bool xf_flow_stays(const struct xf_flow *flow);
void xf_flow_release(struct xf_flow *flow); /* makes it empty again */

/* Whether the statement is a jump or call, or may otherwise go elsewhere;
 * *leaves: it may leave the function. For the bodies of assembler macros. */
bool xf_flow_transfers(const char *text, size_t len, bool *leaves);

/* Loops and traps in the template of an asm statement; `tables` are strings
 * whose presence means that a trap is caught or reported. Calls `fn` with
 * "endless loop" or the trap's mnemonic. */
void xf_flow_template(const char *text, const char *const *tables,
                      void (*fn)(const char *what, void *payload),
                      void *payload);

#endif
