/* SPDX-License-Identifier: GPL-2.0-only
 *
 * What the files of this stage share: the ways into a build and how raw
 * compiler calls become commands. Functions returning int give 0, or -1 with
 * xf_error() set.
 */
#ifndef XF_DISCOVER_INTERNAL_H
#define XF_DISCOVER_INTERNAL_H

#include "discover.h"
#include "rules.h"

/* One compiler call as make or a file has it: argv without the compiler. */
struct xf_call {
    char *dir; /* absolute, clean */
    char **argv;
    size_t argc;
};

struct xf_calls {
    struct xf_call *items;
    size_t len, cap;
};

void xf_calls_release(struct xf_calls *calls);
/* Copies its arguments; the caller may free them. */
void xf_calls_add(struct xf_calls *calls, const char *dir, size_t argc,
                  char *const *argv);
/* Absolute path of the object that `call` makes; NULL when it is no
 * compilation of one source file into an object. The caller frees. */
char *xf_call_object(const struct xf_call *call);
/* Absolute path of its main file, or NULL as above. The caller frees. */
char *xf_call_file(const struct xf_call *call);

/* Split a command line as a POSIX shell would, up to the first operator; the
 * compiler's name is argv[0]. 0, or -1 when a quote is left open, without a
 * message. Free with xf_argv_free(). */
int xf_argv_split(char ***argv, size_t *argc, const char *text);
/* How many words come before the options: variables, ccache, the compiler,
 * which is the last of them. */
size_t xf_argv_leading_words(size_t argc, char *const *argv);
void xf_argv_free(char **argv, size_t argc);

/* Clean the calls and append them as commands to `out`, whose source, objects
 * and arch are set. Calls for other things than the hypervisor's own files
 * (host programs, generated symbol tables) are left out. */
void xf_build_add_calls(struct xf_build *out, const struct xf_rules *rules,
                        const struct xf_calls *calls);

/* The three ways in: fill all of `out`, whose commands discover.c sorts. */
int xf_capture(struct xf_build *out, const struct xf_discover *how,
               const struct xf_rules *rules);
int xf_cmdfiles(struct xf_build *out, const struct xf_discover *how,
                const struct xf_rules *rules);
int xf_compdb(struct xf_build *out, const struct xf_discover *how,
              const struct xf_rules *rules, const char *path);

/* Fill everything but the commands from finished calls of another build, then
 * add them. `where` names it in messages, `objects` is its folder or NULL.
 * `compiler` is the name of the compiler or "". */
int xf_build_adopt(struct xf_build *out, const struct xf_discover *how,
                   const struct xf_rules *rules, const struct xf_calls *calls,
                   const char *where, const char *objects,
                   const char *compiler);

static inline void xf_progress(const struct xf_discover *how, const char *what)
{
    if (how->progress)
        how->progress(how->payload, what);
}

#endif
