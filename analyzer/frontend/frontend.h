/* SPDX-License-Identifier: GPL-2.0-only
 *
 * The front end: one translation unit to its facts (facts.h). C goes through
 * libclang, assembly through `clang -E`. Knows C, not Xen: what a stop is
 * called comes in through the options.
 */
#ifndef XF_FRONTEND_H
#define XF_FRONTEND_H

#include <stddef.h>

#include "buf.h"

/* A type of bug frame: `type` is the number in facts, `macro` the preprocessor
 * symbol that gives its number in the scanned tree. */
struct xf_frame_type {
    const char *macro;
    int type;
};

/* What stands in facts for a type that none of the macros names, plus it. */
#define XF_FRAME_OTHER 100

struct xf_frontend_options {
    /* Section whose name, followed by a number, marks a bug frame in the text
     * of inline assembly: ".bug_frames." */
    const char *frame_section;
    const struct xf_frame_type *frames; /* ended by a NULL macro */
    /* Assembly macro that makes a frame in .S files: "BUG_FRAME". */
    const char *frame_macro;
    /* Strings in inline assembly which say that something handles its trap
     * instructions. NULL ended. */
    const char *const *trap_tables;
    /* Functions whose calls are recorded in full although their declaration
     * does not say noreturn. NULL ended. */
    const char *const *stops;
    /* Macros whose expansions are recorded for the census. NULL ended. */
    const char *const *census;
    /* Preprocessor symbols that only a debug build defines, respectively that
     * only a release build defines. NULL ended. */
    const char *const *debug_on, *const *debug_off;
    const char *clang; /* program for assembly files */
};

struct xf_tu {
    const char *source;  /* root of the tree; paths below it become relative */
    const char *objects; /* root of generated files, likewise */
    const char *dir;     /* working folder of the command */
    const char *file;    /* main file, absolute */
    const char *const *argv; /* see discover.h */
    size_t argc;
    int is_asm;
};

/* Write the facts of `tu` to `out`. A file with errors in it still has facts
 * (their D records say so). -1 with xf_error() when there are none at all:
 * unreadable, or libclang failed. */
int xf_frontend_run(struct xf_buf *out, const struct xf_tu *tu,
                    const struct xf_frontend_options *options);

/* Version of libclang, as it names itself. Caller frees. */
char *xf_frontend_version(void);

#endif
