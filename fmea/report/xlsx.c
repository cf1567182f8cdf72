/* SPDX-License-Identifier: GPL-2.0-only
 *
 * The workbook: its sheets in order, its look, and how it gets to its place.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "alloc.h"
#include "book.h"
#include "error.h"
#include "file.h"
#include "formats.h"
#include "inert.h"
#include "stream.h"
#include "summary.h"

/* Excel's limits: cells of links in a sheet, characters of an address. */
#define MAX_LINKS 65530
#define MAX_ADDRESS 2000

/* ---- cells -------------------------------------------------------------- */

void put_error(struct book *book, lxw_error error)
{
    if (error && !book->error)
        book->error = error;
}

void put_text(struct book *book, lxw_worksheet *sheet, lxw_row_t row,
              lxw_col_t column, const char *text, lxw_format *format)
{
    struct xf_buf cell = XF_BUF_INIT;

    inert_cell(&cell, text);
    put_error(book, cell.len ? worksheet_write_string(sheet, row, column,
                                                      cell.data, format)
                             : worksheet_write_blank(sheet, row, column,
                                                     format));
    xf_buf_release(&cell);
}

void put_number(struct book *book, lxw_worksheet *sheet, lxw_row_t row,
                lxw_col_t column, const char *text)
{
    if (*text)
        put_error(book, worksheet_write_number(sheet, row, column, atof(text),
                                               book->style.number));
    else
        put_error(book, worksheet_write_blank(sheet, row, column,
                                              book->style.number));
}

void put_link(struct book *book, lxw_worksheet *sheet, lxw_row_t row,
              lxw_col_t column, const char *address, const char *text)
{
    struct xf_buf cell = XF_BUF_INIT;

    if (!*text || row >= MAX_LINKS || strlen(address) > MAX_ADDRESS) {
        put_text(book, sheet, row, column, text, book->style.text);
        return;
    }
    /* The library takes the text of the cell from the address; written again,
     * it is what it is to be. */
    inert_cell(&cell, text);
    put_error(book, worksheet_write_url(sheet, row, column, address,
                                        book->style.link));
    put_error(book, worksheet_write_string(sheet, row, column, cell.data,
                                           book->style.link));
    xf_buf_release(&cell);
}

/* ---- lists -------------------------------------------------------------- */

void put_head(struct book *book, lxw_worksheet *sheet, lxw_col_t first,
              const struct head *heads, size_t n, bool decide)
{
    lxw_comment_options size = {.width = 260, .height = 90, .author = ""};

    for (size_t i = 0; i < n; i++) {
        lxw_col_t at = (lxw_col_t)(first + i);

        put_error(book, worksheet_set_column(sheet, at, at, heads[i].width,
                                             decide ? book->style.decide
                                                    : NULL));
        put_text(book, sheet, 0, at, heads[i].name,
                 decide ? book->style.decide_head : book->style.head);
        if (heads[i].meaning)
            put_error(book, worksheet_write_comment_opt(
                                sheet, 0, at, heads[i].meaning, &size));
    }
}

void end_list(struct book *book, lxw_worksheet *sheet, lxw_row_t last,
              lxw_col_t columns, lxw_col_t fixed)
{
    lxw_row_t end = last ? last : 1;

    worksheet_freeze_panes(sheet, 1, fixed);
    put_error(book, worksheet_autofilter(sheet, 0, 0, end,
                                         (lxw_col_t)(columns - 1)));
    worksheet_set_landscape(sheet);
    worksheet_set_paper(sheet, 9); /* A4 */
    worksheet_fit_to_pages(sheet, 1, 0);
    put_error(book, worksheet_repeat_rows(sheet, 0, 0));
    put_error(book, worksheet_set_footer(sheet, "&L&A&RPage &P of &N"));
}

static const char *const choices[] = {"keep", "remove-by-AoU", "propagate",
                                      "domain-crash", "not-applicable", "open",
                                      NULL};

