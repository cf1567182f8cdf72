/* SPDX-License-Identifier: GPL-2.0-only
 *
 * Trees to constraints. Private to the graph stage.
 */
#ifndef XF_COLLECT_H
#define XF_COLLECT_H

#include "map.h"
#include "solve.h"
#include "tree.h"

struct xf_program_function {
    int64_t id;        /* in the database; 0: not there yet */
    char *name, *file; /* file "" when undefined */
    char *type;        /* of its definition, "" unknown; owned */
    bool has_body, taken, is_static;
    xf_ptr_node *params; /* XF_PTR_NONE until asked for */
    size_t nparams;
    xf_ptr_node result;
};

/* A call through a pointer, or of an operand of inline assembly. */
struct xf_pointer_call {
    uint32_t caller;     /* function index */
    uint32_t where;      /* the function that the line is in */
    xf_ptr_node pointer; /* XF_PTR_NONE: nothing can be said of it */
    xf_ptr_node *args;   /* XF_PTR_NONE where no function can be */
    bool *callable;      /* parallel: passed as a pointer to a function */
    size_t nargs;
    xf_ptr_node result;  /* XF_PTR_NONE: none of interest */
    bool is_asm; /* made by inline assembly */
    bool escape; /* not a call in the source: the pointer is given to `caller`,
                    whose body is not known, so that it may call it */
    char *type, *text;   /* of the pointer; "" for escapes */
    char *member;        /* "record.member" when it is one of a union, else "" */
    uint32_t line;
    uint32_t *callees;   /* function indices, found by the solver */
    size_t ncallees, callees_cap;
};

struct xf_collector {
    struct xf_solver *solver;
    struct xf_program_function *functions;
    size_t nfunctions, functions_cap;
    struct xf_map statics; /* name \x1f file */
    uint32_t *static_index;
    size_t static_cap;
    struct xf_map externs; /* name */
    struct xf_definitions {
        uint32_t *items;
        size_t len, cap;
    } *extern_index;
    size_t extern_cap;
    struct xf_map places;  /* named nodes: what `via` says of them */
    xf_ptr_node *place_nodes;
    size_t places_cap;
    struct xf_node_info {      /* by node */
        uint32_t place;        /* index into places, XF_MAP_NONE */
        xf_ptr_node pointer;   /* it is what this one points to */
        const char *lost;      /* why more may flow in than is known, or NULL */
        char *shown;           /* a union: "record.member" of one member */
    } *infos;
    size_t ninfos;
    struct xf_pointer_call *calls;
    size_t ncalls, calls_cap;
    /* sections whose variables an array symbol consists of */
    const struct xf_section_array {
        const char *symbol, *section;
    } *sections;
    size_t nsections;
    /* macros whose assembly calls nothing, or any value it is given */
    const char *const *opaque, *const *calling;
    /* the body at hand */
    uint32_t function;
    struct xf_node const *root;
    const char *macro; /* that the statement at hand comes from, "" */
    xf_ptr_node *locals;
    size_t nlocals, locals_cap;
};

void xf_collector_init(struct xf_collector *c);
void xf_collector_release(struct xf_collector *c);

/* Functions of the program are added before any tree. */
uint32_t xf_collect_function(struct xf_collector *c, int64_t id,
                             const char *name, const char *file,
                             bool is_static);
void xf_collect_body(struct xf_collector *c, uint32_t function,
                     const struct xf_node *root);
void xf_collect_variable(struct xf_collector *c, const char *section,
                         const struct xf_node *root);
/* The assembly function `name` calls what is stored in the members whose
 * "record.member" matches the fnmatch pattern. After all trees. */
void xf_collect_assembly_read(struct xf_collector *c, const char *name,
                              const char *pattern);
void xf_collect_solve(struct xf_collector *c);

/* What carried `function` to the pointer of the call: "record.member", a
 * variable, a section, "parameter n of f", "argument" (of a function without a
 * body), "inline assembly", or "local". Caller frees. */
char *xf_collect_via(const struct xf_collector *c,
                     const struct xf_pointer_call *call, uint32_t function);

/* Why no function was found for the call. *lost: where the analysis could not
 * follow the value, so that there may be some; NULL when it could. Caller frees
 * the result. */
char *xf_collect_reason(const struct xf_collector *c,
                        const struct xf_pointer_call *call, const char **lost);

/* *lost when the value comes out of inline assembly. */
extern const char xf_lost_assembly[];

#endif
