/* SPDX-License-Identifier: GPL-2.0-only */
#include "columns.h"

#define TEXT(name) {#name, offsetof(struct xf_row, name), false}
#define NUMBER(name) {#name, offsetof(struct xf_row, name), true}

const struct sheet_column sheet_columns[] = {
    TEXT(site_id),
    TEXT(kind),
    TEXT(file),
    NUMBER(line),
    NUMBER(column),
    TEXT(function),
    TEXT(arch),
    TEXT(build),
    TEXT(macro),
    TEXT(condition),
    TEXT(cause),
    TEXT(contexts),
    TEXT(disposition),
    TEXT(status),
    TEXT(aou),
    TEXT(rule),
    TEXT(confidence),
    TEXT(severity),
    TEXT(occurrence),
    TEXT(detection),
    TEXT(action_priority),
    TEXT(bug_count),
    {"in_debug_only", offsetof(struct xf_row, debug_only), true},
    TEXT(message),
    NUMBER(end_line),
    TEXT(macros),
    TEXT(armed_by),
    TEXT(paths),
    TEXT(proposed),
    TEXT(builds),
    TEXT(differs),
};

const size_t sheet_ncolumns = sizeof(sheet_columns) / sizeof(sheet_columns[0]);

char **sheet_text(struct xf_row *row, const struct sheet_column *column)
{
    return (char **)((char *)row + column->offset);
}

int *sheet_number(struct xf_row *row, const struct sheet_column *column)
{
    return (int *)((char *)row + column->offset);
}

const char *sheet_get_text(const struct xf_row *row,
                           const struct sheet_column *column)
{
    const char *text = *(char *const *)((const char *)row + column->offset);

    return text ? text : "";
}

int sheet_get_number(const struct xf_row *row,
                     const struct sheet_column *column)
{
    return *(const int *)((const char *)row + column->offset);
}
