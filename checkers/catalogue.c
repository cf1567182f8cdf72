/* SPDX-License-Identifier: GPL-2.0-only */
#include "catalogue.h"

#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "error.h"
#include "file.h"
#include "json.h"

static void add(struct xf_list *list, const char *text)
{
    list->items = xf_realloc(list->items,
                             (list->len + 2) * sizeof(*list->items));
    list->items[list->len++] = text;
    list->items[list->len] = NULL;
}

static const cJSON *member(const struct xf_catalogue *catalogue, const char *name)
{
    return cJSON_GetObjectItemCaseSensitive(catalogue->json, name);
}

static int number(const cJSON *object, const char *name, int fallback)
{
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(object, name);

    return cJSON_IsNumber(item) ? item->valueint : fallback;
}

static void read_macros(struct xf_catalogue *catalogue)
{
    const cJSON *item, *list = member(catalogue, "macros");

    cJSON_ArrayForEach(item, list)
    {
        struct xf_macro_rule m = {
            xf_json_string(item, "name", ""), xf_json_string(item, "kind", ""),
            xf_json_string(item, "message", NULL), number(item, "frame", -1),
            cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(item, "predicate"))};

        XF_GROW(catalogue->macros, catalogue->nmacros, catalogue->macros_cap);
        catalogue->macros[catalogue->nmacros++] = m;
        add(&catalogue->census, m.name);
    }
}

static void read_functions(struct xf_catalogue *catalogue)
{
    const cJSON *item, *list = member(catalogue, "functions");

    cJSON_ArrayForEach(item, list)
    {
        struct xf_function_rule f = {xf_json_string(item, "name", ""),
                                     xf_json_string(item, "kind", "")};

        XF_GROW(catalogue->functions, catalogue->nfunctions, catalogue->functions_cap);
        catalogue->functions[catalogue->nfunctions++] = f;
        add(&catalogue->stops, f.name);
        add(&catalogue->census, f.name);
    }
}

static void read_frames(struct xf_catalogue *catalogue)
{
    const cJSON *item, *list = member(catalogue, "frames");

    cJSON_ArrayForEach(item, list)
    {
        struct xf_frame_rule f = {number(item, "type", -1),
                                  xf_json_string(item, "kind", ""),
                                  xf_json_string(item, "macro", "")};

        XF_GROW(catalogue->frames, catalogue->nframes, catalogue->frames_cap);
        catalogue->frames[catalogue->nframes++] = f;
    }
}

/* Functions in which a processor waits for ever and the host goes on, or is
 * being stopped by somebody else. */
static void read_parks(struct xf_catalogue *catalogue)
{
    const cJSON *item, *list = member(catalogue, "parks");

    cJSON_ArrayForEach(item, list)
        add(&catalogue->parks, xf_json_string(item, "name", ""));
}

static void read_tables(struct xf_catalogue *catalogue)
{
    const cJSON *item, *list = member(catalogue, "trap_tables");

    cJSON_ArrayForEach(item, list)
        if (cJSON_IsString(item))
            add(&catalogue->trap_tables, item->valuestring);
}

static void read_symbols(struct xf_catalogue *catalogue, const char *name,
                         struct xf_list *to)
{
    const cJSON *item, *list = cJSON_GetObjectItemCaseSensitive(
                           member(catalogue, "debug_symbols"), name);

    cJSON_ArrayForEach(item, list)
        if (cJSON_IsString(item))
            add(to, item->valuestring);
}

struct xf_catalogue *xf_catalogue_load(const char *data)
{
    struct xf_catalogue *catalogue = xf_calloc(1, sizeof(*catalogue));
    char *path = xf_path_join(data, "xen/sites.json");
    const cJSON *frame;

    catalogue->json = xf_json_load(path);
    if (!catalogue->json)
        goto fail;
    read_frames(catalogue);
    read_macros(catalogue);
    read_functions(catalogue);
    read_symbols(catalogue, "on", &catalogue->debug_on);
    read_symbols(catalogue, "off", &catalogue->debug_off);
    read_tables(catalogue);
    read_parks(catalogue);
    frame = member(catalogue, "asm_frame");
    catalogue->frame_section = xf_json_string(frame, "section", "");
    catalogue->frame_macro = xf_json_string(frame, "macro", "");
    if (!catalogue->nframes || !catalogue->nmacros || !catalogue->nfunctions ||
        !catalogue->trap_tables.len || !*catalogue->frame_section || !*catalogue->frame_macro) {
        xf_error("%s: 'frames', 'macros', 'functions', 'trap_tables' and "
                 "'asm_frame' must all be there; restore the file",
                 path);
        goto fail;
    }
    free(path);
    return catalogue;
fail:
    free(path);
    xf_catalogue_free(catalogue);
    return NULL;
}

void xf_catalogue_free(struct xf_catalogue *catalogue)
{
    if (!catalogue)
        return;
    free(catalogue->frames);
    free(catalogue->macros);
    free(catalogue->functions);
    free(catalogue->trap_tables.items);
    free(catalogue->parks.items);
    free(catalogue->stops.items);
    free(catalogue->census.items);
    free(catalogue->debug_on.items);
    free(catalogue->debug_off.items);
    cJSON_Delete(catalogue->json);
    free(catalogue);
}

int xf_catalogue_frame(const struct xf_catalogue *catalogue, size_t i,
                       const char **macro, int *type)
{
    if (i >= catalogue->nframes)
        return 0;
    *macro = catalogue->frames[i].macro;
    *type = catalogue->frames[i].type;
    return 1;
}

const char *xf_catalogue_frame_section(const struct xf_catalogue *catalogue)
{
    return catalogue->frame_section;
}

const char *const *
xf_catalogue_trap_tables(const struct xf_catalogue *catalogue)
{
    return catalogue->trap_tables.items;
}

const char *xf_catalogue_frame_macro(const struct xf_catalogue *catalogue)
{
    return catalogue->frame_macro;
}

const char *const *xf_catalogue_stops(const struct xf_catalogue *catalogue)
{
    return catalogue->stops.items;
}

const char *const *xf_catalogue_census(const struct xf_catalogue *catalogue)
{
    return catalogue->census.items;
}

const char *const *xf_catalogue_debug_on(const struct xf_catalogue *catalogue)
{
    return catalogue->debug_on.items;
}

const char *const *xf_catalogue_debug_off(const struct xf_catalogue *catalogue)
{
    return catalogue->debug_off.items;
}
