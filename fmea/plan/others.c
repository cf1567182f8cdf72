/* SPDX-License-Identifier: GPL-2.0-only
 *
 * Faults that no read of the device tree names: too little memory, command
 * line, modules, other hardware.
 */
#include "faults.h"

#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "json.h"
#include "mutate.h"

static const cJSON *part(const struct faults *faults, const char *name,
                         const char *member)
{
    return cJSON_GetObjectItemCaseSensitive(
        cJSON_GetObjectItemCaseSensitive(faults->json, name), member);
}

/* The first memory node, made smaller. */
static void add_memory(struct faults *faults, const struct target_site *site)
{
    const cJSON *size;

    for (size_t i = 0; i < faults->blob.nnodes; i++) {
        const struct blob_node *node = &faults->blob.nodes[i];
        const struct blob_property *reg = blob_property(node, "reg");
        size_t address, cells = blob_reg_cells(&faults->blob, node, &address);

        if (!blob_has_text(blob_property(node, "device_type"), "memory") ||
            !reg || reg->len < 4 * cells || !address || cells <= address)
            continue;
        cJSON_ArrayForEach(size, part(faults, "memory", "sizes")) {
            struct xf_buf text = XF_BUF_INIT;
            char *target = xf_format("%s: %d MiB", node->path, size->valueint);

            xf_buf_adds(&text, "fdtput -t x \"$DTB\" ");
            if (mutate_quote(&text, node->path)) {
                xf_buf_adds(&text, " reg");
                for (size_t k = 0; k < address; k++)
                    xf_buf_addf(&text, " %x", blob_cell(reg, k));
                for (size_t k = address; k + 1 < cells; k++)
                    xf_buf_adds(&text, " 0");
                xf_buf_addf(&text, " %x", (uint32_t)size->valueint << 20);
                fault_add(faults, site, "memory", text.data, "", target,
                          "an allocation fails while booting");
            }
            free(target);
            xf_buf_release(&text);
        }
        return;
    }
}

static void add_value(struct faults *faults, const struct target_site *site,
                      const struct blob_node *node, const char *property,
                      const char *name, const char *value)
{
    const struct blob_property *old = blob_property(node, property);
    struct xf_buf text = XF_BUF_INIT;
    char *before = old ? xf_strndup((const char *)old->data, old->len)
                       : xf_strdup("");
    char *line = xf_format("%s %s=%s", before, name, value);
    char *target = xf_format("%s=%s", name, value);

    xf_buf_adds(&text, "fdtput -t s \"$DTB\" ");
    if (mutate_quote(&text, node->path)) {
        xf_buf_addf(&text, " %s ", property);
        if (mutate_quote(&text, line))
            fault_add(faults, site, "command line", text.data, "", target,
                      site->origin);
    }
    free(before);
    free(line);
    free(target);
    xf_buf_release(&text);
}

/* "command line: VARIABLE" names the variable, its parameter is a text that
 * Xen keeps as __setup_str_VARIABLE. */
static int add_parameter(struct faults *faults, const struct target_site *site)
{
    static const char mark[] = "command line: ";
    const char *at = strstr(site->origin, mark);
    const char *property =
        xf_json_string(cJSON_GetObjectItemCaseSensitive(faults->json,
                                                        "command_line"),
                       "property", "");
    const cJSON *value;
    char *variable, *name = NULL;
    sqlite3_stmt *stmt;

    if (!at)
        return 0;
    at += sizeof(mark) - 1;
    stmt = xf_store_prepare(faults->store,
                            "SELECT tree FROM variable WHERE build = ?1 "
                            "AND name = ?2 ORDER BY id LIMIT 1");
    if (!stmt)
        return -1;
    variable = xf_format("__setup_str_%.*s", (int)strcspn(at, " @,"), at);
    sqlite3_bind_int64(stmt, 1, site->build);
    xf_bind(stmt, 2, variable);
    if (xf_store_step(faults->store, stmt) > 0) {
        const char *text = strstr(xf_column(stmt, 0), "\"\\\"");

        if (text)
            name = xf_strndup(text + 3, strcspn(text + 3, "\\"));
    }
    free(variable);
    for (size_t i = 0; name && i < faults->blob.nnodes; i++)
        if (!strcmp(faults->blob.nodes[i].path, "/chosen"))
            cJSON_ArrayForEach(value, part(faults, "command_line", "values"))
                add_value(faults, site, &faults->blob.nodes[i], property, name,
                          value->valuestring);
    free(name);
    return 0;
}

static void add_modules(struct faults *faults, const struct target_site *site)
{
    const cJSON *compatible;

    if (!one_of(part(faults, "modules", "origins"), site->origin))
        return;
    for (size_t i = 0; i < faults->blob.nnodes; i++) {
        const struct blob_node *node = &faults->blob.nodes[i];
        const struct mutation m = {.blob = &faults->blob, .node = node,
                                   .property = ""};
        bool module = false;
        struct xf_buf text = XF_BUF_INIT;

        cJSON_ArrayForEach(compatible, part(faults, "modules", "compatible"))
            module = module || blob_has_text(blob_property(node, "compatible"),
                                             compatible->valuestring);
        if (module && mutate(&text, "remove-node", &m))
            fault_add(faults, site, "module", text.data, "", node->path,
                      site->origin);
        xf_buf_release(&text);
    }
}

static void add_machines(struct faults *faults, const struct target_site *site)
{
    const cJSON *entry;

    cJSON_ArrayForEach(entry, cJSON_GetObjectItemCaseSensitive(faults->json,
                                                               "machines"))
        if (one_of(cJSON_GetObjectItemCaseSensitive(entry, "files"),
                   site->file))
            fault_add(faults, site, "machine", "",
                      xf_json_string(entry, "machine", ""),
                      xf_json_string(entry, "machine", ""), site->origin);
}

int faults_others(struct faults *faults, const struct target_site *site)
{
    if (!strcmp(site->cause, "memory-exhaustion"))
        add_memory(faults, site);
    if (!strcmp(site->cause, "hardware"))
        add_machines(faults, site);
    add_modules(faults, site);
    return add_parameter(faults, site);
}
