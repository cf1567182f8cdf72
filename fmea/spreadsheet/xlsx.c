/* SPDX-License-Identifier: GPL-2.0-only */
#include "xlsx.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "error.h"
#include "part.h"

struct sheet {
    char *name, *id, *path; /* path NULL: no worksheet, a chart perhaps */
};

struct xf_xlsx {
    char *file;
    zip_t *zip;
    char *workbook, *strings_path;
    struct sheet *sheets;
    size_t nsheets, cap;
    char **strings;
    size_t nstrings, strings_cap;
    bool from_1904;
};

#define MAX_ROW 1048576
#define MAX_COLUMN 16384

/* ---- text --------------------------------------------------------------- */

static void add_character(struct xf_buf *out, unsigned int ch)
{
    if (ch < 0x80) {
        xf_buf_addch(out, (char)ch);
    } else if (ch < 0x800) {
        xf_buf_addch(out, (char)(0xc0 | ch >> 6));
        xf_buf_addch(out, (char)(0x80 | (ch & 0x3f)));
    } else {
        xf_buf_addch(out, (char)(0xe0 | ch >> 12));
        xf_buf_addch(out, (char)(0x80 | (ch >> 6 & 0x3f)));
        xf_buf_addch(out, (char)(0x80 | (ch & 0x3f)));
    }
}

/* The value of _xHHHH_ at `text`, 0 when it is none or no character. */
static unsigned int escaped(const char *text)
{
    char digits[5];
    unsigned int ch;

    if (strncmp(text, "_x", 2) || strspn(text + 2, "0123456789abcdefABCDEF") < 4
        || text[6] != '_')
        return 0;
    memcpy(digits, text + 2, 4);
    digits[4] = '\0';
    ch = (unsigned int)strtoul(digits, NULL, 16);
    return ch >= 0xd800 && ch <= 0xdfff ? 0 : ch;
}

/* What XML cannot hold is spelled _xHHHH_ (ECMA-376, ST_Xstring). */
static char *unescape(const char *text)
{
    struct xf_buf out = XF_BUF_INIT;

    while (*text) {
        unsigned int ch = escaped(text);

        if (ch)
            add_character(&out, ch);
        else
            xf_buf_addch(&out, *text);
        text += ch ? 7 : 1;
    }
    return xf_buf_detach(&out);
}

/* ---- relations ---------------------------------------------------------- */

/* "xl/workbook.xml" + "worksheets/sheet1.xml"; caller frees. */
static char *target_of(const char *from, const char *target)
{
    const char *slash = strrchr(from, '/');

    if (*target == '/')
        return xf_strdup(target + 1);
    return slash ? xf_format("%.*s%s", (int)(slash - from + 1), from, target)
                 : xf_strdup(target);
}

static bool ends_with(const char *text, const char *end)
{
    size_t n = text ? strlen(text) : 0, m = strlen(end);

    return n >= m && !strcmp(text + n - m, end);
}

static void replace(char **to, char *text)
{
    free(*to);
    *to = text;
}

static void begin_root_relation(struct part *part, const char *name,
                                const char **attributes)
{
    struct xf_xlsx *book = part->payload;
    const char *target = part_attribute(attributes, "Target");

    if (!strcmp(name, "Relationship") && target &&
        ends_with(part_attribute(attributes, "Type"), "/officeDocument"))
        replace(&book->workbook, target_of("", target));
}

static void begin_relation(struct part *part, const char *name,
                           const char **attributes)
{
    struct xf_xlsx *book = part->payload;
    const char *target = part_attribute(attributes, "Target");
    const char *type = part_attribute(attributes, "Type");
    const char *id = part_attribute(attributes, "Id");

    if (strcmp(name, "Relationship") || !target || !id)
        return;
    if (ends_with(type, "/sharedStrings"))
        replace(&book->strings_path, target_of(book->workbook, target));
    for (size_t i = 0; i < book->nsheets && ends_with(type, "/worksheet"); i++)
        if (!strcmp(book->sheets[i].id, id))
            replace(&book->sheets[i].path, target_of(book->workbook, target));
}

static void begin_workbook(struct part *part, const char *name,
                           const char **attributes)
{
    struct xf_xlsx *book = part->payload;
    const char *id = part_attribute(attributes, "id");
    const char *title = part_attribute(attributes, "name");
    const char *from_1904 = part_attribute(attributes, "date1904");

    if (!strcmp(name, "workbookPr"))
        book->from_1904 = from_1904 && (!strcmp(from_1904, "1") ||
                                        !strcmp(from_1904, "true"));
    if (strcmp(name, "sheet") || !id || !title)
        return;
    XF_GROW(book->sheets, book->nsheets, book->cap);
    book->sheets[book->nsheets++] =
        (struct sheet){.name = xf_strdup(title), .id = xf_strdup(id)};
}

