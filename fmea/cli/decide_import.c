/* SPDX-License-Identifier: GPL-2.0-only */
#include "decide_import.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "error.h"
#include "file.h"
#include "sheet_edits.h"
#include "visible.h"

enum fate { TAKEN, SAME, LATER, REFUSED };

struct state {
    struct decide_import *import;
    struct xf_editing editing;
    enum fate *fates; /* parallel to the edits */
    char **reports;
    size_t counts[REFUSED + 1];
};

/* ---- reading ------------------------------------------------------------ */

/* The value of "format" tells; what is broken is left to the reader of
 * decisions, which names the line. */
static bool is_export(const struct xf_buf *text)
{
    static const char mark[] = "\"" XF_EDITS_FORMAT "\"";

    return memmem(text->data, text->len < 256 ? text->len : 256, mark,
                  strlen(mark));
}

int decide_import_read(struct xf_edits *out, const char *file)
{
    struct xf_buf text = XF_BUF_INIT;
    int rc = 0;

    memset(out, 0, sizeof(*out));
    if (xf_dir_exists(file))
        return 0;
    if (xf_file_read(&text, file))
        return -1;
    if (text.len >= 4 && !memcmp(text.data, "PK\3\4", 4))
        rc = xf_sheet_edits(out, file) ? -1 : 1;
    else if (is_export(&text))
        rc = xf_edits_parse(out, file, text.data, text.len) ? -1 : 1;
    xf_buf_release(&text);
    return rc;
}

/* ---- judging ------------------------------------------------------------ */

static const char *name_of(const struct xf_edit *edit)
{
    const char *site = edit->texts[XF_EDIT_SITE];

    return site ? site : edit->texts[XF_EDIT_GROUP] ? edit->texts[XF_EDIT_GROUP]
                                                    : "?";
}

static const char *disposition_of(const struct xf_edit *edit)
{
    const char *disposition = edit->texts[XF_EDIT_DISPOSITION];

    return !disposition ? "" : *disposition ? disposition : "taken back";
}

static void settle(struct state *s, size_t at, enum fate fate, char *report)
{
    free(s->reports[at]);
    s->reports[at] = report;
    s->fates[at] = fate;
}

static void judge(struct state *s, size_t at)
{
    const struct xf_edit *edit = &s->import->edits.items[at];
    const struct xf_decision *have;

    if (xf_editing_check(&s->editing, edit)) {
        settle(s, at, REFUSED, xf_strdup(xf_error_message()));
        return;
    }
    have = xf_editing_effective(&s->editing, edit);
    if (xf_editing_same(&s->editing, edit))
        settle(s, at, SAME, xf_strdup("is so already"));
    else if (have && !s->import->replace &&
             !xf_editing_saw(&s->editing, edit))
        settle(s, at, REFUSED,
               xf_format("is decided otherwise in %s:%d (%s%s%s); agree on one "
                         "and pass --replace to take the imported one",
                         have->path, have->line, have->disposition,
                         *have->who ? ", " : "", have->who));
    else
        settle(s, at, TAKEN,
               xf_format("%s (was: %s)", disposition_of(edit),
                         have ? have->disposition : "not decided"));
}

static bool same_texts(const struct xf_edit *a, const struct xf_edit *b)
{
    for (int i = XF_EDIT_DISPOSITION; i < XF_EDIT_FIELDS; i++) {
        const char *x = a->texts[i], *y = b->texts[i];

        if (strcmp(x ? x : "", y ? y : ""))
            return false;
    }
    return true;
}

/* Two that are about the same. In a sheet the rows of a site say what they
 * said before, but for those that somebody changed. */
static void judge_pair(struct state *s, size_t first, size_t second)
{
    const struct xf_edit *a = &s->import->edits.items[first];
    const struct xf_edit *b = &s->import->edits.items[second];

    if (!s->import->edits.sheet)
        settle(s, first, LATER, xf_format("%s decides it again", b->place));
    else if (s->fates[first] != TAKEN)
        return;
    else if (s->fates[second] == TAKEN && same_texts(a, b))
        settle(s, second, LATER, xf_format("as %s says", a->place));
    else if (s->fates[second] == TAKEN)
        settle(s, second, REFUSED,
               xf_format("%s decides it otherwise; make them agree", a->place));
}

static void judge_all(struct state *s)
{
    const struct xf_edits *edits = &s->import->edits;
    struct xf_map seen = XF_MAP_INIT;
    size_t *last = xf_calloc(edits->len + 1, sizeof(*last));

    for (size_t i = 0; i < edits->len; i++) {
        int is_new;
        uint32_t at;

        judge(s, i);
        if (edits->items[i].wrong) /* and stays so, whatever others say */
            continue;
        at = xf_map_add(&seen, name_of(&edits->items[i]), &is_new);
        if (!is_new)
            judge_pair(s, last[at], i);
        if (is_new || s->fates[i] == TAKEN || !edits->sheet)
            last[at] = i;
    }
    free(last);
    xf_map_release(&seen);
    for (size_t i = 0; i < edits->len; i++)
        s->counts[s->fates[i]]++;
}

/* ---- taking ------------------------------------------------------------- */

static int edit_list(struct xf_decisions *list, void *payload)
{
    struct state *s = payload;
    const struct xf_edits *edits = &s->import->edits;
    int rc = 0;

    s->editing = (struct xf_editing){.list = list, .known = s->import->known,
                                     .store = s->import->store,
                                     .by = s->import->by,
                                     .date = s->import->date,
                                     .meeting = s->import->meeting};
    xf_editing_begin(&s->editing);
    judge_all(s);
    if (s->counts[REFUSED])
        rc = xf_error("%s: %zu of %zu refused; correct them, nothing is taken",
                      s->import->file, s->counts[REFUSED], edits->len);
    for (size_t i = 0; i < edits->len && !rc; i++) {
        struct xf_edit_done done;

        if (s->fates[i] == TAKEN)
            rc = xf_editing_apply(&s->editing, &edits->items[i], &done);
    }
    xf_editing_end(&s->editing);
    return rc;
}

static void report(const struct state *s)
{
    for (size_t i = 0; i < s->import->edits.len; i++) {
        const struct xf_edit *edit = &s->import->edits.items[i];
        struct xf_buf line = XF_BUF_INIT;
        char *text;

        if (!s->reports[i] || (s->import->quiet && s->fates[i] != REFUSED))
            continue;
        text = xf_format("%s: %s: %s%s", edit->place, name_of(edit),
                         s->fates[i] == REFUSED ? "refused: " : "",
                         s->reports[i]);
        xf_visible(&line, text, "");
        puts(line.data);
        xf_buf_release(&line);
        free(text);
    }
}

int decide_import_run(struct decide_import *import)
{
    struct state s = {.import = import};
    int rc;

    s.fates = xf_calloc(import->edits.len + 1, sizeof(*s.fates));
    s.reports = xf_calloc(import->edits.len + 1, sizeof(*s.reports));
    rc = xf_decisions_edit(import->decisions, edit_list, &s);
    report(&s);
    if (!rc && !import->quiet)
        printf("%s: %zu decided%s\n", import->decisions, s.counts[TAKEN],
               s.counts[SAME] ? " (others were there already)" : "");
    for (size_t i = 0; i < import->edits.len; i++)
        free(s.reports[i]);
    free(s.reports);
    free(s.fates);
    return rc;
}
