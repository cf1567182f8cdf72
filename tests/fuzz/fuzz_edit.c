/* SPDX-License-Identifier: GPL-2.0-only
 *
 * What a browser may send and what a page exported: any bytes are refused with
 * a message, or understood as an edit whose texts go into a decision that is
 * written and read again as it was.
 */
#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "edit.h"
#include "error.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A decision with the edit's texts, through the file's form and back. */
static void round_trip(const struct xf_edit *edit)
{
    struct xf_decisions list = {0}, again;
    struct xf_decision *d = xf_decisions_add(&list);
    struct xf_buf text = XF_BUF_INIT;

    xf_decision_set(&d->group, "g");
    xf_decision_set(&d->disposition, "keep");
    if (edit->texts[XF_EDIT_RATIONALE])
        xf_decision_set(&d->rationale, edit->texts[XF_EDIT_RATIONALE]);
    if (edit->texts[XF_EDIT_AOU])
        xf_decision_set(&d->aou, edit->texts[XF_EDIT_AOU]);
    if (edit->texts[XF_EDIT_BY])
        xf_decision_set(&d->who, edit->texts[XF_EDIT_BY]);
    xf_decisions_print(&text, &list, NULL);
    assert(!xf_decisions_parse(&again, "name", text.data, text.len));
    assert(again.len == 1);
    for (int i = XF_EDIT_DISPOSITION; i < XF_EDIT_FIELDS; i++)
        assert(!strcmp(xf_edit_text(&again.items[0], i),
                       xf_edit_text(&list.items[0], i)));
    xf_buf_release(&text);
    xf_decisions_release(&again);
    xf_decisions_release(&list);
}

static void check_edit(const struct xf_edit *edit)
{
    for (int i = 0; i < XF_EDIT_FIELDS; i++)
        assert(!edit->texts[i] ||
               strlen(edit->texts[i]) <= XF_EDIT_MAX_TEXT);
    round_trip(edit);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    cJSON *json = xf_edit_json((const char *)data, size);
    struct xf_edit edit = {0};
    struct xf_edits list;

    assert(json || *xf_error_message());
    if (json && !xf_edit_read(&edit, json))
        check_edit(&edit);
    xf_edit_release(&edit);
    cJSON_Delete(json);
    if (xf_edits_parse(&list, "name", (const char *)data, size)) {
        assert(!strncmp(xf_error_message(), "name: ", 6));
        assert(!list.len);
    }
    for (size_t i = 0; i < list.len; i++) {
        assert(list.items[i].place);
        if (!list.items[i].wrong)
            check_edit(&list.items[i]);
    }
    xf_edits_release(&list);
    return 0;
}
