/* SPDX-License-Identifier: GPL-2.0-only
 *
 * One build's functions with their trees, graphs and callers, made when asked
 * for and kept until the end. Private to this folder.
 */
#ifndef XF_PROGRAM_H
#define XF_PROGRAM_H

#include <stdbool.h>
#include <stdint.h>

#include "cfg.h"
#include "map.h"
#include "pointers.h"
#include "source.h"
#include "store.h"
#include "tree.h"

struct function;

struct body {
    struct function *function;
    char *types, *text; /* until the tree is made */
    struct xf_tree *tree;
    const struct xf_node *root; /* NULL: not yet made, see program_body() */
    struct xf_cfg *cfg;
    struct xf_definitions *definitions;
    struct xf_pointers nodes; /* every node, the root first */
    const struct xf_node **parents; /* parallel */
    size_t parents_cap;
    const struct xf_node **calls, **asms; /* in order of the text */
    size_t ncalls, calls_cap, nasms, asms_cap;
};

struct call_edge {
    struct function *caller, *callee;
    bool indirect;
    int line;
};

struct function {
    int64_t id;
    const char *name, *file;
    int line;
    bool is_static, is_asm, is_init, stops;
    struct body *bodies;
    size_t nbodies;
    struct call_edge **callers, **callees;
    size_t ncallers, callers_cap, ncallees, callees_cap;
    const char *context; /* why control gets here when it is an entry, or "" */
};

struct variable {
    const char *name, *file, *section;
    bool is_static;
    char *types, *text;
    struct xf_tree *tree;
};

/* A place that writes a global or a member. */
struct writer {
    struct body *body;
    const struct xf_node *node; /* ASSIGN, CALL (address given), ASM, ... */
};

struct writers {
    struct writer *items;
    size_t len, cap;
};

struct program {
    struct xf_store *store;
    const char *root; /* hypervisor folder */
    int64_t build;
    unsigned int long_bits;
    struct function *functions;
    size_t nfunctions, functions_cap;
    struct xf_map strings; /* that functions point into */
    struct xf_map by_name; /* name \x1f home */
    uint32_t *by_name_function; /* index of a function with a body if any */
    size_t by_name_cap;
    struct call_edge *calls;
    size_t ncalls, calls_cap;
    struct variable *variables;
    size_t nvariables, variables_cap;
    struct xf_map variable_keys; /* name \x1f home */
    uint32_t *variable_index;
    size_t variable_index_cap;
    struct xf_map files;
    struct xf_source **sources; /* NULL: cannot be read */
    size_t sources_cap;
    struct xf_map parameters; /* keys of globals that the command line sets */
    struct xf_map written; /* "name\x1fhome" or "record.member" */
    struct writers *writers;
    size_t writers_cap;
};

/* 0, or -1 with xf_error(). */
int program_load(struct program *p, struct xf_store *store, const char *root,
                 int64_t build, const char *arch);
void program_release(struct program *p);

struct function *program_function(struct program *p, int64_t id);
/* What a FN means; NULL when it has no definition here. */
struct function *program_callee(struct program *p, const struct xf_node *fn);

/* With tree, graph, definitions and parents. -1 when the facts are damaged. */
int program_body(struct program *p, struct body *body);
const struct xf_node *program_parent(const struct body *body,
                                     const struct xf_node *node);

/* NULL when the file cannot be read. */
const struct xf_source *program_source(struct program *p, const char *file);

/* Whether a command line parameter sets the global with that key. */
bool program_is_parameter(struct program *p, const char *key);
/* Which records describe command line parameters; before the first question. */
int program_parameters(struct program *p, const char *record);

/* Writers of a global variable or of a member ("record.member"). */
const struct writers *program_writers(struct program *p, const char *key);
/* Key of what a VAR, MEMBER or ARROW names, for program_writers(). NULL for
 * locals. Caller frees. */
char *program_key(const struct xf_node *n);

#endif
