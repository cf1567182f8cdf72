/* SPDX-License-Identifier: GPL-2.0-only */
#include "console.h"

#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "error.h"
#include "file.h"
#include "json.h"

enum { BEFORE = 1, AFTER = 2, FIRMWARE = 4 };

struct console {
    struct program *p;
    cJSON *json;
    unsigned char *when; /* per function */
    bool early;
    struct function *boot; /* that starts the console */
    const struct xf_node *call;
};

static bool in_list(const cJSON *list, const char *name)
{
    const cJSON *item;

    cJSON_ArrayForEach(item, list) if (cJSON_IsString(item) &&
                                       !strcmp(item->valuestring, name))
        return true;
    return false;
}

static void spread(struct console *c, struct function *f, unsigned char when)
{
    size_t n = c->p->nfunctions, depth = 0;
    struct function **stack = xf_calloc(n + 1, sizeof(struct function *));

    if (!(c->when[f - c->p->functions] & when)) {
        c->when[f - c->p->functions] |= when;
        stack[depth++] = f;
    }
    while (depth) {
        f = stack[--depth];
        /* Behind a stop comes the crash path, whenever it was reached. */
        if (f == c->boot || f->stops ||
            in_list(cJSON_GetObjectItem(c->json, "not_followed"), f->name))
            continue;
        for (size_t i = 0; i < f->ncallees; i++) {
            struct function *g = f->callees[i]->callee;
            unsigned char *at = &c->when[g - c->p->functions];

            if (*at & when)
                continue;
            *at |= when;
            stack[depth++] = g;
        }
    }
    free(stack);
}

static bool is_after(const struct console *c, const struct xf_node *n)
{
    struct xf_point a, b;
    const struct xf_cfg *cfg = c->boot->bodies[0].cfg;

    return xf_cfg_point(cfg, c->call, &a) && xf_cfg_point(cfg, n, &b) &&
           (a.block == b.block ? a.index < b.index
                               : xf_cfg_dominates(cfg, a.block, b.block));
}

/* What boot calls before and behind the console's start. */
static void spread_boot(struct console *c)
{
    struct body *b = &c->boot->bodies[0];

    for (size_t i = 0; i < b->ncalls; i++) {
        struct function *f = program_callee(c->p, b->calls[i]->kids[0]);

        if (f)
            spread(c, f, is_after(c, b->calls[i]) ? AFTER : BEFORE);
    }
    for (size_t i = 0; i < c->boot->ncallees; i++)
        if (c->boot->callees[i]->indirect)
            spread(c, c->boot->callees[i]->callee, AFTER | BEFORE);
}

static int find_boot(struct console *c)
{
    const cJSON *boot = cJSON_GetObjectItem(c->json, "boot");
    const cJSON *start = cJSON_GetObjectItem(c->json, "console");

    for (size_t i = 0; i < c->p->nfunctions && !c->call; i++) {
        struct function *f = &c->p->functions[i];

        if (!f->nbodies || !in_list(boot, f->name))
            continue;
        if (program_body(c->p, &f->bodies[0]))
            return -1;
        for (size_t k = 0; k < f->bodies[0].ncalls && !c->call; k++)
            if (in_list(start, f->bodies[0].calls[k]->kids[0]->name)) {
                c->boot = f;
                c->call = f->bodies[0].calls[k];
            }
    }
    return 0;
}

/* Everything that nothing calls is an entry of the running system, but for
 * the boot code in assembly, which ends in the boot function. */
static void spread_rest(struct console *c)
{
    const cJSON *own;

    cJSON_ArrayForEach(own, cJSON_GetObjectItem(c->json, "own")) for (
        size_t i = 0; i < c->p->nfunctions;
        i++) if (in_list(cJSON_GetObjectItem(own, "functions"),
                         c->p->functions[i].name))
        spread(c, &c->p->functions[i], FIRMWARE);
    for (size_t i = 0; i < c->p->nfunctions; i++) {
        struct function *f = &c->p->functions[i];

        if (f != c->boot && !c->when[i] && !f->ncallers && !f->is_init)
            spread(c, f, AFTER);
    }
}

static bool has_option(const char *kconfig, const char *option)
{
    char *line = xf_format("%s=y", option);
    bool yes = strstr(kconfig, line) != NULL;

    free(line);
    return yes;
}

struct console *console_load(struct program *p, const char *data_dir,
                             const char *kconfig)
{
    struct console *c = xf_calloc(1, sizeof(*c));
    char *path = xf_path_join(data_dir, "xen/console.json");
    const cJSON *option;

    c->p = p;
    c->when = xf_calloc(p->nfunctions + 1, 1);
    c->json = xf_json_load(path);
    free(path);
    if (!c->json || find_boot(c)) {
        console_free(c);
        return NULL;
    }
    cJSON_ArrayForEach(option, cJSON_GetObjectItem(c->json, "early"))
        c->early |= cJSON_IsString(option) &&
                    has_option(kconfig, option->valuestring);
    if (c->call) {
        spread_boot(c);
        spread_rest(c);
    }
    return c;
}

void console_free(struct console *c)
{
    if (!c)
        return;
    cJSON_Delete(c->json);
    free(c->when);
    free(c);
}

const char *console_at(struct console *c, const struct site *site, char **why)
{
    struct function *f = site->body ? site->body->function : NULL;
    unsigned char when;

    *why = xf_strdup("");
    if (!c->call || !f)
        return "unknown";
    when = f == c->boot ? (is_after(c, site->node) ? AFTER : BEFORE)
                        : c->when[f - c->p->functions];
    free(*why);
    *why = xf_format("%s() starts the console at %s:%u", c->boot->name,
                     c->boot->file, c->call->line);
    if (when == FIRMWARE)
        return "firmware";
    if (when & AFTER && when & BEFORE)
        return c->early ? "early and later" : "both";
    if (when & AFTER)
        return "available";
    if (when & BEFORE)
        return c->early ? "early only" : "not yet";
    return "unknown";
}
