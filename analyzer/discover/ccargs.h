/* SPDX-License-Identifier: GPL-2.0-only
 *
 * What one call of a C compiler asks for, as far as both the stand-in and the
 * readers of old commands must know it. GCC's and clang's options alike.
 */
#ifndef XF_CCARGS_H
#define XF_CCARGS_H

#include <stdbool.h>
#include <stddef.h>

/* Every string points into the arguments given to xf_cc_parse(). */
struct xf_cc {
    bool compile;        /* -c */
    const char *output;  /* -o, or NULL */
    const char *depfile; /* -MF, or NULL */
    const char *target;  /* -MQ or -MT: the object's final name, or NULL */
    const char *input;   /* the last input file, "-" for stdin, or NULL */
    size_t inputs;
};

/* Arguments that the option `arg` takes with itself: 1, or 2 when its value is
 * a separate argument. */
size_t xf_cc_width(const char *arg);

/* `argv` has `argc` arguments and no compiler name. */
void xf_cc_parse(struct xf_cc *out, size_t argc, char *const *argv);

/* Whether `file` is source to a compiler, by its name: .c, .S or .s. */
bool xf_cc_is_source(const char *file);

/* Whether `arg` matches one of the NULL ended fnmatch(3) patterns. */
bool xf_cc_matches(const char *arg, char *const *patterns);

#endif
