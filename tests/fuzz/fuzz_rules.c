/* SPDX-License-Identifier: GPL-2.0-only
 *
 * Whatever stands in privilege.json: it is read, or refused with a message.
 */
#include <assert.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "alloc.h"
#include "error.h"
#include "file.h"
#include "rules.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static char folder[] = "/tmp/xf-rules-XXXXXX";

static void clean_up(void)
{
    xf_remove_tree(folder);
}

static void write_file(const char *name, const void *data, size_t size)
{
    char *path = xf_path_join(folder, name);
    FILE *file = fopen(path, "wb");

    assert(file && fwrite(data, 1, size, file) == size && !fclose(file));
    free(path);
}

static void set_up(void)
{
    static const char contexts[] =
        "{\"contexts\": [{\"name\": \"guest-hypercall\"}, {\"name\": "
        "\"guest-trap\"}, {\"name\": \"device-model\"}, {\"name\": "
        "\"control-hypercall\"}, {\"name\": \"control-own-hooks\"}]}";
    char *path;

    assert(mkdtemp(folder));
    atexit(clean_up);
    path = xf_path_join(folder, "xen");
    assert(!xf_mkdirs(path));
    free(path);
    write_file("xen/contexts.json", contexts, sizeof(contexts) - 1);
    write_file("xen/entries.json", "{}", 2);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static bool ready;
    struct xf_reach_rules *rules;

    if (!ready)
        set_up();
    ready = true;
    write_file("xen/privilege.json", data, size);
    rules = xf_reach_rules_load(folder, "arm64");
    assert(rules || *xf_error_message());
    xf_reach_rules_free(rules);
    return 0;
}