static int read_part(struct xf_xlsx *book, const char *name,
                     void (*begin)(struct part *, const char *, const char **))
{
    struct part part = {.file = book->file, .payload = book, .begin = begin};

    return part_read(&part, book->zip, name);
}

/* ---- shared strings ----------------------------------------------------- */

struct strings {
    struct xf_xlsx *book;
    struct xf_buf text;
    bool in_text;
    int phonetic; /* depth in <rPh>, which is not part of the text */
};

static void begin_string(struct part *part, const char *name,
                         const char **attributes)
{
    struct strings *s = part->payload;

    (void)attributes;
    if (!strcmp(name, "si"))
        xf_buf_clear(&s->text);
    s->phonetic += !strcmp(name, "rPh");
    s->in_text = !strcmp(name, "t") && !s->phonetic;
}

static void end_string(struct part *part, const char *name)
{
    struct strings *s = part->payload;
    struct xf_xlsx *book = s->book;

    s->in_text = false;
    s->phonetic -= !strcmp(name, "rPh") && s->phonetic;
    if (strcmp(name, "si"))
        return;
    XF_GROW(book->strings, book->nstrings, book->strings_cap);
    book->strings[book->nstrings++] =
        unescape(s->text.data ? s->text.data : "");
    xf_buf_clear(&s->text);
}

static void add_string(struct part *part, const char *text, size_t len)
{
    struct strings *s = part->payload;

    if (s->in_text)
        xf_buf_add(&s->text, text, len);
}

static int read_strings(struct xf_xlsx *book)
{
    struct strings s = {.book = book};
    struct part part = {.file = book->file, .payload = &s,
                        .begin = begin_string, .end = end_string,
                        .text = add_string};
    int rc = part_read(&part, book->zip, book->strings_path);

    xf_buf_release(&s.text);
    return rc;
}

/* ---- the workbook ------------------------------------------------------- */

static int read_workbook(struct xf_xlsx *book)
{
    char *relations;
    const char *base;
    int rc;

    book->workbook = xf_strdup("xl/workbook.xml");
    rc = read_part(book, "_rels/.rels", begin_root_relation);
    if (!rc)
        rc = read_part(book, book->workbook, begin_workbook);
    if (rc)
        return rc;
    base = strrchr(book->workbook, '/');
    base = base ? base + 1 : book->workbook;
    relations = xf_format("%.*s_rels/%s.rels", (int)(base - book->workbook),
                          book->workbook, base);
    rc = read_part(book, relations, begin_relation);
    free(relations);
    if (!rc && book->strings_path && part_exists(book->zip, book->strings_path))
        rc = read_strings(book);
    return rc;
}

static int begin(struct xf_xlsx **out, const char *name, zip_t *zip,
                 const char *why)
{
    struct xf_xlsx *book;
    int rc;

    *out = NULL;
    if (!zip)
        return xf_error("%s: not an .xlsx file: %s; save it as one", name, why);
    book = xf_calloc(1, sizeof(*book));
    book->file = xf_strdup(name);
    book->zip = zip;
    rc = read_workbook(book);
    if (rc)
        xf_xlsx_close(book);
    else
        *out = book;
    return rc;
}

static int open_source(struct xf_xlsx **out, const char *name,
                       zip_source_t *source)
{
    zip_error_t error;
    zip_t *zip;
    int rc;

    zip_error_init(&error);
    zip = source ? zip_open_from_source(source, ZIP_RDONLY, &error) : NULL;
    if (!zip && source)
        zip_source_free(source);
    rc = begin(out, name, zip, zip_error_strerror(&error));
    zip_error_fini(&error);
    return rc;
}

int xf_xlsx_open(struct xf_xlsx **out, const char *path)
{
    return open_source(out, path, zip_source_file_create(path, 0, -1, NULL));
}

int xf_xlsx_parse(struct xf_xlsx **out, const char *name, const void *data,
                  size_t len)
{
    return open_source(out, name,
                       zip_source_buffer_create(data, len, 0, NULL));
}

void xf_xlsx_close(struct xf_xlsx *book)
{
    if (!book)
        return;
    for (size_t i = 0; i < book->nsheets; i++) {
        free(book->sheets[i].name);
        free(book->sheets[i].id);
        free(book->sheets[i].path);
    }
    for (size_t i = 0; i < book->nstrings; i++)
        free(book->strings[i]);
    free(book->sheets);
    free(book->strings);
    free(book->workbook);
    free(book->strings_path);
    free(book->file);
    zip_discard(book->zip);
    free(book);
}

size_t xf_xlsx_sheets(const struct xf_xlsx *book)
{
    return book->nsheets;
}

const char *xf_xlsx_name(const struct xf_xlsx *book, size_t sheet)
{
    return book->sheets[sheet].name;
}

