/* SPDX-License-Identifier: GPL-2.0-only
 *
 * The sheet "Summary": what was looked at, how far the decisions are, and
 * tables of counts with their charts. Numbers that change while somebody
 * decides in the sheet are formulas.
 */
#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "book.h"
#include "summary.h"

#define CHART_COLUMN 9 /* charts stand right of the tables */
#define CHART_ROWS 20
#define SUBSYSTEMS 30  /* rows of the heat map */

static void put_fact(struct book *book, lxw_worksheet *sheet, lxw_row_t *at,
                     const char *name, const char *value)
{
    put_text(book, sheet, *at, 0, name, book->style.total);
    put_text(book, sheet, (*at)++, 1, value, book->style.text);
}

static int put_scope(struct book *book, lxw_worksheet *sheet, lxw_row_t *at)
{
    static const char *const names[][2] = {{"tree", "Tree"},
                                           {"xen_version", "Version of Xen"},
                                           {"tree_revision", "Revision"},
                                           {"tool_version", "xenfmea"}};
    sqlite3_stmt *q = xf_store_prepare(
        book->store, "SELECT group_concat(name, ', ') FROM (SELECT"
                     " arch || ' ' || name AS name FROM build ORDER BY 1)");

    put_text(book, sheet, (*at)++, 0, "FMEA worksheet of the Xen hypervisor",
             book->style.title);
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        char *value = meta_value(book->store, names[i][0]);

        if (!value)
            return -1;
        if (*value)
            put_fact(book, sheet, at, names[i][1], value);
        free(value);
    }
    if (!q || xf_store_step(book->store, q) < 0)
        return -1;
    put_fact(book, sheet, at, "Builds", xf_column(q, 0));
    return 0;
}

static void put_count(struct book *book, lxw_worksheet *sheet, lxw_row_t *at,
                      const char *name, const char *formula, double value)
{
    put_text(book, sheet, *at, 0, name, book->style.total);
    if (formula)
        put_error(book, worksheet_write_formula_num(sheet, (*at)++, 1, formula,
                                                    book->style.number,
                                                    value));
    else
        put_error(book, worksheet_write_number(sheet, (*at)++, 1, value,
                                               book->style.number));
}

static int put_progress(struct book *book, lxw_worksheet *sheet, lxw_row_t *at)
{
    int failed = count_of(book->store,
                          "SELECT count(*) FROM tu WHERE status <> 'ok'");
    int open = count_of(book->store, "SELECT count(*) FROM census"
                                     " WHERE accounted = 'unaccounted'");
    char column[8], formula[64];

    if (failed < 0 || open < 0)
        return -1;
    lxw_col_to_name(column, book_decide_at, LXW_FALSE);
    snprintf(formula, sizeof(formula), "=COUNTIF(Worksheet!%s2:%s%u,\"?*\")",
             column, column, book->nrows + 1);
    ++*at;
    put_count(book, sheet, at, "Sites", NULL, (double)book->sites.len);
    put_count(book, sheet, at, "Rows (site, build, failure mode)", NULL,
              book->nrows);
    put_count(book, sheet, at, "Rows with a decision", formula,
              book->ndecided);
    put_count(book, sheet, at, "Units that were not analysed", NULL, failed);
    put_count(book, sheet, at, "Occurrences not accounted for", NULL, open);
    ++*at;
    return 0;
}

/* ---- a table and its chart ---------------------------------------------- */

static lxw_color_t series_colour(const char *name, size_t i)
{
    static const struct {
        const char *name;
        lxw_color_t colour;
    } known[] = {{"H", 0xC0392B},           {"M", 0xD4A017},
                 {"L", 0x2E8B57},           {"?", 0x7F7F7F},
                 {"needs review", 0x7F7F7F}, {"propagate", 0xC0392B},
                 {"remove-by-AoU", 0x1F618D}, {"remove-impossible", 0x7D3C98},
                 {"keep", 0x2E8B57}};
    static const lxw_color_t others[] = {0x1F618D, 0xC0392B, 0x2E8B57,
                                         0xD4A017, 0x7D3C98, 0x148F77,
                                         0x5D6D7E, 0xD35400};

    for (size_t k = 0; k < sizeof(known) / sizeof(known[0]); k++)
        if (!strcmp(known[k].name, name))
            return known[k].colour;
    return others[i % (sizeof(others) / sizeof(others[0]))];
}

