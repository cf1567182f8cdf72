/* SPDX-License-Identifier: GPL-2.0-only
 *
 * Compiler calls as data: splitting a command line, finding source and object,
 * and leaving out what a parse by clang has no use for.
 */
#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "buf.h"
#include "ccargs.h"
#include "file.h"
#include "internal.h"

void xf_argv_free(char **argv, size_t argc)
{
    for (size_t i = 0; i < argc; i++)
        free(argv[i]);
    free(argv);
}

void xf_calls_release(struct xf_calls *calls)
{
    for (size_t i = 0; i < calls->len; i++) {
        free(calls->items[i].dir);
        xf_argv_free(calls->items[i].argv, calls->items[i].argc);
    }
    free(calls->items);
    memset(calls, 0, sizeof(*calls));
}

void xf_calls_add(struct xf_calls *calls, const char *dir, size_t argc,
                  char *const *argv)
{
    struct xf_call *call;

    XF_GROW(calls->items, calls->len, calls->cap);
    call = &calls->items[calls->len++];
    call->dir = xf_path_clean(dir);
    call->argc = argc;
    call->argv = xf_calloc(argc, sizeof(*call->argv));
    for (size_t i = 0; i < argc; i++)
        call->argv[i] = xf_strdup(argv[i]);
}

/* What `call` compiles, or false when it is not one source file into one
 * object. */
static bool parse(struct xf_cc *cc, const struct xf_call *call)
{
    xf_cc_parse(cc, call->argc, call->argv);
    return cc->compile && cc->output && cc->inputs == 1 &&
           xf_cc_is_source(cc->input);
}

char *xf_call_object(const struct xf_call *call)
{
    struct xf_cc cc;

    if (!parse(&cc, call))
        return NULL;
    /* -o names a temporary file when symbols are renamed afterwards, and -MQ
     * the object */
    if (cc.target && xf_has_suffix(cc.target, ".o"))
        return xf_path_join(call->dir, cc.target);
    return xf_path_join(call->dir, cc.output);
}

char *xf_call_file(const struct xf_call *call)
{
    struct xf_cc cc;

    return parse(&cc, call) ? xf_path_join(call->dir, cc.input) : NULL;
}

static void push(char ***argv, size_t *argc, size_t *cap, struct xf_buf *word)
{
    XF_GROW(*argv, *argc, *cap);
    (*argv)[(*argc)++] = xf_buf_detach(word);
}

/* A quoted stretch at `p`; behind it, or NULL when it is left open. */
static const char *quoted(struct xf_buf *word, const char *p)
{
    char quote = *p++;

    for (; *p && *p != quote; p++) {
        if (quote == '"' && *p == '\\' && p[1] && strchr("\"\\$`", p[1]))
            p++;
        xf_buf_addch(word, *p);
    }
    return *p ? p + 1 : NULL;
}

int xf_argv_split(char ***argv, size_t *argc, const char *text)
{
    struct xf_buf word = XF_BUF_INIT;
    size_t cap = 0;
    bool in_word = false;

    *argv = NULL;
    *argc = 0;
    while (text && *text && !strchr(";|&\n", *text)) {
        if (*text == ' ' || *text == '\t') {
            if (in_word)
                push(argv, argc, &cap, &word);
            in_word = false;
            text++;
            continue;
        }
        in_word = true;
        if (*text == '\'' || *text == '"') {
            text = quoted(&word, text);
            continue;
        }
        if (*text == '\\' && text[1])
            text++;
        xf_buf_addch(&word, *text++);
    }
    if (in_word && text)
        push(argv, argc, &cap, &word);
    xf_buf_release(&word);
    if (text)
        return 0;
    xf_argv_free(*argv, *argc);
    *argv = NULL;
    *argc = 0;
    return -1;
}

size_t xf_argv_leading_words(size_t argc, char *const *argv)
{
    size_t n = 0;

    while (n < argc && argv[n][0] != '-' && !xf_cc_is_source(argv[n]))
        n++;
    return n;
}

/* Host programs are built by the same make, and symbol tables of the linked
 * image are no source of anyone's. */
static bool is_foreign(const char *object)
{
    return !strncmp(object, "tools/", 6) ||
           !strncmp(xf_path_base(object), ".xen", 4);
}

static void clean(struct xf_command *out, const struct xf_rules *rules,
                  const struct xf_call *call, const char *input,
                  const char *target)
{
    out->argv = xf_calloc(call->argc + 1, sizeof(*out->argv));
    out->argv[out->argc++] = xf_format("--target=%s", target);
    for (size_t i = 0; i < call->argc; i++) {
        const char *arg = call->argv[i];
        size_t width = xf_cc_width(arg);

        if (xf_cc_matches(arg, rules->gcc_only) ||
            xf_cc_matches(arg, rules->not_for_parsing) ||
            !strncmp(arg, "--target=", 9)) {
            i += width - 1;
            continue;
        }
        if (arg == input)
            continue;
        for (; width && i < call->argc; width--)
            out->argv[out->argc++] = xf_strdup(call->argv[i++]);
        i--;
    }
}

static void add_call(struct xf_build *out, const struct xf_rules *rules,
                     const struct xf_call *call, const char *target)
{
    char *object = xf_call_object(call), *file = xf_call_file(call);
    const char *name = object ? xf_path_below(object, out->objects) : NULL;
    struct xf_command *command;
    struct xf_cc cc;

    if (name && !is_foreign(name)) {
        parse(&cc, call);
        XF_GROW(out->commands, out->len, out->cap);
        command = &out->commands[out->len++];
        memset(command, 0, sizeof(*command));
        command->dir = xf_strdup(call->dir);
        command->file = xf_strdup(file);
        command->object = xf_strdup(name);
        command->is_asm = !xf_has_suffix(file, ".c");
        clean(command, rules, call, cc.input, target);
    }
    free(object);
    free(file);
}

void xf_build_add_calls(struct xf_build *out, const struct xf_rules *rules,
                        const struct xf_calls *calls)
{
    const struct xf_arch *arch = xf_rules_arch(rules, out->arch);

    for (size_t i = 0; i < calls->len; i++)
        add_call(out, rules, &calls->items[i], arch->target);
}
