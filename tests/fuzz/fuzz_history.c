/* SPDX-License-Identifier: GPL-2.0-only
 *
 * The readers of history: a table of facts, a patch, a commit message.
 */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include "alloc.h"
#include "change.h"
#include "message.h"
#include "patch.h"
#include "tables.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct xf_stop_names *names;
static struct message_forms *forms;

static int on_file(const char *commit, const struct patch_file *file,
                   void *payload)
{
    (void)commit;
    change_file(payload, file);
    return 0;
}

static int on_commit(const char *commit, void *payload)
{
    (void)commit;
    (void)payload;
    return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct xf_buf text = XF_BUF_INIT;
    struct facts facts = {0};
    struct message message;
    struct change change;
    char *copy;

    if (!names) {
        names = xf_stop_names_load(XF_DATA_DIR, true);
        forms = message_forms_load(XF_DATA_DIR);
    }
    if (!names || !forms)
        abort();
    xf_buf_add(&text, data, size);
    facts_parse(&facts, "x.tsv", text.data ? text.data : "", text.len);
    facts_release(&facts);
    change_begin(&change, names, true);
    if (text.len)
        patch_read(&text, on_file, on_commit, &change);
    change_end(&change);
    change_release(&change);
    copy = xf_strndup(text.data ? text.data : "", text.len);
    message_read(&message, forms, copy);
    message_release(&message);
    free(copy);
    xf_buf_release(&text);
    return 0;
}
