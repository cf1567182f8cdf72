/* SPDX-License-Identifier: GPL-2.0-only */
#include "reason.h"

#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "file.h"
#include "makefile.h"

/* How many lines before an occurrence an invocation around it may begin. */
#define ARGUMENT_LINES 20

const char *reason_name(const struct file *file,
                           const struct occurrence *occ)
{
    return file->census->names.map.keys[occ->name];
}

bool reason_is_instruction(const struct file *file,
                           const struct occurrence *occ)
{
    return file->census->names.is_instruction[occ->name];
}

/* The conditional responsible for an inactive line: going outwards, the last
 * one that is inactive as a whole. */
char *reason_inactive(const struct file *file, uint32_t line,
                             const struct range *range)
{
    const struct xf_source *src = file->src;
    int32_t at = xf_source_branch_at(src, line);
    const struct xf_branch *branch;

    if (at < 0)
        return NULL;
    for (int32_t up = src->branches[at].parent; up >= 0;
         up = src->branches[up].parent) {
        branch = &src->branches[up];
        if (branch->first < range->first || branch->last > range->last)
            break;
        at = up;
    }
    branch = &src->branches[at];
    if (!strncmp(branch->text, "#el", 3))
        return xf_format("%s (%s) at line %u",
                         !strncmp(branch->text, "#else", 5) ? "#else" : "#elif",
                         branch->condition, branch->line);
    return xf_format("%s at line %u", branch->text, branch->line);
}

/* Line where this file itself defines the macro, 0 when it does not. */
static uint32_t own_definition(const struct xf_source *src, const char *name)
{
    for (size_t i = 0; i < src->nmacros; i++)
        if (!strcmp(src->macros[i].name, name))
            return src->macros[i].line;
    return 0;
}

/* Why an expansion made no site. NULL when it should have made one: the macro
 * makes sites elsewhere in this build and is not redefined here, or the file
 * was not read to its end. */
static char *expansion_reason(const struct file *file,
                              const struct occurrence *occ, uint32_t build)
{
    const char *name = reason_name(file, occ);
    uint32_t line;

    if (file->evidence->failed[build])
        return NULL;
    if (!evidence_is_live(&file->census->evidence, build, name))
        return xf_strdup("expands to no stop in this build");
    line = own_definition(file->src, name);
    if (!line)
        return NULL;
    return xf_format("expands to no stop: redefined at line %u", line);
}

/* Whether the build assembles a use of the macro in this file. */
static bool is_gas_macro_used(const struct file *file, const char *macro,
                              uint32_t build)
{
    const struct xf_source *src = file->src;
    size_t at = 0, len = strlen(macro);
    bool defines = false; /* behind ".macro" */

    for (;;) {
        struct xf_token token = xf_source_token(src, &at);
        const char *text = src->text + token.begin;

        if (token.kind == XF_TOKEN_END)
            return false;
        if (token.kind != XF_TOKEN_IDENT)
            continue;
        if (!defines && token.end - token.begin == len &&
            !memcmp(text, macro, len) &&
            !evidence_inactive(file->evidence, build,
                               xf_source_line(src, token.begin)))
            return true;
        defines = token.begin && text[-1] == '.' &&
                  token.end - token.begin == strlen("macro") &&
                  !memcmp(text, "macro", strlen("macro"));
    }
}

/* A macro that is named in the arguments of another invocation, in C, and that
 * the preprocessor never expanded although it read the line. */
static bool is_dropped(const struct file *file, const struct occurrence *occ)
{
    const struct xf_source *src = file->src;
    size_t at = 0;

    if (src->is_asm || file->census->names.is_function[occ->name] ||
        reason_is_instruction(file, occ))
        return false;
    /* From the start of the line: a token may be left of it that is part of
     * a comment, which only makes the answer "no". */
    for (size_t line = occ->line > ARGUMENT_LINES ? occ->line - ARGUMENT_LINES
                                                  : 1;
         line <= occ->line; line++) {
        at = src->lines[line - 1];
        while (at < occ->offset) {
            struct xf_token token = xf_source_token(src, &at);
            char *args;
            size_t end;

            if (token.kind != XF_TOKEN_IDENT || token.begin >= occ->offset)
                continue;
            end = xf_source_arguments(src, token.begin, &args);
            if (args && occ->offset < end) {
                free(args);
                return true;
            }
            free(args);
        }
    }
    return false;
}

/* What build `build` says of the occurrence; NULL for nothing. */
char *reason_here(const struct file *file, const struct occurrence *occ,
                       uint32_t build)
{
    const struct range *range =
        evidence_inactive(file->evidence, build, occ->line);
    struct spot at = {build, occ->line, occ->col};
    const struct call_spot *call;

    if (range)
        return reason_inactive(file, occ->line, range);
    if (evidence_unexecuted(file->evidence, at))
        return xf_strdup("an operand that is never executed (of sizeof, "
                         "typeof and the like)");
    if (evidence_expanded(file->evidence, at))
        return expansion_reason(file, occ, build);
    if (is_dropped(file, occ))
        return xf_strdup("in an argument that the macro around it drops");
    call = evidence_call(file->evidence, at);
    if (call)
        return xf_format("calls the %s of %s, which returns",
                         reason_name(file, occ),
                         *call->file ? call->file : "this build");
    /* A header's macro may be used anywhere. */
    if (occ->place == PLACE_GAS && file->src->is_asm &&
        !is_gas_macro_used(file, occ->detail, build))
        return xf_format("body of assembler macro %s, which no active line "
                         "uses",
                         occ->detail);
    return NULL;
}

/* Whether root/arch has a folder of that name and no build (or not that one)
 * has a TU in it. */
static bool is_foreign(const struct census *census, const char *arch,
                       uint32_t build)
{
    char *relative = xf_format("arch/%s", arch);
    char *folder = xf_path_join(census->root, relative);
    bool foreign = xf_dir_exists(folder) &&
                   !evidence_has_arch(&census->evidence, build, arch);

    free(folder);
    free(relative);
    return foreign;
}

/* Another architecture's folder: arch/NAME, or include/asm-NAME of releases
 * before 2022. NULL when it is none. */
static char *other_architecture(const struct file *file, uint32_t build)
{
    static const char *const folders[] = {"arch/", "include/asm-"};

    for (size_t i = 0; i < sizeof(folders) / sizeof(*folders); i++) {
        size_t len = strlen(folders[i]);
        char *arch, *reason = NULL;

        if (strncmp(file->path, folders[i], len))
            continue;
        arch = xf_strndup(file->path + len, strcspn(file->path + len, "/"));
        if (is_foreign(file->census, arch, build))
            reason = xf_format("another architecture: %s%s", folders[i], arch);
        free(arch);
        return reason;
    }
    return NULL;
}

bool reason_is_foreign(const struct file *file, uint32_t build)
{
    char *reason = other_architecture(file, build);

    free(reason);
    return reason;
}

char *reason_unread_by(struct file *file, uint32_t build)
{
    char *reason = other_architecture(file, build);

    if (reason)
        return reason;
    if (!file->absence)
        file->absence = makefile_reason(file->census->root, file->path);
    return xf_strdup(file->absence);
}

char *reason_unread(struct file *file)
{
    return reason_unread_by(file, ALL_BUILDS);
}
