/* SPDX-License-Identifier: GPL-2.0-only
 *
 * Outside input of the rating: a MAINTAINERS file, requirements, texts of
 * decisions, and a safety context, which is read or refused with a message.
 */
#include <assert.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "alloc.h"
#include "aou.h"
#include "context.h"
#include "error.h"
#include "file.h"
#include "literal.h"
#include "maintainers.h"
#include "requirements.h"
#include "rules.h"
#include "scales.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static char folder[] = "/tmp/xf-rate-XXXXXX";
static struct fact_names names;

static void clean_up(void)
{
    fact_names_release(&names);
    xf_remove_tree(folder);
}

static void read_maintainers(const char *text)
{
    struct maintainers m;

    maintainers_read(&m, text);
    maintainers_find(&m, "xen/arch/arm/time.c");
    maintainers_release(&m);
}

static int see_requirement(const struct requirement *r, void *payload)
{
    (void)payload;
    assert(!strncmp(r->id, "Xen", 3) && r->title && r->text && r->covers &&
           r->line > 0);
    return 0;
}

static void read_literal(const char *text)
{
    assert(*literal_value(text, true));
    assert(*literal_value(text, false));
    assert(*literal_what(text, NULL));
    assert(*literal_direct(text, "f"));
}

static void read_context(const char *text, size_t size)
{
    char *path = xf_path_join(folder, "context.json");
    struct context context;
    struct rules rules = {0};
    struct aous aous = {0};
    struct facts facts;
    int rc;

    assert(!xf_file_write_atomic(path, text, size));
    fact_init(&facts, &names);
    rc = context_load(&context, path, &names) ||
         rules_load(&rules, XF_DATA_DIR, &names, context.json, path) ||
         aous_load(&aous, XF_DATA_DIR, context.json, &names);
    assert(!rc || *xf_error_message());
    if (!rc) {
        struct outcome outcome;

        rules_classify(&rules, &facts);
        context_facts(&context, &facts);
        rules_decide(&outcome, &rules, &facts);
        assert(outcome.rule);
    }
    aous_release(&aous);
    rules_release(&rules);
    context_release(&context);
    fact_release(&facts);
    free(path);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text = xf_strndup((const char *)data, size);

    if (!names.json) {
        assert(mkdtemp(folder) && !fact_names_load(&names, XF_DATA_DIR));
        atexit(clean_up);
    }
    read_maintainers(text);
    assert(!requirements_parse(text, see_requirement, NULL));
    read_literal(text);
    read_context(text, strlen(text));
    free(text);
    return 0;
}
