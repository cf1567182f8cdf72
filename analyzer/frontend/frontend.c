/* SPDX-License-Identifier: GPL-2.0-only */
#include "frontend.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "assembly.h"
#include "error.h"
#include "facts.h"
#include "file.h"
#include "walk.h"

void xf_names_release(struct xf_names *names)
{
    for (size_t i = 0; i < names->raw.len; i++) {
        free(names->real[i]);
        free(names->shown[i]);
    }
    free(names->real);
    free(names->shown);
    xf_map_release(&names->raw);
}

uint32_t xf_names_add(struct xf_names *names, const char *raw)
{
    int is_new;
    uint32_t at = xf_map_add(&names->raw, raw, &is_new);
    const char *below;
    char *joined;

    if (!is_new)
        return at;
    if (at == names->cap) {
        names->cap = names->cap ? 2 * names->cap : 256;
        names->real =
            xf_realloc(names->real, names->cap * sizeof(*names->real));
        names->shown =
            xf_realloc(names->shown, names->cap * sizeof(*names->shown));
    }
    /* Links (include/asm of old trees, the EFI sources) lead to one name. */
    joined = xf_path_join(names->tu->dir, raw);
    names->real[at] = realpath(joined, NULL);
    if (!names->real[at])
        names->real[at] = xf_strdup(joined);
    free(joined);
    below = xf_path_below(names->real[at], names->tu->source);
    if (!below)
        below = xf_path_below(names->real[at], names->tu->objects);
    names->shown[at] = xf_strdup(below ? below : names->real[at]);
    return at;
}

char *xf_frontend_version(void)
{
    CXString version = clang_getClangVersion();
    char *copy = xf_strdup(clang_getCString(version));

    clang_disposeString(version);
    return copy;
}

static void on_include(CXFile file, CXSourceLocation *stack, unsigned int depth,
                       CXClientData data)
{
    struct xf_names *names = data;
    CXString name = clang_getFileName(file);

    (void)stack;
    (void)depth;
    xf_names_add(names, clang_getCString(name));
    clang_disposeString(name);
}

/* One R record per file, each once even when it has several names. */
static void emit_reads(struct xf_buf *out, const struct xf_names *names)
{
    struct xf_map seen = XF_MAP_INIT;

    for (size_t i = 0; i < names->raw.len; i++) {
        int is_new;

        xf_map_add(&seen, names->shown[i], &is_new);
        if (is_new)
            xf_fact(out, 'R', names->shown[i], NULL);
    }
    xf_map_release(&seen);
}

static void emit_diagnostics(struct xf_buf *out, CXTranslationUnit unit,
                             struct xf_names *names)
{
    unsigned int n = clang_getNumDiagnostics(unit);

    for (unsigned int i = 0; i < n; i++) {
        CXDiagnostic diagnostic = clang_getDiagnostic(unit, i);
        enum CXDiagnosticSeverity severity =
            clang_getDiagnosticSeverity(diagnostic);
        CXString text = clang_getDiagnosticSpelling(diagnostic);
        unsigned int line = 0;
        CXFile file = NULL;
        char number[16];
        const char *shown = "";

        clang_getFileLocation(clang_getDiagnosticLocation(diagnostic), &file,
                              &line, NULL, NULL);
        if (file) {
            CXString name = clang_getFileName(file);

            shown = names->shown[xf_names_add(names, clang_getCString(name))];
            clang_disposeString(name);
        }
        snprintf(number, sizeof(number), "%u", line);
        if (severity >= CXDiagnostic_Warning)
            xf_fact(out, 'D',
                    severity == CXDiagnostic_Fatal   ? "fatal"
                    : severity == CXDiagnostic_Error ? "error"
                                                     : "warning",
                    shown, number, clang_getCString(text), NULL);
        clang_disposeString(text);
        clang_disposeDiagnostic(diagnostic);
    }
}

static const char *why_not(enum CXErrorCode code)
{
    switch (code) {
    case CXError_Crashed:
        return "libclang crashed on it";
    case CXError_InvalidArguments:
        return "libclang refused the arguments";
    case CXError_ASTReadError:
    case CXError_Failure:
    default:
        return "libclang could not parse it";
    }
}

static int run_c(struct xf_buf *out, const struct xf_tu *tu,
                 const struct xf_frontend_options *options)
{
    /* The compiler's own warnings are its user's business, not ours. */
    static const char *const extra[] = {"-w", "-ferror-limit=0",
                                        "-fno-spell-checking",
                                        "-working-directory"};
    size_t n = 0, count = sizeof(extra) / sizeof(extra[0]);
    const char **argv = xf_calloc(tu->argc + count + 1, sizeof(*argv));
    struct xf_names names = {.tu = tu};
    CXTranslationUnit unit = NULL;
    enum CXErrorCode code;
    CXIndex index;

    memcpy(argv, tu->argv, tu->argc * sizeof(*argv));
    n = tu->argc;
    memcpy(argv + n, extra, sizeof(extra));
    n += count;
    argv[n++] = tu->dir;
    index = clang_createIndex(0, 0);
    code = clang_parseTranslationUnit2(
        index, tu->file, argv, (int)n, NULL, 0,
        CXTranslationUnit_DetailedPreprocessingRecord |
            CXTranslationUnit_KeepGoing,
        &unit);
    free(argv);
    if (code != CXError_Success) {
        clang_disposeIndex(index);
        return xf_error("%s: %s; the unit is left out", tu->file,
                        why_not(code));
    }
    xf_names_add(&names, tu->file);
    clang_getInclusions(unit, on_include, &names);
    emit_reads(out, &names);
    emit_diagnostics(out, unit, &names);
    xf_walk(out, unit, &names, options);
    clang_disposeTranslationUnit(unit);
    clang_disposeIndex(index);
    xf_names_release(&names);
    return 0;
}

int xf_frontend_run(struct xf_buf *out, const struct xf_tu *tu,
                    const struct xf_frontend_options *options)
{
    int rc;

    xf_fact(out, 'V', XF_FACTS_VERSION, NULL);
    rc = tu->is_asm ? xf_assembly_run(out, tu, options)
                    : run_c(out, tu, options);
    if (!rc)
        xf_facts_end(out);
    return rc;
}
