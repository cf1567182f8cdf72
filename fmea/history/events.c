/* SPDX-License-Identifier: GPL-2.0-only
 *
 * Stops that triage found in console logs, as facts of their own.
 */
#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "file.h"
#include "history.h"
#include "mention.h"
#include "tables.h"

/* The text by which the join finds the site again. */
static char *key_text(const struct xf_history_event *e)
{
    char *normal = xf_predicate_normal(
        strcmp(e->kind, "ASSERT_UNREACHABLE") ? e->text : "");
    char *key = facts_text(normal);

    free(normal);
    return key;
}

int xf_history_record(const char *path, const struct xf_history_event *e)
{
    char *line = xf_format("%u", e->line), *text = key_text(e);
    const char *cells[EVENT_COLUMNS] = {
        [EVENT_ID] = e->id,     [EVENT_VERSION] = e->version,
        [EVENT_FORM] = e->form, [EVENT_FILE] = e->file,
        [EVENT_LINE] = line,    [EVENT_FUNCTION] = e->function,
        [EVENT_KIND] = e->kind, [EVENT_TEXT] = text};
    struct facts facts = {0};
    int rc = xf_file_exists(path) ? facts_load_file(&facts, path) : 0;

    if (!rc) {
        facts_add(&facts, FACTS_EVENTS, cells);
        rc = facts_save_table(&facts, FACTS_EVENTS, path);
    }
    facts_release(&facts);
    free(line);
    free(text);
    return rc;
}