void add_choices(struct book *book, lxw_worksheet *sheet, lxw_row_t last,
                 lxw_col_t first)
{
    char aous[64];
    lxw_data_validation decision = {
        .validate = LXW_VALIDATION_TYPE_LIST, .value_list = (char **)choices,
        .error_title = "Decision",
        .error_message = "One of: keep, remove-by-AoU, propagate, "
                         "domain-crash, not-applicable, open"};
    /* Several ids may stand in a cell, so the list only helps. */
    lxw_data_validation aou = {
        .validate = LXW_VALIDATION_TYPE_LIST_FORMULA, .value_formula = aous,
        .error_type = LXW_VALIDATION_ERROR_TYPE_INFORMATION,
        .error_title = "AoU",
        .error_message = "Not an id of the sheet Assumptions. Several ids "
                         "are separated by commas."};
    lxw_data_validation date = {
        .validate = LXW_VALIDATION_TYPE_ANY, .input_title = "Date",
        .input_message = "YYYY-MM-DD, when it was decided"};
    lxw_col_t at = (lxw_col_t)(first + DECIDE_DECISION);

    if (!last)
        return;
    put_error(book, worksheet_data_validation_range(sheet, 1, at, last, at,
                                                    &decision));
    at = (lxw_col_t)(first + DECIDE_DATE);
    put_error(book, worksheet_data_validation_range(sheet, 1, at, last, at,
                                                    &date));
    if (!book->aous.len)
        return;
    at = (lxw_col_t)(first + DECIDE_AOU);
    snprintf(aous, sizeof(aous), "=Assumptions!$A$2:$A$%zu",
             book->aous.len);
    put_error(book, worksheet_data_validation_range(sheet, 1, at, last, at,
                                                    &aou));
}

/* ---- the workbook ------------------------------------------------------- */

static lxw_format *format(struct book *book, bool wrap)
{
    lxw_format *f = workbook_add_format(book->file);

    format_set_align(f, LXW_ALIGN_VERTICAL_TOP);
    if (wrap)
        format_set_text_wrap(f);
    return f;
}

static lxw_format *colours(struct book *book, lxw_color_t back,
                           lxw_color_t fore)
{
    lxw_format *f = workbook_add_format(book->file);

    format_set_bg_color(f, back);
    format_set_font_color(f, fore);
    return f;
}

static lxw_format *head_format(struct book *book, lxw_color_t back)
{
    lxw_format *f = format(book, true);

    format_set_bold(f);
    format_set_bg_color(f, back);
    format_set_font_color(f, LXW_COLOR_WHITE);
    format_set_border(f, LXW_BORDER_THIN);
    return f;
}

static void make_styles(struct book *book)
{
    book->style.head = head_format(book, 0x1F4E78);
    book->style.decide_head = head_format(book, 0x375623);
    book->style.text = format(book, true);
    book->style.number = format(book, false);
    book->style.decide = format(book, true);
    /* As text: what is typed in stays as typed, a date or a formula too. */
    format_set_num_format(book->style.decide, "@");
    format_set_bg_color(book->style.decide, 0xF2F8EE);
    format_set_border(book->style.decide, LXW_BORDER_HAIR);
    book->style.link = format(book, true);
    format_set_font_color(book->style.link, 0x0563C1);
    format_set_underline(book->style.link, LXW_UNDERLINE_SINGLE);
    book->style.title = format(book, false);
    format_set_bold(book->style.title);
    format_set_font_size(book->style.title, 14);
    book->style.total = format(book, false);
    format_set_bold(book->style.total);
    book->style.high = colours(book, 0xFFC7CE, 0x9C0006);
    book->style.medium = colours(book, 0xFFEB9C, 0x7F4F00);
    book->style.low = colours(book, 0xC6EFCE, 0x006100);
    book->style.none = colours(book, 0xD9D9D9, 0x3F3F3F);
}

