/* SPDX-License-Identifier: GPL-2.0-only
 *
 * Witness paths for the page. Most begin alike, so they are a tree:
 *   paths  {"steps": [[parent, function, line, within, kind, file, via,
 *          checked, uncertain], ...], "ends": [[row, context, armed, step],
 *          ...]}
 * A step's parent is the index of the step before it plus 1, 0 for an entry;
 * zeros at the end of a step are left out. context and within are rows of the
 * table "contexts", the other texts are indices of "strings".
 */
#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

#include "alloc.h"
#include "page_json.h"

enum {
    PARENT,
    FUNCTION,
    LINE,
    WITHIN,
    KIND,
    SOURCE_FILE,
    VIA,
    CHECKED,
    UNCERTAIN,
    FIELDS
};

struct step {
    uint32_t fields[FIELDS];
};

struct steps {
    struct step *items;
    size_t len, cap;
    uint32_t *slots; /* index + 1, 0 is free */
    size_t nslots;   /* a power of two */
};

static size_t slot_of(const struct steps *steps, const struct step *step)
{
    size_t mask = steps->nslots - 1;
    size_t at = XXH3_64bits(step, sizeof(*step)) & mask;

    while (steps->slots[at] &&
           memcmp(&steps->items[steps->slots[at] - 1], step, sizeof(*step)))
        at = (at + 1) & mask;
    return at;
}

static void grow(struct steps *steps)
{
    steps->nslots = steps->nslots ? 2 * steps->nslots : 1024;
    free(steps->slots);
    steps->slots = xf_calloc(steps->nslots, sizeof(*steps->slots));
    for (size_t i = 0; i < steps->len; i++)
        steps->slots[slot_of(steps, &steps->items[i])] = (uint32_t)i + 1;
}

/* Index + 1 of the step, which is added when it is new. */
static uint32_t intern(struct steps *steps, const struct step *step)
{
    size_t at;

    if (2 * steps->len >= steps->nslots)
        grow(steps);
    at = slot_of(steps, step);
    if (!steps->slots[at]) {
        XF_GROW(steps->items, steps->len, steps->cap);
        steps->items[steps->len++] = *step;
        steps->slots[at] = (uint32_t)steps->len;
    }
    return steps->slots[at];
}

static uint32_t text(struct page_json *json, sqlite3_stmt *stmt, int column)
{
    return xf_map_add(&json->strings, xf_column(stmt, column), NULL);
}

/* Names of functions by id, index of the text + 1; 0: not looked up yet. */
struct names {
    uint32_t *items;
    size_t len, cap;
};

static int name_of(struct page_json *json, struct names *names, int64_t id,
                   uint32_t *out)
{
    sqlite3_stmt *stmt;
    int rc;

    *out = 0;
    if (id < 0 || id > PAGE_MAX_ID) /* no function has it */
        return 0;
    while (names->len <= (size_t)id) {
        XF_GROW(names->items, names->len, names->cap);
        names->items[names->len++] = 0;
    }
    if (!names->items[id]) {
        stmt = xf_store_prepare(json->store,
                                "SELECT name FROM function WHERE id = ?1");
        if (!stmt)
            return -1;
        sqlite3_bind_int64(stmt, 1, id);
        rc = xf_store_step(json->store, stmt);
        if (rc < 0)
            return -1;
        names->items[id] = (rc ? text(json, stmt, 0) : 0) + 1;
    }
    *out = names->items[id] - 1;
    return 0;
}

static int read_step(struct page_json *json, sqlite3_stmt *stmt,
                     struct names *names, struct step *step)
{
    memset(step, 0, sizeof(*step));
    step->fields[SOURCE_FILE] = text(json, stmt, 5);
    step->fields[LINE] = (uint32_t)sqlite3_column_int(stmt, 6);
    step->fields[KIND] = text(json, stmt, 7);
    step->fields[VIA] = text(json, stmt, 8);
    step->fields[UNCERTAIN] = (uint32_t)sqlite3_column_int(stmt, 9);
    step->fields[WITHIN] = (uint32_t)sqlite3_column_int(stmt, 10);
    step->fields[CHECKED] = text(json, stmt, 11);
    return name_of(json, names, sqlite3_column_int64(stmt, 4),
                   &step->fields[FUNCTION]);
}

struct end {
    uint32_t row, context, armed, step;
};

static void add_end(struct xf_buf *out, const struct end *end)
{
    if (!end->step || end->row == XF_MAP_NONE)
        return;
    page_separate(out);
    xf_buf_addch(out, '[');
    page_number(out, end->row);
    page_number(out, end->context);
    page_number(out, end->armed);
    page_number(out, end->step);
    xf_buf_addch(out, ']');
}

static int add_ends(struct page_json *json, struct steps *steps,
                    struct names *names)
{
    /* In the order of the table's key, so nothing is sorted. */
    sqlite3_stmt *stmt = xf_store_prepare(
        json->store, "SELECT site, context, armed, step, function, file, line,"
                     " kind, via, uncertain, within, checked FROM path_step"
                     " ORDER BY site, context, armed, step");
    struct end end = {0};
    int rc = -1;

    while (stmt && (rc = xf_store_step(json->store, stmt)) > 0) {
        struct step step;

        if (sqlite3_column_int(stmt, 3) == 0) {
            add_end(json->out, &end);
            end = (struct end){
                .row = page_row_of(json, sqlite3_column_int64(stmt, 0)),
                .context = (uint32_t)sqlite3_column_int(stmt, 1),
                .armed = (uint32_t)sqlite3_column_int(stmt, 2),
            };
        }
        if (read_step(json, stmt, names, &step))
            return -1;
        step.fields[PARENT] = end.step;
        end.step = intern(steps, &step);
    }
    add_end(json->out, &end);
    return rc;
}

static void add_steps(struct xf_buf *out, const struct steps *steps)
{
    for (size_t i = 0; i < steps->len; i++) {
        const uint32_t *fields = steps->items[i].fields;
        int count = FIELDS;

        while (!fields[count - 1])
            count--;
        xf_buf_adds(out, i ? ",\n[" : "\n[");
        for (int field = 0; field < count; field++)
            page_number(out, fields[field]);
        xf_buf_addch(out, ']');
    }
}

int page_add_paths(struct page_json *json)
{
    struct steps steps = {0};
    struct names names = {0};
    int rc;

    xf_buf_adds(json->out, ",\n\"paths\":{\"ends\":[");
    rc = add_ends(json, &steps, &names);
    xf_buf_adds(json->out, "],\"steps\":[");
    add_steps(json->out, &steps);
    xf_buf_adds(json->out, "]}");
    free(steps.items);
    free(steps.slots);
    free(names.items);
    return rc;
}
