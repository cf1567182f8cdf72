/* SPDX-License-Identifier: GPL-2.0-only
 *
 * The sheet "Worksheet": what a meeting looks at first, then the decision,
 * then the evidence, which can be folded away.
 */
#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "book.h"
#include "link.h"

#define DECIDE(id, name, width, meaning)                                       \
    [DECIDE_##id] = {name, name, width, false, meaning}
/* What fills them. */
static const unsigned char decided[DECIDE_COLUMNS] = {
    [DECIDE_DECISION] = COLUMN_DECIDED_DISPOSITION,
    [DECIDE_RATIONALE] = COLUMN_DECIDED_RATIONALE,
    [DECIDE_AOU] = COLUMN_DECIDED_AOU,
    [DECIDE_BY] = COLUMN_DECIDED_BY,
    [DECIDE_DATE] = COLUMN_DECIDED_ON,
    [DECIDE_MEETING] = COLUMN_MEETING,
};

const struct column_info decide_columns[DECIDE_COLUMNS] = {
    DECIDE(DECISION, "Decision", 16,
           "keep, remove-by-AoU, propagate, domain-crash, not-applicable or "
           "open."),
    DECIDE(RATIONALE, "Rationale", 44, "Why, in the words of who decides."),
    DECIDE(AOU, "AoU", 26,
           "Assumptions of use that the decision rests on; commas between."),
    DECIDE(BY, "By", 16, "Who decided."),
    DECIDE(DATE, "Date", 12, "When, YYYY-MM-DD."),
    DECIDE(MEETING, "Meeting", 16, "In which meeting."),
};

/* What no column of v_worksheet is alone. */
#define PLACE COLUMNS         /* file:line, with the link to the code */
#define EARLIER (COLUMNS + 1) /* decision that does not hold as it is */

/* What is before the columns for decisions, and the rest behind them. */
static const unsigned char first_columns[] = {
    COLUMN_SITE_ID, PLACE, COLUMN_KIND, COLUMN_FUNCTION, COLUMN_INVOCATION,
    COLUMN_FAILURE_MODE, COLUMN_FAILURE_CAUSE, COLUMN_SYSTEM_EFFECT,
    COLUMN_CONTEXTS, COLUMN_LEAST_ROLE, COLUMN_SEVERITY, COLUMN_OCCURRENCE,
    COLUMN_DETECTION, COLUMN_ACTION_PRIORITY, COLUMN_DISPOSITION,
    COLUMN_RATIONALE, COLUMN_AOU, COLUMN_QUESTION, EARLIER, COLUMN_STATUS};
#define FIRST (sizeof(first_columns) / sizeof(first_columns[0]))

static const unsigned char last_columns[] = {
    COLUMN_CONFIDENCE, COLUMN_RULE, COLUMN_SOURCE, COLUMN_EVIDENCE,
    COLUMN_CAUSE, COLUMN_LOCAL_EFFECT, COLUMN_MODE, COLUMN_PHASE,
    COLUMN_INTERFERENCE, COLUMN_FEASIBILITY, COLUMN_FEASIBILITY_WHY,
    COLUMN_PREVENTION, COLUMN_DETECTION_CONTROL, COLUMN_SEVERITY_WHY,
    COLUMN_OCCURRENCE_WHY, COLUMN_DETECTION_WHY, COLUMN_PRICE, COLUMN_REACTION,
    COLUMN_STATE_CHANGED, COLUMN_MISRA, COLUMN_VERIFICATION, COLUMN_REQUIREMENT,
    COLUMN_SUBSYSTEM, COLUMN_MAINTAINER, COLUMN_PURPOSE, COLUMN_DECISION_GROUP,
    COLUMN_GROUP_TITLE, COLUMN_GROUP_WHY, COLUMN_DECIDED_GROUP,
    COLUMN_DECISION_WHY, COLUMN_ACTION, COLUMN_ACTION_OWNER,
    COLUMN_ACTION_STATUS, COLUMN_KCONFIG, COLUMN_ARCH,
    COLUMN_BUILD, COLUMN_FILE, COLUMN_LINE, COLUMN_ROW_ID};
#define LAST (sizeof(last_columns) / sizeof(last_columns[0]))

/* With place and earlier_decision; without decision_state, which status has. */
_Static_assert(FIRST + DECIDE_COLUMNS + LAST == COLUMNS + 2 - 1,
               "a column is missing or twice");

const lxw_col_t book_priority_at = 13, book_status_at = FIRST - 1,
                book_decide_at = FIRST;

#define BEHIND (FIRST + DECIDE_COLUMNS)
#define ALL (BEHIND + LAST)

static struct head head_of(unsigned char column)
{
    const struct column_info *info;

    if (column == PLACE)
        return (struct head){"place", 30, "File and line; the link leads to "
                                          "the code."};
    if (column == EARLIER)
        return (struct head){"earlier_decision", 30,
                             "A decision that has to be confirmed or made "
                             "again, and why; the columns for decisions are "
                             "empty then."};
    info = &columns[column];
    return (struct head){info->header, info->width, info->meaning};
}

static void put_heads(struct book *book)
{
    lxw_worksheet *sheet = book->rows;
    lxw_row_col_options folded = {.level = 1};

    worksheet_set_default_row(sheet, 46, LXW_FALSE); /* points: three lines of text */
    put_error(book, worksheet_set_row(sheet, 0, 32, NULL));
    for (size_t i = 0; i < FIRST; i++) {
        struct head head = head_of(first_columns[i]);

        put_head(book, sheet, (lxw_col_t)i, &head, 1, false);
    }
    for (size_t i = 0; i < DECIDE_COLUMNS; i++) {
        struct head head = {decide_columns[i].header, decide_columns[i].width,
                            decide_columns[i].meaning};

        put_head(book, sheet, (lxw_col_t)(FIRST + i), &head, 1, true);
    }
    for (size_t i = 0; i < LAST; i++) {
        struct head head = head_of(last_columns[i]);
        lxw_col_t at = (lxw_col_t)(BEHIND + i);

        put_head(book, sheet, at, &head, 1, false);
        put_error(book, worksheet_set_column_opt(sheet, at, at, head.width,
                                                 NULL, &folded));
    }
}

static void put_place(struct book *book, lxw_row_t at, lxw_col_t column,
                      const struct row *row)
{
    const char *file = row->text[COLUMN_FILE], *line = row->text[COLUMN_LINE];
    char *text = xf_format("%s:%s", file, line);

    if (book->how->code_url) {
        char *url = link_make(book->how, book->revision, file, line);

        put_link(book, book->rows, at, column, url, text);
        free(url);
    } else {
        put_text(book, book->rows, at, column, text, book->style.text);
    }
    free(text);
}

/* It does not hold as it is: made for another place, or for something else.
 * In the columns for decisions it would come back as if somebody had said it
 * again. */
static bool is_earlier(const struct row *row)
{
    const char *state = row->text[COLUMN_DECISION_STATE];

    return !strcmp(state, "moved") || !strcmp(state, "stale");
}

static void put_earlier(struct book *book, lxw_row_t at, lxw_col_t column,
                        const struct row *row)
{
    char *text = is_earlier(row)
                     ? xf_format("%s: %s (%s %s): %s",
                                 row->text[COLUMN_DECIDED_DISPOSITION],
                                 row->text[COLUMN_DECIDED_RATIONALE],
                                 row->text[COLUMN_DECIDED_BY],
                                 row->text[COLUMN_DECIDED_ON],
                                 row->text[COLUMN_DECISION_WHY])
                     : xf_strdup("");

    put_text(book, book->rows, at, column, text, book->style.text);
    free(text);
}

/* The first of several ids is the one that the cell leads to. */
static void put_aou(struct book *book, lxw_row_t at, lxw_col_t column,
                    const char *ids)
{
    char *first = xf_strndup(ids, strcspn(ids, ", "));
    uint32_t row = xf_map_find(&book->aous, first);

    free(first);
    if (row == XF_MAP_NONE) {
        put_text(book, book->rows, at, column, ids, book->style.text);
    } else {
        char *to = xf_format("internal:Assumptions!A%u", row + 1);

        put_link(book, book->rows, at, column, to, ids);
        free(to);
    }
}

static void put_cell(struct book *book, lxw_row_t at, lxw_col_t column,
                     unsigned char which, const struct row *row)
{
    if (which == PLACE)
        put_place(book, at, column, row);
    else if (which == EARLIER)
        put_earlier(book, at, column, row);
    else if (which == COLUMN_AOU)
        put_aou(book, at, column, row->text[which]);
    else if (columns[which].number)
        put_number(book, book->rows, at, column, row->text[which]);
    else
        put_text(book, book->rows, at, column, row->text[which],
                 book->style.text);
}

/* Remember where a site or a group is first. */
static void remember(struct xf_map *map, uint32_t **rows, size_t *cap,
                     const char *key, uint32_t at)
{
    size_t len = map->len;
    int is_new;

    if (!*key)
        return;
    xf_map_add(map, key, &is_new);
    if (!is_new)
        return;
    XF_GROW(*rows, len, *cap);
    (*rows)[len] = at;
}

static int put_row(const struct row *row, void *payload)
{
    struct book *book = payload;
    lxw_row_t at = ++book->nrows;

    remember(&book->sites, &book->site_row, &book->sites_cap,
             row->text[COLUMN_SITE_ID], at);
    book->ndecided += *row->text[COLUMN_DECIDED_DISPOSITION] &&
                      !is_earlier(row);
    remember(&book->groups, &book->group_row, &book->groups_cap,
             row->text[COLUMN_DECISION_GROUP], at);
    for (size_t i = 0; i < FIRST; i++)
        put_cell(book, at, (lxw_col_t)i, first_columns[i], row);
    for (size_t i = 0; i < DECIDE_COLUMNS; i++)
        put_text(book, book->rows, at, (lxw_col_t)(FIRST + i),
                 is_earlier(row) ? "" : row->text[decided[i]],
                 book->style.decide);
    for (size_t i = 0; i < LAST; i++)
        put_cell(book, at, (lxw_col_t)(BEHIND + i), last_columns[i], row);
    return 0;
}

/* ---- colours, which repeat what letters and words say -------------------- */

static void colour(struct book *book, lxw_col_t at, const char *value,
                   lxw_format *format)
{
    char quoted[32];
    lxw_conditional_format rule = {
        .type = LXW_CONDITIONAL_TYPE_CELL,
        .criteria = LXW_CONDITIONAL_CRITERIA_EQUAL_TO,
        .value_string = quoted, .format = format};

    snprintf(quoted, sizeof(quoted), "\"%s\"", value);
    put_error(book, worksheet_conditional_format_range(
                        book->rows, 1, at, book->nrows, at, &rule));
}

static void put_colours(struct book *book)
{
    static const struct {
        const char *status;
        char how; /* as a priority has it */
    } states[] = {{"decided", 'L'}, {"moved", 'M'}, {"stale", 'H'},
                  {"open", '?'}};

    if (!book->nrows)
        return;
    colour(book, book_priority_at, "H", book->style.high);
    colour(book, book_priority_at, "M", book->style.medium);
    colour(book, book_priority_at, "L", book->style.low);
    colour(book, book_priority_at, "?", book->style.none);
    for (size_t i = 0; i < sizeof(states) / sizeof(states[0]); i++)
        colour(book, book_status_at, states[i].status,
               states[i].how == 'L'   ? book->style.low
               : states[i].how == 'M' ? book->style.medium
               : states[i].how == 'H' ? book->style.high
                                      : book->style.none);
}

int book_rows(struct book *book)
{
    put_heads(book);
    if (each_row(book->store, put_row, book))
        return -1;
    put_colours(book);
    add_choices(book, book->rows, book->nrows, book_decide_at);
    end_list(book, book->rows, book->nrows, ALL, 2);
    /* What a meeting needs on paper: two pages of A3 side by side. */
    worksheet_set_paper(book->rows, 8);
    worksheet_fit_to_pages(book->rows, 2, 0);
    put_error(book, worksheet_repeat_columns(book->rows, 0, 1));
    put_error(book, worksheet_print_area(book->rows, 0, 0,
                                         book->nrows ? book->nrows : 1,
                                         BEHIND - 1));
    return 0;
}