static void set_properties(struct book *book)
{
    /* Of the output, not of the run: the same input gives the same bytes.
     * reproducible-builds.org has the variable. */
    const char *epoch = getenv("SOURCE_DATE_EPOCH");
    char *end;
    long long now = epoch && *epoch ? strtoll(epoch, &end, 10) : 0;
    lxw_doc_properties properties = {
        .title = "FMEA worksheet of the Xen hypervisor",
        .subject = "Places where Xen stops the host", .author = "xenfmea",
        .comments = "Made by xenfmea. Edited decisions are read back by "
                    "'xenfmea decide --import'.",
        .created = (time_t)(now > 0 && !*end ? now : 946684800)};

    put_error(book, workbook_set_properties(book->file, &properties));
}

static int make_sheets(struct book *book)
{
    lxw_worksheet *summary = workbook_add_worksheet(book->file, "Summary");
    lxw_worksheet *catalogue, *places;

    book->rows = workbook_add_worksheet(book->file, "Worksheet");
    if (book_index_aous(book) || book_rows(book) || book_groups(book))
        return -1;
    catalogue = workbook_add_worksheet(book->file, "Assumptions");
    places = workbook_add_worksheet(book->file, "Assumption sites");
    if (book_aous(book, catalogue, places) || book_scales(book) ||
        book_rules(book) || book_scope(book) || book_configuration(book))
        return -1;
    book_columns(book);
    return book_summary(book, summary);
}

/* The library says on the standard error what it returns as well, in lines of
 * its own: those are kept from it. */
static lxw_error close_quietly(lxw_workbook *file, int *reason)
{
    int null = open("/dev/null", O_WRONLY | O_CLOEXEC);
    int kept = dup(STDERR_FILENO);
    lxw_error error;

    fflush(stderr);
    if (null >= 0 && kept >= 0)
        dup2(null, STDERR_FILENO);
    errno = 0;
    error = workbook_close(file);
    *reason = errno;
    fflush(stderr);
    if (kept >= 0)
        dup2(kept, STDERR_FILENO);
    if (null >= 0)
        close(null);
    if (kept >= 0)
        close(kept);
    return error;
}

static int close_book(struct book *book, const char *shown)
{
    lxw_error before = book->error;
    int reason;

    put_error(book, close_quietly(book->file, &reason));
    if (!book->error)
        return 0;
    return xf_error("cannot write %s: %s; free some space there, or choose "
                    "another place with -o", shown,
                    !before && reason ? strerror(reason)
                                      : lxw_strerror(book->error));
}

/* Where the library may put its parts: beside the result, where the room for
 * it has to be anyway. Caller frees. */
static char *folder_of(const char *path)
{
    const char *base = xf_path_base(path);

    return base == path ? xf_strdup(".")
                        : xf_strndup(path, (size_t)(base - path));
}

static int make_book(struct book *book, const char *tmp, const char *shown)
{
    char *folder = folder_of(tmp);
    lxw_workbook_options options = {.constant_memory = LXW_TRUE,
                                    .tmpdir = folder};
    int rc;

    errno = 0;
    book->file = workbook_new_opt(tmp, &options);
    if (!book->file) {
        free(folder);
        return xf_error("cannot write %s: %s", shown, strerror(errno));
    }
    make_styles(book);
    set_properties(book);
    rc = make_sheets(book);
    /* Also after an error: this is what releases it. */
    if (close_book(book, shown))
        rc = -1;
    free(folder);
    return rc;
}

int write_xlsx(struct xf_store *store, const struct xf_worksheet_how *how,
               const char *path, struct xf_buf *problems)
{
    struct book book = {.store = store, .how = how};
    char *tmp = stream_temporary(path);
    int rc = tmp ? 0 : -1;

    (void)problems;
    book.revision = rc ? NULL : meta_value(store, "tree_revision");
    if (!rc && !book.revision)
        rc = -1;
    if (!rc)
        rc = make_book(&book, tmp, path);
    if (!rc)
        rc = book_check(tmp, path);
    if (!rc)
        rc = xf_file_commit(tmp, path);
    else if (tmp)
        unlink(tmp);
    xf_map_release(&book.sites);
    xf_map_release(&book.groups);
    xf_map_release(&book.aous);
    free(book.site_row);
    free(book.group_row);
    free(book.revision);
    free(tmp);
    return rc;
}
