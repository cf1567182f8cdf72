/* SPDX-License-Identifier: GPL-2.0-only */
#include "sheet_edits.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#include "alloc.h"
#include "error.h"

static const char *const headers[XF_EDIT_FIELDS] = {
    "site_id", "decision_group", "Decision", "Rationale",
    "AoU",     "By",             "Date",     "Meeting"};

/* A header farther down is some other table's. */
#define LAST_HEADER_ROW 50

struct table {
    struct xf_edits *out;
    const char *sheet;
    bool from_1904;
    int columns[XF_EDIT_FIELDS]; /* 0: not there */
    int header;                  /* row, 0: not seen yet */
    int near;                    /* row that would be one with a "Decision" */
    size_t tables;               /* in the whole book */
    /* the row that is being read */
    int row;
    char *texts[XF_EDIT_FIELDS];
    char *wrong;
};

/* ---- one row ------------------------------------------------------------ */

static void set_wrong(struct table *t, enum xf_edit_field field,
                      const char *what)
{
    if (!t->wrong)
        t->wrong = xf_format("%s %s", headers[field], what);
}

static bool is_empty(const char *text)
{
    return !text || !text[strspn(text, " \t\r\n")];
}

static void clear_row(struct table *t)
{
    for (int i = 0; i < XF_EDIT_FIELDS; i++) {
        free(t->texts[i]);
        t->texts[i] = NULL;
    }
    free(t->wrong);
    t->wrong = NULL;
}

/* What an empty cell leaves open; an empty rationale is an empty one. */
static bool is_optional(enum xf_edit_field field)
{
    return field == XF_EDIT_SITE || field == XF_EDIT_GROUP ||
           field == XF_EDIT_BY || field == XF_EDIT_DATE ||
           field == XF_EDIT_MEETING;
}

static char *check_row(struct table *t, struct xf_edit *edit)
{
    /* First, so that the report can name it. */
    if (!is_empty(t->texts[XF_EDIT_SITE]) &&
        xf_edit_set(edit, XF_EDIT_SITE, t->texts[XF_EDIT_SITE]))
        return xf_strdup(xf_error_message());
    if (t->wrong)
        return xf_strdup(t->wrong);
    if (is_empty(t->texts[XF_EDIT_DISPOSITION]))
        return xf_strdup("a rationale or an AoU without a decision; choose "
                         "one, \"open\" for none yet");
    for (int i = 0; i < XF_EDIT_FIELDS; i++) {
        bool empty = is_empty(t->texts[i]);

        if (!t->columns[i] || (empty && is_optional(i)))
            continue;
        if (xf_edit_set(edit, i, empty ? "" : t->texts[i]))
            return xf_strdup(xf_error_message());
    }
    return NULL;
}

static void end_row(struct table *t)
{
    bool says = !is_empty(t->texts[XF_EDIT_DISPOSITION]) ||
                !is_empty(t->texts[XF_EDIT_RATIONALE]) ||
                !is_empty(t->texts[XF_EDIT_AOU]);
    struct xf_edit *edit;

    if (t->header && t->row > t->header && (says || t->wrong)) {
        edit = xf_edits_add(t->out);
        edit->place = xf_format("%s row %d", t->sheet, t->row);
        edit->wrong = check_row(t, edit);
    }
    clear_row(t);
}

/* ---- cells -------------------------------------------------------------- */

/* A date that somebody typed is the number of a day. Caller frees; NULL when
 * it is none. */
static char *day(const struct table *t, const char *number)
{
    /* 1970-01-01 in days of either count */
    double epoch = t->from_1904 ? 24107 : 25569, value;
    char *end, text[16];
    time_t seconds;
    struct tm tm;

    value = strtod(number, &end);
    if (*end || !(value >= 10000 && value < 100000))
        return NULL;
    seconds = (time_t)((long)value - (long)epoch) * 24 * 60 * 60;
    strftime(text, sizeof(text), "%Y-%m-%d", gmtime_r(&seconds, &tm));
    return xf_strdup(text);
}

