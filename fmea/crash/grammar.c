/* SPDX-License-Identifier: GPL-2.0-only */
#include "internal.h"

#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "error.h"
#include "file.h"
#include "json.h"

static const char *const what_names[] = {
    [WHAT_ASSERT] = "assert",
    [WHAT_BUG] = "bug",
    [WHAT_WARN] = "warn",
    [WHAT_PANIC] = "panic",
    [WHAT_TRAP] = "trap",
    [WHAT_BANNER] = "banner",
    [WHAT_PC] = "pc",
    [WHAT_TRACE] = "trace",
    [WHAT_FRAME] = "frame",
    [WHAT_FAULT] = "fault",
    [WHAT_END] = "end",
    [WHAT_ORDERLY] = "orderly",
    [WHAT_VERSION] = "version",
    [WHAT_CHANGESET] = "changeset",
    [WHAT_BUILD_ID] = "build-id",
    [WHAT_KEY] = "key",
    [WHAT_GUEST_DUMP] = "guest-dump",
};

static const char *const group_names[GROUPS] = {
    [GROUP_PREDICATE] = "predicate", [GROUP_FILE] = "file",
    [GROUP_LINE] = "line",           [GROUP_CPU] = "cpu",
    [GROUP_MESSAGE] = "message",     [GROUP_SYMBOL] = "symbol",
    [GROUP_VERSION] = "version",     [GROUP_ARCH] = "arch",
    [GROUP_DEBUG] = "debug",
};

static enum what what_of(const char *name)
{
    enum what what = 0;

    while (what < WHAT_NONE && strcmp(what_names[what], name))
        what++;
    return what;
}

static int compile(regex_t *out, const char *pattern, const char *path)
{
    int rc = regcomp(out, pattern, REG_EXTENDED);
    char why[200];

    if (!rc)
        return 0;
    regerror(rc, out, why, sizeof(why));
    return xf_error("%s: pattern \"%s\": %s; correct it", path, pattern, why);
}

static int add_form(struct xf_crash_grammar *g, const cJSON *entry,
                    const char *path)
{
    struct form form = {
        .what = what_of(xf_json_string(entry, "what", "")),
        .has = xf_json_string(entry, "has", ""),
        .arch_is = xf_json_string(entry, "arch_is", ""),
        .functions = xf_json_string(entry, "functions", ""),
    };

    if (form.what == WHAT_NONE)
        return xf_error("%s: a form has \"what\": \"%s\", which is none of "
                        "those that \"about\" lists; correct it",
                        path, xf_json_string(entry, "what", ""));
    if (compile(&form.regex, xf_json_string(entry, "pattern", ""), path))
        return -1;
    XF_GROW(g->forms, g->nforms, g->forms_cap);
    for (size_t i = 0; i < GROUPS; i++) {
        const cJSON *n =
            cJSON_GetObjectItemCaseSensitive(entry, group_names[i]);

        form.groups[i] = cJSON_IsNumber(n) ? n->valueint : 0;
        if (form.groups[i] < 0 || (size_t)form.groups[i] > form.regex.re_nsub ||
            form.groups[i] > 9)
            form.groups[i] = 0;
    }
    g->forms[g->nforms++] = form;
    return 0;
}

static int add_hints(struct xf_crash_grammar *g)
{
    const cJSON *entry;

    cJSON_ArrayForEach(
        entry, cJSON_GetObjectItemCaseSensitive(g->json, "architectures"))
    {
        XF_GROW(g->hints, g->nhints, g->hints_cap);
        g->hints[g->nhints++] =
            (struct arch_hint){xf_json_string(entry, "has", "\n"),
                               xf_json_string(entry, "arch", "")};
    }
    return 0;
}

static int fill(struct xf_crash_grammar *g, const char *path)
{
    const cJSON *entry;
    const char *guest = xf_json_string(g->json, "guest", "");

    g->prefix = xf_json_string(g->json, "prefix", "(XEN)");
    if (!*g->prefix)
        return xf_error("%s: \"prefix\" is empty; restore it", path);
    if (*guest && compile(&g->guest, guest, path))
        return -1;
    g->has_guest = *guest;
    cJSON_ArrayForEach(
        entry, cJSON_GetObjectItemCaseSensitive(
                   g->json, "forms")) if (add_form(g, entry, path)) return -1;
    if (!g->nforms)
        return xf_error("%s: no \"forms\"; restore the file", path);
    return add_hints(g);
}

struct xf_crash_grammar *xf_crash_grammar_load(const char *data)
{
    struct xf_crash_grammar *g = xf_calloc(1, sizeof(*g));
    char *path = xf_path_join(data, "xen/crashlog.json");

    g->json = xf_json_load(path);
    if (!g->json || fill(g, path)) {
        xf_crash_grammar_free(g);
        g = NULL;
    }
    free(path);
    return g;
}

void xf_crash_grammar_free(struct xf_crash_grammar *g)
{
    if (!g)
        return;
    for (size_t i = 0; i < g->nforms; i++)
        regfree(&g->forms[i].regex);
    if (g->has_guest)
        regfree(&g->guest);
    free(g->forms);
    free(g->hints);
    cJSON_Delete(g->json);
    free(g);
}

void crash_match(struct match *out, const struct xf_crash_grammar *g,
                 const char *line)
{
    out->line = line;
    for (size_t i = 0; i < g->nforms; i++) {
        out->form = &g->forms[i];
        if (strstr(line, out->form->has) &&
            !regexec(&out->form->regex, line, 10, out->at, 0))
            return;
    }
    out->form = NULL;
}

char *crash_group(const struct match *match, enum group group)
{
    int n = match->form->groups[group];

    if (!n || match->at[n].rm_so < 0)
        return xf_strdup("");
    return xf_strndup(match->line + match->at[n].rm_so,
                      (size_t)(match->at[n].rm_eo - match->at[n].rm_so));
}