bool xf_xlsx_from_1904(const struct xf_xlsx *book)
{
    return book->from_1904;
}

/* ---- cells -------------------------------------------------------------- */

struct cells {
    struct xf_xlsx *book;
    xf_cell_fn *fn;
    void *payload;
    struct xf_cell cell;
    char type[16];         /* attribute t */
    struct xf_buf value;   /* <v> */
    struct xf_buf inlined; /* <is> */
    bool in_value, in_inline, in_text;
    int phonetic;
};

/* "B12" to 2 and 12; what is not there stays. */
static void place(struct xf_cell *cell, const char *name)
{
    int column = 0, row;

    for (; isalpha((unsigned char)*name) && column < MAX_COLUMN; name++)
        column = 26 * column + toupper((unsigned char)*name) - 'A' + 1;
    row = atoi(name);
    if (column && column <= MAX_COLUMN)
        cell->column = column;
    if (row > 0 && row <= MAX_ROW)
        cell->row = row;
}

static void begin_cell(struct part *part, const char *name,
                       const char **attributes)
{
    struct cells *c = part->payload;
    const char *at = part_attribute(attributes, "r");
    const char *type = part_attribute(attributes, "t");

    if (!strcmp(name, "row")) {
        c->cell.column = 0;
        c->cell.row += c->cell.row < MAX_ROW;
        if (at)
            place(&c->cell, at);
    } else if (!strcmp(name, "c")) {
        c->cell.column += c->cell.column < MAX_COLUMN;
        if (at)
            place(&c->cell, at);
        c->cell.formula = false;
        snprintf(c->type, sizeof(c->type), "%s", type ? type : "n");
        xf_buf_clear(&c->value);
        xf_buf_clear(&c->inlined);
    }
    c->cell.formula = c->cell.formula || !strcmp(name, "f");
    c->in_value = !strcmp(name, "v");
    c->in_inline = c->in_inline || !strcmp(name, "is");
    c->phonetic += !strcmp(name, "rPh");
    c->in_text = !strcmp(name, "t") && c->in_inline && !c->phonetic;
}

static void add_cell_text(struct part *part, const char *text, size_t len)
{
    struct cells *c = part->payload;

    if (c->in_value)
        xf_buf_add(&c->value, text, len);
    else if (c->in_text)
        xf_buf_add(&c->inlined, text, len);
}

/* The text of the cell that ends; NULL with xf_error(). Caller frees. */
static char *text_of(struct cells *c)
{
    const char *value = c->value.data ? c->value.data : "";
    unsigned long at;
    char *end;

    c->cell.type = XF_CELL_TEXT;
    if (!strcmp(c->type, "inlineStr"))
        return unescape(c->inlined.data ? c->inlined.data : "");
    if (!strcmp(c->type, "s") && *value) {
        at = strtoul(value, &end, 10);
        if (!*end && at < c->book->nstrings)
            return xf_strdup(c->book->strings[at]);
        xf_error("%s: row %d, column %d refers to a text that is not in the "
                 "file; save it again", c->book->file, c->cell.row,
                 c->cell.column);
        return NULL;
    }
    if (!strcmp(c->type, "b")) {
        c->cell.type = XF_CELL_BOOL;
        return xf_strdup(!strcmp(value, "1") ? "TRUE" : "FALSE");
    }
    if (!strcmp(c->type, "e"))
        c->cell.type = XF_CELL_ERROR;
    else if (!strcmp(c->type, "n"))
        c->cell.type = XF_CELL_NUMBER;
    return unescape(value);
}

static void end_cell(struct part *part, const char *name)
{
    struct cells *c = part->payload;
    char *text;
    int rc = 0;

    c->in_value = c->in_text = false;
    c->phonetic -= !strcmp(name, "rPh") && c->phonetic;
    if (!strcmp(name, "is"))
        c->in_inline = false;
    if (strcmp(name, "c"))
        return;
    text = text_of(c);
    c->cell.text = text;
    if (!text)
        rc = -1;
    else if (*text || c->cell.formula)
        rc = c->fn(&c->cell, c->payload);
    free(text);
    if (rc)
        part_stop(part, rc);
}

int xf_xlsx_cells(struct xf_xlsx *book, size_t sheet, xf_cell_fn *cell,
                  void *payload)
{
    struct cells c = {.book = book, .fn = cell, .payload = payload};
    struct part part = {.file = book->file, .payload = &c, .begin = begin_cell,
                        .end = end_cell, .text = add_cell_text};
    int rc = book->sheets[sheet].path
                 ? part_read(&part, book->zip, book->sheets[sheet].path) : 0;

    xf_buf_release(&c.value);
    xf_buf_release(&c.inlined);
    return rc;
}