static void take_cell(struct table *t, enum xf_edit_field field,
                      const struct xf_cell *cell)
{
    char *text = NULL;

    if (cell->type == XF_CELL_ERROR)
        set_wrong(t, field, "holds an error of the spreadsheet; type the text");
    else if (cell->formula && !*cell->text)
        set_wrong(t, field, "holds a formula that was never computed; type "
                            "the text");
    else if (field == XF_EDIT_DATE && cell->type == XF_CELL_NUMBER)
        text = day(t, cell->text);
    free(t->texts[field]);
    t->texts[field] = text ? text : xf_strdup(cell->text);
}

static void take_header(struct table *t, const struct xf_cell *cell)
{
    for (int i = 0; i < XF_EDIT_FIELDS; i++)
        if (!strcasecmp(cell->text, headers[i]) && !t->columns[i])
            t->columns[i] = cell->column;
}

/* At the end of a row that may be the header. */
static void check_header(struct table *t)
{
    if (t->columns[XF_EDIT_DISPOSITION] &&
        (t->columns[XF_EDIT_SITE] || t->columns[XF_EDIT_GROUP])) {
        t->header = t->row;
        t->tables++;
        /* A sheet of sites may tell the group as well. */
        if (t->columns[XF_EDIT_SITE])
            t->columns[XF_EDIT_GROUP] = 0;
    } else {
        /* What was decided under another header must not be lost unseen. */
        if (t->columns[XF_EDIT_RATIONALE] && t->columns[XF_EDIT_MEETING] &&
            (t->columns[XF_EDIT_SITE] || t->columns[XF_EDIT_GROUP]))
            t->near = t->row;
        memset(t->columns, 0, sizeof(t->columns));
    }
}

static int take(const struct xf_cell *cell, void *payload)
{
    struct table *t = payload;

    if (cell->row != t->row) {
        if (!t->header)
            check_header(t);
        end_row(t);
        t->row = cell->row;
    }
    if (!t->header && cell->row <= LAST_HEADER_ROW)
        take_header(t, cell);
    for (int i = 0; t->header && i < XF_EDIT_FIELDS; i++)
        if (t->columns[i] == cell->column)
            take_cell(t, i, cell);
    return 0;
}

/* ---- the book ----------------------------------------------------------- */

int xf_sheet_edits_read(struct xf_edits *out, struct xf_xlsx *book,
                        const char *name)
{
    size_t tables = 0;
    int rc = 0;

    memset(out, 0, sizeof(*out));
    out->sheet = true;
    for (size_t i = 0; i < xf_xlsx_sheets(book) && !rc; i++) {
        struct table t = {.out = out, .sheet = xf_xlsx_name(book, i),
                          .from_1904 = xf_xlsx_from_1904(book)};

        rc = xf_xlsx_cells(book, i, take, &t);
        if (!rc && !t.header)
            check_header(&t);
        if (!rc && !t.header && t.near)
            rc = xf_error("%s: the sheet %s has a header in row %d without "
                          "\"Decision\"; keep the header of the worksheet",
                          name, t.sheet, t.near);
        if (!rc) /* else the message is the one to keep */
            end_row(&t);
        clear_row(&t);
        tables += t.tables;
    }
    if (!rc && !tables)
        rc = xf_error("%s: no sheet of it has a row with \"site_id\" and "
                      "\"Decision\"; keep the header of the worksheet", name);
    if (rc)
        xf_edits_release(out);
    return rc;
}

int xf_sheet_edits(struct xf_edits *out, const char *path)
{
    struct xf_xlsx *book;
    int rc = xf_xlsx_open(&book, path);

    memset(out, 0, sizeof(*out));
    if (!rc)
        rc = xf_sheet_edits_read(out, book, path);
    xf_xlsx_close(book);
    return rc;
}