static void put_chart(struct book *book, lxw_worksheet *sheet,
                      const struct crosstab *table, lxw_row_t head,
                      lxw_row_t rows)
{
    lxw_chart *chart = workbook_add_chart(book->file, LXW_CHART_BAR_STACKED);
    lxw_chart_options place = {.object_position = LXW_OBJECT_MOVE_DONT_SIZE,
                               .x_scale = 1.5,
                               .y_scale = rows > 14 ? 1.9 : 1.25,
                               .description = (char *)table->title};

    for (size_t c = 0; c < table->columns.len; c++) {
        lxw_chart_fill fill = {
            .color = series_colour(table->columns.keys[c], c)};
        lxw_chart_series *s = chart_add_series(chart, NULL, NULL);
        lxw_col_t at = (lxw_col_t)(1 + c);

        chart_series_set_categories(s, "Summary", head + 1, 0, head + rows, 0);
        chart_series_set_values(s, "Summary", head + 1, at, head + rows, at);
        chart_series_set_name_range(s, "Summary", head, at);
        chart_series_set_fill(s, &fill);
    }
    chart_title_set_name(chart, table->title);
    chart_axis_set_reverse(chart->y_axis); /* as the table, top down */
    chart_legend_set_position(chart, LXW_CHART_LEGEND_BOTTOM);
    put_error(book, worksheet_insert_chart_opt(sheet, head - 1, CHART_COLUMN,
                                               chart, &place));
}

static void put_heat(struct book *book, lxw_worksheet *sheet, lxw_row_t head,
                     lxw_row_t rows, lxw_col_t columns)
{
    lxw_conditional_format scale = {
        .type = LXW_CONDITIONAL_2_COLOR_SCALE, .min_color = 0xFFFFFF,
        .max_color = 0xF4B183};

    if (rows && columns)
        put_error(book, worksheet_conditional_format_range(
                            sheet, head + 1, 1, head + rows, columns, &scale));
}

static lxw_row_t put_cells(struct book *book, lxw_worksheet *sheet,
                           const struct crosstab *table, lxw_row_t *at,
                           size_t most)
{
    lxw_row_t rows = 0;

    put_error(book, worksheet_set_row(sheet, *at, 30, NULL));
    put_text(book, sheet, *at, 0, "", book->style.head);
    for (size_t c = 0; c < table->columns.len; c++)
        put_text(book, sheet, *at, (lxw_col_t)(1 + c), table->columns.keys[c],
                 book->style.head);
    for (size_t r = 0; r < table->rows.len && r < most; r++, rows++) {
        ++*at;
        put_text(book, sheet, *at, 0, table->rows.keys[r], book->style.text);
        for (size_t c = 0; c < table->columns.len; c++)
            put_error(book, worksheet_write_number(
                                sheet, *at, (lxw_col_t)(1 + c),
                                crosstab_get(table, r, c),
                                book->style.number));
    }
    if (table->rows.len > most) {
        char *more = xf_format("... and %zu more, with fewer rows",
                               table->rows.len - most);

        put_text(book, sheet, ++*at, 0, more, book->style.text);
        free(more);
    }
    return rows;
}

static int put_table(struct book *book, lxw_worksheet *sheet, lxw_row_t *at,
                     enum summary which)
{
    struct crosstab table;
    lxw_row_t title = *at, head, rows;
    int rc = crosstab_load(&table, book->store, which);

    if (!rc) {
        put_text(book, sheet, (*at)++, 0, table.title, book->style.title);
        put_text(book, sheet, (*at)++, 0, table.note, book->style.text);
        head = *at;
        rows = put_cells(book, sheet, &table, at, SUBSYSTEMS);
        put_heat(book, sheet, head, rows, (lxw_col_t)table.columns.len);
        if (rows && table.columns.len)
            put_chart(book, sheet, &table, head, rows);
        *at += 3;
        if (*at < title + CHART_ROWS + (rows > 14 ? 10 : 0))
            *at = title + CHART_ROWS + (rows > 14 ? 10 : 0);
    }
    crosstab_release(&table);
    return rc;
}

int book_summary(struct book *book, lxw_worksheet *sheet)
{
    lxw_row_t at = 0;

    put_error(book, worksheet_set_column(sheet, 0, 0, 44, NULL));
    put_error(book, worksheet_set_column(sheet, 1, CHART_COLUMN - 1, 13,
                                         NULL));
    if (put_scope(book, sheet, &at) || put_progress(book, sheet, &at))
        return -1;
    for (int i = 0; i < SUMMARIES; i++)
        if (put_table(book, sheet, &at, i))
            return -1;
    worksheet_set_landscape(sheet);
    worksheet_set_paper(sheet, 9);
    worksheet_fit_to_pages(sheet, 1, 0);
    worksheet_activate(sheet);
    return 0;
}
