/* SPDX-License-Identifier: GPL-2.0-only
 *
 * Cursors to trees. libclang hides some of the tree: implicit casts and a
 * handful of expressions are all "unexposed", told apart by their children; a
 * for loop does not say which of its parts is absent; initialisers appear as
 * written, so positions are matched with members here (C11 6.7.9).
 */
#include "lower.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "asmtext.h"
#include "facts.h"
#include "pointers.h"
#include "texts.h"
#include "tree.h"

#define DEPTH_LIMIT 1500 /* below the reader's */
#define NO_TEXT ((size_t)-1)
#define ASM_LIMIT 80     /* bytes of an assembly template that are kept */
#define TABLE_LIMIT 64   /* longer arrays of numbers are left out */

struct definition {
    CXCursor cursor;
    char *name;
    bool is_function, wanted;
    struct xf_place at;
};

/* A canonical type: its spelling, and its number in the current tree. */
struct type {
    char *text;
    unsigned int tree; /* serial number of that tree */
    unsigned int index;
};

struct lowering {
    struct xf_buf *out;
    CXTranslationUnit unit;
    const struct xf_frame_names *frames;
    struct xf_names *names;
    CXFile last_file;
    uint32_t last_name;
    /* of the unit */
    struct definition *definitions;
    size_t ndefinitions, definitions_cap;
    struct xf_map by_name; /* index + 1 into definitions by order; see find */
    uint32_t *by_name_index;
    size_t by_name_cap;
    uint32_t *queue;
    size_t nqueue, queue_cap;
    struct xf_pointers type_keys;
    struct type *types;
    size_t types_cap;
    struct xf_pointers field_keys;
    char **field_homes;
    size_t fields_cap;
    /* of the tree being made */
    struct xf_buf text, type_list;
    unsigned int tree, ntypes;
    struct xf_pointers locals;
    size_t *asm_ends; /* in `text`, behind the attributes of each asm */
    size_t nasms, asms_cap;
    struct xf_place at;        /* of the definition */
    unsigned int depth;
};

/* Around a node: which macro its parent came from. */
struct around {
    const char *real;
    unsigned int offset; /* of the invocation; real NULL: none */
};

static char *take(CXString s)
{
    const char *text = clang_getCString(s);
    char *copy = xf_strdup(text ? text : "");

    clang_disposeString(s);
    return copy;
}

/* ---- places --------------------------------------------------------------- */

static struct xf_place place(struct lowering *l, CXFile file, unsigned int line,
                             unsigned int offset)
{
    struct xf_place p = {"", "", line, 0, offset};

    if (!file)
        return p;
    if (file != l->last_file) {
        char *raw = take(clang_getFileName(file));

        l->last_name = xf_names_add(l->names, raw);
        l->last_file = file;
        free(raw);
    }
    p.real = l->names->real[l->last_name];
    p.file = l->names->shown[l->last_name];
    return p;
}

static struct xf_place file_place(struct lowering *l, CXSourceLocation at)
{
    unsigned int line, offset;
    CXFile file;

    clang_getFileLocation(at, &file, &line, NULL, &offset);
    return place(l, file, line, offset);
}

static struct xf_place spelling_place(struct lowering *l, CXSourceLocation at)
{
    unsigned int line, offset;
    CXFile file;

    clang_getSpellingLocation(at, &file, &line, NULL, &offset);
    return place(l, file, line, offset);
}

/* ---- names ---------------------------------------------------------------- */

static void put_word(struct xf_buf *out, char sigil, const char *word)
{
    bool plain = *word != '\0';

    for (const char *p = word; *p && plain; p++)
        plain = isalnum((unsigned char)*p) || *p == '_' || *p == '.' ||
                *p == '/' || *p == '-' || *p == '+' || *p == '=' || *p == '<' ||
                *p == '>' || *p == '!' || *p == '&' || *p == '|' || *p == '~' ||
                *p == '^' || *p == '*' || *p == ':' || *p == '@' || *p == ',' ||
                *p == '%';
    xf_buf_addch(out, ' ');
    xf_buf_addch(out, sigil);
    if (plain) {
        xf_buf_adds(out, word);
        return;
    }
    xf_buf_addch(out, '"');
    for (const char *p = word; *p; p++) {
        if (*p == '"' || *p == '\\')
            xf_buf_addch(out, '\\');
        xf_buf_addch(out, *p);
    }
    xf_buf_addch(out, '"');
}

/* Absolute paths in the spelling of a type without a name would differ from
 * machine to machine. */
static char *without_paths(struct lowering *l, char *text)
{
    struct xf_buf out = XF_BUF_INIT;
    const char *p = text, *at;

    if (!strstr(text, " at /"))
        return text;
    while ((at = strstr(p, " at /"))) {
        size_t len = strcspn(at + 4, ":");
        char *raw = xf_strndup(at + 4, len);

        xf_buf_add(&out, p, (size_t)(at - p) + 4);
        xf_buf_adds(&out, l->names->shown[xf_names_add(l->names, raw)]);
        free(raw);
        p = at + 4 + len;
    }
    xf_buf_adds(&out, p);
    free(text);
    return xf_buf_detach(&out);
}

static void put_type(struct lowering *l, CXType type)
{
    CXType canonical = clang_getCanonicalType(type);
    uint32_t at;
    bool is_new;
    struct type *t;

    if (canonical.kind == CXType_Invalid)
        return;
    at = xf_pointers_add(&l->type_keys, canonical.data[0], &is_new);
    if (is_new) {
        size_t n = at;

        XF_GROW(l->types, n, l->types_cap);
        l->types[at].text =
            without_paths(l, take(clang_getTypeSpelling(canonical)));
        l->types[at].tree = 0;
    }
    t = &l->types[at];
    if (t->tree != l->tree) {
        if (l->ntypes)
            xf_buf_addch(&l->type_list, XF_TYPE_SEP);
        xf_buf_adds(&l->type_list, t->text);
        t->tree = l->tree;
        t->index = l->ntypes++;
    }
    xf_buf_addf(&l->text, " #%u", t->index);
}

static bool is_c_file(const char *file)
{
    size_t len = strlen(file);

    return len > 2 && !strcmp(file + len - 2, ".c");
}

static bool is_record(CXCursor c)
{
    enum CXCursorKind kind = clang_getCursorKind(c);

    return kind == CXCursor_StructDecl || kind == CXCursor_UnionDecl;
}

/* The record that a member belongs to, see struct xf_node; owned by l. */
static const char *home_of_field(struct lowering *l, CXCursor field)
{
    CXCursor record = clang_getCursorSemanticParent(field), up;
    bool is_new;
    uint32_t at = xf_pointers_add(&l->field_keys, field.data[0], &is_new);
    struct xf_place where;
    char *name;

    if (!is_new)
        return l->field_homes[at];
    while (clang_Cursor_isAnonymousRecordDecl(record) &&
           is_record(up = clang_getCursorSemanticParent(record)))
        record = up;
    name = take(clang_getCursorSpelling(record));
    where = file_place(l, clang_getCursorLocation(record));
    if (!*name || strchr(name, ' ') || strchr(name, '(')) {
        free(name);
        name = take(clang_getTypeSpelling(
            clang_getCanonicalType(clang_getCursorType(record))));
        if (strchr(name, '(') || strchr(name, ' ')) {
            free(name);
            name = xf_format("%s:%u", where.file, where.line);
        }
    }
    if (is_c_file(where.file) && !strchr(name, ':')) {
        char *both = xf_format("%s@%s", name, where.file);

        free(name);
        name = both;
    }
    size_t n = at;
    XF_GROW(l->field_homes, n, l->fields_cap);
    l->field_homes[at] = name;
    return name;
}

/* "" for a member that is an anonymous struct or union. Caller frees. */
static char *name_of_field(CXCursor field)
{
    char *name = take(clang_getCursorSpelling(field));

    if (strchr(name, '('))
        *name = '\0';
    return name;
}

/* =name ^home ~union of a member. */
static void put_member(struct lowering *l, CXCursor field)
{
    CXCursor record = clang_getCursorSemanticParent(field);
    char *name = name_of_field(field);

    put_word(&l->text, '=', name);
    put_word(&l->text, '^', home_of_field(l, field));
    if (clang_getCursorKind(record) == CXCursor_UnionDecl) {
        struct xf_place at = file_place(l, clang_getCursorLocation(record));
        char *group = xf_format("%s:%u:%u", at.file, at.line, at.offset);

        put_word(&l->text, '~', group);
        free(group);
    }
    free(name);
}

/* ---- nodes ---------------------------------------------------------------- */

static void lower(struct lowering *l, CXCursor c, bool want_place,
                  struct around around);

struct kids {
    CXCursor *items;
    size_t len, cap;
};

static enum CXChildVisitResult add_kid(CXCursor c, CXCursor parent,
                                       CXClientData data)
{
    struct kids *k = data;

    (void)parent;
    XF_GROW(k->items, k->len, k->cap);
    k->items[k->len++] = c;
    return CXChildVisit_Continue;
}

static struct kids kids_of(CXCursor c)
{
    struct kids k = {0};

    clang_visitChildren(c, add_kid, &k);
    return k;
}

/* A raw location whose top bit is set lies in a macro expansion. */
static bool in_macro(CXSourceLocation at)
{
    return at.int_data >> 31;
}

static const char *const ends_word = " ()";

static char *macro_at(const struct xf_place *p, bool definition)
{
    const struct xf_source *src = *p->real ? xf_text(p->real) : NULL;
    const struct xf_macro *macro;
    char *word;

    if (!src || p->offset >= src->len)
        return NULL;
    if (definition) {
        macro = xf_source_macro_at(src, p->offset);
        return macro ? xf_strdup(macro->name) : NULL;
    }
    word = xf_text_word(src, p->offset);
    if (!*word || strpbrk(word, ends_word)) {
        free(word);
        return NULL;
    }
    return word;
}

/* Whether what starts with the macro invocation at `p` ends with it. */
static bool ends_with_macro(struct lowering *l, const struct xf_place *p,
                            CXSourceLocation end)
{
    const struct xf_source *src = *p->real ? xf_text(p->real) : NULL;
    struct xf_place to = file_place(l, end);
    size_t at = p->offset;
    char *args;
    bool yes;

    if (!src || at >= src->len || to.real != p->real)
        return false;
    while (isalnum((unsigned char)src->text[at]) || src->text[at] == '_')
        at++;
    if (at >= to.offset)
        return true;
    yes = xf_source_arguments(src, p->offset, &args) == to.offset;
    free(args);
    return yes;
}

/* A node whose first token comes from a macro's body comes from it as a whole
 * only when its last token does: PAGE_SIZE, but not PAGE_SIZE + 1. */
static void put_macro(struct lowering *l, CXSourceRange range,
                      struct around *around)
{
    CXSourceLocation begin = clang_getRangeStart(range);
    struct xf_place file = file_place(l, begin);
    struct xf_place body = spelling_place(l, begin);
    char *outer, *inner;

    if (file.real == body.real && file.offset == body.offset) {
        around->real = NULL; /* an argument, as written */
        return;
    }
    if (around->real == file.real && around->offset == file.offset)
        return;
    if (!ends_with_macro(l, &file, clang_getRangeEnd(range)))
        return;
    around->real = file.real;
    around->offset = file.offset;
    outer = macro_at(&file, false);
    inner = macro_at(&body, true);
    if (outer)
        put_word(&l->text, '%', outer);
    if (inner && (!outer || strcmp(inner, outer)))
        put_word(&l->text, '|', inner);
    free(outer);
    free(inner);
}

static void put_place(struct lowering *l, CXCursor c)
{
    CXSourceRange range = clang_getCursorExtent(c);
    struct xf_place begin = file_place(l, clang_getRangeStart(range));
    struct xf_place end = file_place(l, clang_getRangeEnd(range));

    if (begin.real == l->at.real && end.real == begin.real &&
        end.offset >= begin.offset)
        xf_buf_addf(&l->text, " @%u:%u-%u", begin.line, begin.offset,
                    end.offset);
}

/* Opens a node; the caller adds children and close(). */
static void begin(struct lowering *l, enum xf_op op, CXCursor c, bool want_place,
                  struct around *around)
{
    CXSourceRange range = clang_getCursorExtent(c);

    xf_buf_addch(&l->text, '(');
    xf_buf_adds(&l->text, xf_op_name(op));
    if (want_place)
        put_place(l, c);
    if (in_macro(clang_getRangeStart(range)))
        put_macro(l, range, around);
    else
        around->real = NULL;
}

static void finish(struct lowering *l)
{
    xf_buf_addch(&l->text, ')');
}

static void put_nil(struct lowering *l)
{
    xf_buf_adds(&l->text, "(nil)");
}

static void want(struct lowering *l, const char *name);

static void put_int(struct lowering *l, long long value)
{
    xf_buf_addf(&l->text, " $%lld", value);
}

/* The value when the expression is an integer constant. */
static bool evaluate(CXCursor c, long long *value)
{
    CXEvalResult r = clang_Cursor_Evaluate(c);
    bool ok = r && clang_EvalResult_getKind(r) == CXEval_Int;

    if (ok)
        *value = clang_EvalResult_isUnsignedInt(r)
                     ? (long long)clang_EvalResult_getAsUnsigned(r)
                     : clang_EvalResult_getAsLongLong(r);
    if (r)
        clang_EvalResult_dispose(r);
    return ok;
}

/* All children as children, the first `placed` of them with their place. */
static void put_kids(struct lowering *l, const struct kids *k, size_t placed,
                     struct around around)
{
    for (size_t i = 0; i < k->len; i++)
        lower(l, k->items[i], i < placed, around);
}

static void generic(struct lowering *l, CXCursor c, enum xf_op op,
                    bool want_place, struct around around, size_t placed,
                    bool typed)
{
    struct kids k = kids_of(c);

    begin(l, op, c, want_place, &around);
    if (typed)
        put_type(l, clang_getCursorType(c));
    put_kids(l, &k, placed, around);
    finish(l);
    free(k.items);
}

#define ALL_PLACED ((size_t)-1)

static const char *home_of_static(struct lowering *l, CXCursor decl)
{
    CXCursor definition = clang_getCursorDefinition(decl);

    if (clang_Cursor_isNull(definition))
        definition = decl;
    return file_place(l, clang_getCursorLocation(definition)).file;
}

static bool is_local(CXCursor decl)
{
    enum CX_StorageClass storage = clang_Cursor_getStorageClass(decl);

    return clang_getCursorKind(decl) == CXCursor_ParmDecl ||
           (clang_getCursorKind(decl) == CXCursor_VarDecl &&
            clang_getCursorLinkage(decl) == CXLinkage_NoLinkage &&
            storage != CX_SC_Static && storage != CX_SC_Extern);
}

/* =name and $number or ^home of a variable. */
static void put_variable(struct lowering *l, CXCursor decl)
{
    char *name = take(clang_getCursorSpelling(decl));
    CXCursor parent = clang_getCursorSemanticParent(decl);

    if (is_local(decl)) {
        put_word(&l->text, '=', name);
        xf_buf_addf(&l->text, " $l%u",
                    xf_pointers_add(&l->locals, decl.data[0], NULL));
    } else if (clang_getCursorKind(parent) == CXCursor_FunctionDecl &&
               clang_Cursor_getStorageClass(decl) == CX_SC_Static) {
        char *function = take(clang_getCursorSpelling(parent));
        char *both = xf_format("%s.%s", function, name);

        put_word(&l->text, '=', both);
        put_word(&l->text, '^', home_of_static(l, decl));
        free(function);
        free(both);
    } else {
        put_word(&l->text, '=', name);
        if (clang_Cursor_getStorageClass(decl) == CX_SC_Register)
            put_word(&l->text, '^', "register");
        else if (clang_getCursorLinkage(decl) == CXLinkage_Internal)
            put_word(&l->text, '^', home_of_static(l, decl));
        want(l, name);
    }
    put_type(l, clang_getCursorType(decl));
    free(name);
}

static void lower_reference(struct lowering *l, CXCursor c, bool want_place,
                            struct around around)
{
    CXCursor to = clang_getCursorReferenced(c);
    char *name;

    switch (clang_getCursorKind(to)) {
    case CXCursor_FunctionDecl:
        name = take(clang_getCursorSpelling(to));
        begin(l, XF_OP_FN, c, want_place, &around);
        put_word(&l->text, '=', name);
        if (clang_getCursorLinkage(to) == CXLinkage_Internal)
            put_word(&l->text, '^', home_of_static(l, to));
        put_type(l, clang_getCursorType(to));
        want(l, name);
        free(name);
        break;
    case CXCursor_EnumConstantDecl:
        name = take(clang_getCursorSpelling(to));
        begin(l, XF_OP_INT, c, want_place, &around);
        put_word(&l->text, '=', name);
        put_int(l, clang_getEnumConstantDeclValue(to));
        free(name);
        break;
    case CXCursor_VarDecl:
    case CXCursor_ParmDecl:
        begin(l, XF_OP_VAR, c, want_place, &around);
        put_variable(l, to);
        break;
    default:
        begin(l, XF_OP_OTHER, c, want_place, &around);
    }
    finish(l);
}

static void lower_member(struct lowering *l, CXCursor c, bool want_place,
                         struct around around)
{
    CXCursor field = clang_getCursorReferenced(c);
    struct kids k = kids_of(c);
    CXCursor base = k.len ? k.items[k.len - 1] : clang_getNullCursor();
    CXType type = clang_getCanonicalType(clang_getCursorType(base));

    if (clang_Cursor_isNull(base)) {
        begin(l, XF_OP_OTHER, c, want_place, &around);
    } else {
        begin(l, type.kind == CXType_Pointer ? XF_OP_ARROW : XF_OP_MEMBER, c,
              want_place, &around);
        put_member(l, field);
        put_type(l, clang_getCursorType(c));
        lower(l, base, false, around);
    }
    finish(l);
    free(k.items);
}

/* ---- initialisers --------------------------------------------------------- */

static enum CXVisitorResult add_field(CXCursor c, CXClientData data)
{
    add_kid(c, c, data);
    return CXVisit_Continue;
}

static bool is_array(CXType t)
{
    return t.kind == CXType_ConstantArray || t.kind == CXType_IncompleteArray ||
           t.kind == CXType_VariableArray;
}

/* Whether the item of an initialiser list starts with designators: children
 * are member references and index expressions, then the value. */
static bool is_designated(CXCursor item, struct kids *k)
{
    *k = kids_of(item);
    if (clang_getCursorKind(item) == CXCursor_UnexposedExpr && k->len >= 2 &&
        clang_getCursorKind(k->items[0]) == CXCursor_MemberRef)
        return true;
    return clang_getCursorKind(item) == CXCursor_UnexposedExpr && k->len >= 2 &&
           k->len != 4; /* four: a ?: b */
}

static void lower_list(struct lowering *l, CXCursor list, CXType type,
                       struct around around);

static void lower_value(struct lowering *l, CXCursor value, CXType type,
                        struct around around)
{
    if (clang_getCursorKind(value) == CXCursor_InitListExpr)
        lower_list(l, value, clang_getCanonicalType(type), around);
    else
        lower(l, value, true, around);
}

static CXType element_of(CXType t)
{
    return clang_getCanonicalType(clang_getArrayElementType(t));
}

/* What the designators k[at...] select in `type`, then the value. */
static void lower_designated(struct lowering *l, const struct kids *k,
                             size_t at, CXType type, struct around around)
{
    CXCursor first = k->items[at];
    CXType inner = type;

    xf_buf_adds(&l->text, "(at");
    if (clang_getCursorKind(first) == CXCursor_MemberRef) {
        CXCursor field = clang_getCursorReferenced(first);

        put_member(l, field);
        inner = clang_getCanonicalType(clang_getCursorType(field));
    } else {
        long long index = -1;
        bool range = k->len - at >= 3 &&
                     clang_getCursorKind(k->items[at + 1]) !=
                         CXCursor_MemberRef &&
                     k->len - at == 3;

        if (range || !evaluate(first, &index))
            index = -1;
        put_int(l, index);
        if (is_array(type))
            inner = element_of(type);
        at += range;
    }
    if (at + 2 >= k->len) {
        lower_value(l, k->items[k->len - 1], inner, around);
    } else {
        xf_buf_adds(&l->text, "(list");
        put_type(l, inner);
        lower_designated(l, k, at + 1, inner, around);
        finish(l);
    }
    finish(l);
}

/* Index of the member that a designated item names, to go on behind it. */
static size_t behind(const struct kids *fields, CXCursor designator, size_t now)
{
    CXCursor field = clang_getCursorReferenced(designator);

    for (size_t i = 0; i < fields->len; i++)
        if (clang_equalCursors(fields->items[i], field))
            return i + 1;
    return now + 1;
}

/* Whether `item` initialises an object of `type` as a whole. */
static bool whole(CXCursor item, CXType type)
{
    enum CXCursorKind kind = clang_getCursorKind(item);

    return kind == CXCursor_InitListExpr || kind == CXCursor_StringLiteral ||
           (type.kind != CXType_Record && !is_array(type)) ||
           clang_equalTypes(
               clang_getUnqualifiedType(clang_getCanonicalType(
                   clang_getCursorType(item))),
               clang_getUnqualifiedType(type));
}

static void lower_items(struct lowering *l, const struct kids *items,
                        size_t *next, CXType type, bool elided,
                        struct around around);

static void lower_positional(struct lowering *l, const struct kids *items,
                             size_t *next, CXType type, struct around around)
{
    CXCursor item = items->items[*next];

    if (whole(item, type)) {
        lower_value(l, item, type, around);
        (*next)++;
        return;
    }
    /* Braces left out: the members take what they need. */
    xf_buf_adds(&l->text, "(list");
    put_type(l, type);
    lower_items(l, items, next, type, true, around);
    finish(l);
}

static void lower_members(struct lowering *l, const struct kids *items,
                          size_t *next, CXType type, bool elided,
                          struct around around)
{
    struct kids fields = {0};
    size_t at = 0;

    clang_Type_visitFields(type, add_field, &fields);
    while (*next < items->len && (!elided || at < fields.len)) {
        struct kids k;
        bool designated = is_designated(items->items[*next], &k);

        if (designated && !elided) {
            lower_designated(l, &k, 0, type, around);
            at = behind(&fields, k.items[0], at);
            (*next)++;
        } else if (designated || at >= fields.len) {
            free(k.items);
            break;
        } else {
            CXCursor field = fields.items[at++];

            xf_buf_adds(&l->text, "(at");
            put_member(l, field);
            lower_positional(l, items, next,
                             clang_getCanonicalType(clang_getCursorType(field)),
                             around);
            finish(l);
        }
        free(k.items);
    }
    free(fields.items);
}

static void lower_elements(struct lowering *l, const struct kids *items,
                           size_t *next, CXType type, bool elided,
                           struct around around)
{
    CXType element = element_of(type);
    long long at = 0, size = clang_getArraySize(type);

    while (*next < items->len && (!elided || size < 0 || at < size)) {
        struct kids k;
        bool designated = is_designated(items->items[*next], &k);

        if (designated && elided) {
            free(k.items);
            break;
        }
        if (designated) {
            long long index;

            lower_designated(l, &k, 0, type, around);
            at = evaluate(k.items[0], &index) ? index + 1 : at + 1;
            (*next)++;
        } else {
            xf_buf_addf(&l->text, "(at $%lld ", at++);
            lower_positional(l, items, next, element, around);
            finish(l);
        }
        free(k.items);
    }
}

static void lower_items(struct lowering *l, const struct kids *items,
                        size_t *next, CXType type, bool elided,
                        struct around around)
{
    size_t before = *next;

    if (type.kind == CXType_Record)
        lower_members(l, items, next, type, elided, around);
    else if (is_array(type))
        lower_elements(l, items, next, type, elided, around);
    if (*next == before && *next < items->len) { /* { x } for a scalar */
        xf_buf_adds(&l->text, "(at $0 ");
        lower(l, items->items[(*next)++], true, around);
        finish(l);
    }
}

static bool is_number(CXType t)
{
    return t.kind >= CXType_Bool && t.kind <= CXType_LongDouble;
}

static void lower_list(struct lowering *l, CXCursor list, CXType type,
                       struct around around)
{
    struct kids items = kids_of(list);
    size_t next = 0;

    begin(l, XF_OP_INITLIST, list, false, &around);
    put_type(l, type);
    if (!(is_array(type) && is_number(element_of(type)) &&
          items.len > TABLE_LIMIT))
        while (next < items.len) {
            size_t before = next;

            lower_items(l, &items, &next, type, false, around);
            if (next == before)
                next++;
        }
    finish(l);
    free(items.items);
}

static void add_asm(struct lowering *l, size_t end)
{
    XF_GROW(l->asm_ends, l->nasms, l->asms_cap);
    l->asm_ends[l->nasms++] = end;
}

/* Assembly in what is not evaluated is printed all the same. */
static enum CXChildVisitResult skip_asm(CXCursor c, CXCursor parent,
                                        CXClientData data)
{
    (void)parent;
    if (clang_getCursorKind(c) == CXCursor_GCCAsmStmt)
        add_asm(data, NO_TEXT);
    return CXChildVisit_Recurse;
}

/* ---- statements and expressions -------------------------------------------- */

static void lower_variable(struct lowering *l, CXCursor decl,
                           struct around around)
{
    CXCursor init = clang_Cursor_getVarDeclInitializer(decl);

    begin(l, XF_OP_DECL, decl, true, &around);
    put_variable(l, decl);
    if (!clang_Cursor_isNull(init))
        lower_value(l, init, clang_getCursorType(decl), around);
    finish(l);
}

static void lower_declarations(struct lowering *l, CXCursor stmt,
                               struct around around)
{
    struct kids k = kids_of(stmt);

    for (size_t i = 0; i < k.len; i++)
        if (clang_getCursorKind(k.items[i]) == CXCursor_VarDecl)
            lower_variable(l, k.items[i], around);
    free(k.items);
}

static bool is_expression(CXCursor c)
{
    return clang_isExpression(clang_getCursorKind(c));
}

/* Also i = 0, j = 0. */
static bool is_change(CXCursor c)
{
    enum CXUnaryOperatorKind unary = clang_getCursorUnaryOperatorKind(c);
    enum CXBinaryOperatorKind binary = clang_getCursorBinaryOperatorKind(c);

    return (unary >= CXUnaryOperator_PostInc &&
            unary <= CXUnaryOperator_PreDec) ||
           binary >= CXBinaryOperator_Assign;
}

/* Offsets behind which the second and the third part of the for statement at
 * `at` begin, and its closing parenthesis. */
static bool find_semicolons(const struct xf_source *src, size_t at,
                            size_t places[3])
{
    size_t n = 0, depth = 0;
    struct xf_token t = xf_source_token(src, &at);

    if (t.kind != XF_TOKEN_IDENT || t.end - t.begin != 3 ||
        memcmp(src->text + t.begin, "for", 3))
        return false;
    while ((t = xf_source_token(src, &at)).kind != XF_TOKEN_END) {
        char ch = t.kind == XF_TOKEN_PUNCT ? src->text[t.begin] : ' ';

        if (ch == '(' || ch == '{')
            depth++;
        else if ((ch == ')' || ch == '}') && !--depth)
            break;
        else if (ch == ';' && depth == 1 && n < 2)
            places[n++] = t.begin;
        if (!depth)
            return false;
    }
    places[2] = t.begin;
    return n == 2;
}

/* The parts of a for statement by the semicolons in front of them: parts[i] is
 * 0 init, 1 condition, 2 step. A part that is spelled elsewhere, a macro's
 * argument or invocation inside of a macro's body, has no place among them. */
static bool for_parts_by_place(struct lowering *l, CXCursor c,
                               const struct kids *k, int parts[3])
{
    CXSourceLocation at = clang_getRangeStart(clang_getCursorExtent(c));
    bool macro = in_macro(at);
    struct xf_place begin = macro ? spelling_place(l, at) : file_place(l, at);
    const struct xf_source *src = *begin.real ? xf_text(begin.real) : NULL;
    size_t places[3];

    if (!src || begin.offset >= src->len ||
        !find_semicolons(src, begin.offset, places))
        return false;
    for (size_t i = 0; i + 1 < k->len; i++) {
        CXSourceLocation start =
            clang_getRangeStart(clang_getCursorExtent(k->items[i]));
        struct xf_place p = macro ? spelling_place(l, start)
                                  : file_place(l, start);

        if (p.real != begin.real || p.offset <= begin.offset ||
            p.offset >= places[2])
            return false;
        parts[i] = p.offset < places[0] ? 0 : p.offset < places[1] ? 1 : 2;
        if (i && parts[i] <= parts[i - 1])
            return false;
    }
    return true;
}

/* Which part of a for statement the nth present child is when its place does
 * not say it. libclang leaves absent parts out; what the parts do tells: a
 * declaration is an init, what changes something is no condition, and with
 * only one change `=` is taken for the init, anything else for the step. */
static int for_part(const struct kids *k, size_t i)
{
    size_t n = k->len - 1; /* the body comes last */
    CXCursor c = k->items[i];

    if (n == 3 || !is_expression(c))
        return (int)i;
    if (!is_change(c))
        return 1;
    if (n == 2)
        return i ? 2 : 0;
    return clang_getCursorBinaryOperatorKind(c) == CXBinaryOperator_Assign ? 0
                                                                           : 2;
}

static void lower_for(struct lowering *l, CXCursor c, struct around around)
{
    struct kids k = kids_of(c);
    size_t next = 0;
    int parts[3] = {0, 1, 2};
    bool guessed = k.len > 1 && k.len < 4 &&
                   !for_parts_by_place(l, c, &k, parts);

    for (size_t i = 0; guessed && i + 1 < k.len; i++)
        parts[i] = for_part(&k, i);
    begin(l, XF_OP_FOR, c, true, &around);
    if (guessed)
        put_word(&l->text, '=', "guessed");
    for (int part = 0; part < 3; part++) {
        if (next + 1 < k.len && parts[next] <= part)
            lower(l, k.items[next++], true, around);
        else
            put_nil(l);
    }
    if (k.len)
        lower(l, k.items[k.len - 1], true, around);
    else
        put_nil(l);
    finish(l);
    free(k.items);
}

static void lower_block(struct lowering *l, CXCursor c, struct around around)
{
    struct kids k = kids_of(c);

    begin(l, XF_OP_BLOCK, c, true, &around);
    for (size_t i = 0; i < k.len; i++) {
        if (clang_getCursorKind(k.items[i]) == CXCursor_DeclStmt)
            lower_declarations(l, k.items[i], around);
        else
            lower(l, k.items[i], true, around);
    }
    finish(l);
    free(k.items);
}

/* Operand positions are significant, so only what is no operand is left out. */
static void lower_call(struct lowering *l, CXCursor c, struct around around)
{
    struct kids k = kids_of(c);

    begin(l, XF_OP_CALL, c, true, &around);
    put_type(l, clang_getCursorType(c));
    put_kids(l, &k, ALL_PLACED, around);
    if (!k.len)
        xf_buf_adds(&l->text, "(other)");
    finish(l);
    free(k.items);
}

static void lower_unary(struct lowering *l, CXCursor c, bool want_place,
                        struct around around)
{
    enum CXUnaryOperatorKind op = clang_getCursorUnaryOperatorKind(c);
    static const char *const names[] = {
        [CXUnaryOperator_PostInc] = "x++", [CXUnaryOperator_PostDec] = "x--",
        [CXUnaryOperator_PreInc] = "++x",  [CXUnaryOperator_PreDec] = "--x",
        [CXUnaryOperator_Plus] = "+",      [CXUnaryOperator_Minus] = "-",
        [CXUnaryOperator_Not] = "~",       [CXUnaryOperator_LNot] = "!",
        [CXUnaryOperator_Real] = "__real", [CXUnaryOperator_Imag] = "__imag",
        [CXUnaryOperator_Extension] = "",  [CXUnaryOperator_Coawait] = ""};
    struct kids k = kids_of(c);
    CXCursor kid = k.len ? k.items[k.len - 1] : clang_getNullCursor();

    free(k.items);
    if (clang_Cursor_isNull(kid)) {
        begin(l, XF_OP_OTHER, c, want_place, &around);
    } else if (op == CXUnaryOperator_AddrOf || op == CXUnaryOperator_Deref) {
        begin(l, op == CXUnaryOperator_AddrOf ? XF_OP_ADDRESS : XF_OP_DEREF, c,
              want_place, &around);
        put_type(l, clang_getCursorType(c));
        lower(l, kid, false, around);
    } else if (op == CXUnaryOperator_Extension) {
        lower(l, kid, want_place, around);
        return;
    } else {
        begin(l, XF_OP_UNARY, c, want_place, &around);
        put_word(&l->text, '=',
                 op < sizeof(names) / sizeof(names[0]) && names[op] ? names[op]
                                                                    : "?");
        put_type(l, clang_getCursorType(c));
        lower(l, kid, op == CXUnaryOperator_LNot, around);
    }
    finish(l);
}

static void lower_binary(struct lowering *l, CXCursor c, bool want_place,
                         struct around around)
{
    enum CXBinaryOperatorKind op = clang_getCursorBinaryOperatorKind(c);
    bool assigns = op >= CXBinaryOperator_Assign && op < CXBinaryOperator_Comma;
    bool logical = op == CXBinaryOperator_LAnd || op == CXBinaryOperator_LOr;
    struct kids k = kids_of(c);
    char *name = take(clang_getBinaryOperatorKindSpelling(op));

    if (k.len != 2) {
        free(name);
        free(k.items);
        generic(l, c, XF_OP_OTHER, want_place, around, 0, true);
        return;
    }
    begin(l, assigns ? XF_OP_ASSIGN : XF_OP_BINARY, c, want_place || assigns,
          &around);
    put_word(&l->text, '=', name);
    put_type(l, clang_getCursorType(c));
    lower(l, k.items[0], logical || assigns, around);
    lower(l, k.items[1], logical || assigns || op == CXBinaryOperator_Comma,
          around);
    finish(l);
    free(name);
    free(k.items);
}

/* Implicit casts, and what libclang has no name for. */
static void lower_unexposed(struct lowering *l, CXCursor c, bool want_place,
                            struct around around)
{
    struct kids k = kids_of(c);
    long long value;

    if (k.len == 1) {
        CXCursor kid = k.items[0];

        free(k.items);
        lower(l, kid, want_place, around);
        return;
    }
    if (k.len == 4) { /* a ?: b has a, a, a, b */
        begin(l, XF_OP_GNU_CONDITIONAL, c, want_place, &around);
        put_type(l, clang_getCursorType(c));
        lower(l, k.items[0], true, around);
        lower(l, k.items[3], true, around);
    } else if (evaluate(c, &value)) {
        begin(l, XF_OP_INT, c, want_place, &around);
        put_type(l, clang_getCursorType(c));
        put_int(l, value);
    } else {
        begin(l, XF_OP_OTHER, c, want_place, &around);
        put_type(l, clang_getCursorType(c));
        put_kids(l, &k, 0, around);
    }
    finish(l);
    free(k.items);
}

static void lower_constant(struct lowering *l, CXCursor c, bool want_place,
                           struct around around)
{
    long long value;
    bool operand = clang_getCursorKind(c) == CXCursor_UnaryExpr;

    if (!evaluate(c, &value)) {
        generic(l, c, XF_OP_OTHER, want_place, around, 0, true);
        return;
    }
    if (operand)
        clang_visitChildren(c, skip_asm, l);
    begin(l, XF_OP_INT, c, want_place, &around);
    put_type(l, clang_getCursorType(c));
    put_int(l, value);
    finish(l);
}

static void lower_string(struct lowering *l, CXCursor c, bool want_place,
                         struct around around)
{
    char *text = take(clang_getCursorSpelling(c));

    begin(l, XF_OP_STR, c, want_place, &around);
    put_word(&l->text, '=', text);
    finish(l);
    free(text);
}

/* The last child is the operand; a reference to the type may come first. */
static void lower_cast(struct lowering *l, CXCursor c, bool want_place,
                       struct around around)
{
    struct kids k = kids_of(c);

    begin(l, k.len ? XF_OP_CAST : XF_OP_OTHER, c, want_place, &around);
    put_type(l, clang_getCursorType(c));
    for (size_t i = 0; i + 1 < k.len; i++)
        clang_visitChildren(k.items[i], skip_asm, l);
    if (k.len)
        lower(l, k.items[k.len - 1], false, around);
    finish(l);
    free(k.items);
}

static void lower_compound_literal(struct lowering *l, CXCursor c,
                                   struct around around)
{
    struct kids k = kids_of(c);
    CXCursor last = k.len ? k.items[k.len - 1] : clang_getNullCursor();

    free(k.items);
    if (clang_Cursor_isNull(last))
        xf_buf_adds(&l->text, "(other)");
    else
        lower_value(l, last, clang_getCursorType(c), around);
}

/* `goto` and `label` carry the label's name. */
static void lower_goto(struct lowering *l, CXCursor c, struct around around)
{
    struct kids k = kids_of(c);
    char *name = k.len ? take(clang_getCursorSpelling(k.items[0]))
                       : xf_strdup("");

    begin(l, XF_OP_GOTO, c, true, &around);
    put_word(&l->text, '=', name);
    finish(l);
    free(name);
    free(k.items);
}

static void lower_label(struct lowering *l, CXCursor c, enum xf_op op,
                        struct around around)
{
    char *name = take(clang_getCursorSpelling(c));
    struct kids k = kids_of(c);

    begin(l, op, c, true, &around);
    put_word(&l->text, '=', name);
    if (op == XF_OP_LABEL) {
        if (k.len)
            lower(l, k.items[k.len - 1], true, around);
        else
            put_nil(l);
    }
    finish(l);
    free(name);
    free(k.items);
}

/* Its text is not known yet, see add_asm_texts(). */
static void lower_asm(struct lowering *l, CXCursor c, struct around around)
{
    struct kids k = kids_of(c);

    begin(l, XF_OP_ASM, c, true, &around);
    add_asm(l, l->text.len);
    put_kids(l, &k, 0, around);
    finish(l);
    free(k.items);
}

static bool lower_statement(struct lowering *l, CXCursor c,
                            enum CXCursorKind kind, struct around around)
{
    switch (kind) {
    case CXCursor_CompoundStmt:
        lower_block(l, c, around);
        return true;
    case CXCursor_DeclStmt:
        xf_buf_adds(&l->text, "(block");
        lower_declarations(l, c, around);
        finish(l);
        return true;
    case CXCursor_IfStmt:
        generic(l, c, XF_OP_IF, true, around, ALL_PLACED, false);
        return true;
    case CXCursor_ForStmt:
        lower_for(l, c, around);
        return true;
    case CXCursor_WhileStmt:
        generic(l, c, XF_OP_WHILE, true, around, ALL_PLACED, false);
        return true;
    case CXCursor_DoStmt:
        generic(l, c, XF_OP_DO, true, around, ALL_PLACED, false);
        return true;
    case CXCursor_SwitchStmt:
        generic(l, c, XF_OP_SWITCH, true, around, ALL_PLACED, false);
        return true;
    case CXCursor_CaseStmt:
        generic(l, c, XF_OP_CASE, true, around, ALL_PLACED, false);
        return true;
    case CXCursor_DefaultStmt:
        generic(l, c, XF_OP_DEFAULT, true, around, ALL_PLACED, false);
        return true;
    case CXCursor_LabelStmt:
        lower_label(l, c, XF_OP_LABEL, around);
        return true;
    case CXCursor_GotoStmt:
        lower_goto(l, c, around);
        return true;
    case CXCursor_IndirectGotoStmt:
        generic(l, c, XF_OP_COMPUTED_GOTO, true, around, ALL_PLACED, false);
        return true;
    case CXCursor_BreakStmt:
        generic(l, c, XF_OP_BREAK, true, around, 0, false);
        return true;
    case CXCursor_ContinueStmt:
        generic(l, c, XF_OP_CONTINUE, true, around, 0, false);
        return true;
    case CXCursor_ReturnStmt:
        generic(l, c, XF_OP_RETURN, true, around, ALL_PLACED, false);
        return true;
    case CXCursor_GCCAsmStmt:
        lower_asm(l, c, around);
        return true;
    case CXCursor_NullStmt:
        put_nil(l);
        return true;
    default:
        return false;
    }
}

static void lower_expression(struct lowering *l, CXCursor c,
                             enum CXCursorKind kind, bool want_place,
                             struct around around)
{
    switch (kind) {
    case CXCursor_UnexposedExpr:
        lower_unexposed(l, c, want_place, around);
        break;
    case CXCursor_ParenExpr:
        lower_unexposed(l, c, want_place, around);
        break;
    case CXCursor_DeclRefExpr:
        lower_reference(l, c, want_place, around);
        break;
    case CXCursor_MemberRefExpr:
        lower_member(l, c, want_place, around);
        break;
    case CXCursor_CallExpr:
        lower_call(l, c, around);
        break;
    case CXCursor_ArraySubscriptExpr:
        generic(l, c, XF_OP_INDEX, want_place, around, 0, true);
        break;
    case CXCursor_UnaryOperator:
        lower_unary(l, c, want_place, around);
        break;
    case CXCursor_BinaryOperator:
    case CXCursor_CompoundAssignOperator:
        lower_binary(l, c, want_place, around);
        break;
    case CXCursor_ConditionalOperator:
        generic(l, c, XF_OP_CONDITIONAL, want_place, around, ALL_PLACED, true);
        break;
    case CXCursor_CStyleCastExpr:
        lower_cast(l, c, want_place, around);
        break;
    case CXCursor_InitListExpr:
        lower_list(l, c, clang_getCanonicalType(clang_getCursorType(c)),
                   around);
        break;
    case CXCursor_CompoundLiteralExpr:
        lower_compound_literal(l, c, around);
        break;
    case CXCursor_StmtExpr:
        generic(l, c, XF_OP_STATEMENTS, want_place, around, 0, true);
        break;
    case CXCursor_AddrLabelExpr:
        lower_label(l, c, XF_OP_LABEL_ADDRESS, around);
        break;
    case CXCursor_StringLiteral:
        lower_string(l, c, want_place, around);
        break;
    case CXCursor_IntegerLiteral:
    case CXCursor_CharacterLiteral:
    case CXCursor_UnaryExpr:
        lower_constant(l, c, want_place, around);
        break;
    default:
        generic(l, c, XF_OP_OTHER, want_place, around, 0, true);
    }
}

static void lower(struct lowering *l, CXCursor c, bool want_place,
                  struct around around)
{
    enum CXCursorKind kind = clang_getCursorKind(c);

    if (l->depth >= DEPTH_LIMIT || clang_isReference(kind) ||
        clang_isAttribute(kind)) {
        put_nil(l);
        return;
    }
    l->depth++;
    if (!lower_statement(l, c, kind, around))
        lower_expression(l, c, kind, want_place, around);
    l->depth--;
}

/* ---- definitions ----------------------------------------------------------- */

/* A definition that the tree being made refers to. */
static void want(struct lowering *l, const char *name)
{
    uint32_t at = xf_map_find(&l->by_name, name);
    struct definition *d;

    if (at == XF_MAP_NONE)
        return;
    d = &l->definitions[l->by_name_index[at]];
    if (d->wanted)
        return;
    d->wanted = true;
    XF_GROW(l->queue, l->nqueue, l->queue_cap);
    l->queue[l->nqueue++] = l->by_name_index[at];
}

static void add_definition(struct lowering *l, CXCursor c, bool is_function)
{
    struct definition d = {c, NULL, is_function, false, {0}};
    int is_new;
    uint32_t at;

    d.name = take(clang_getCursorSpelling(c));
    d.at = file_place(l, clang_getCursorLocation(c));
    XF_GROW(l->definitions, l->ndefinitions, l->definitions_cap);
    l->definitions[l->ndefinitions] = d;
    at = xf_map_add(&l->by_name, d.name, &is_new);
    if (is_new) {
        size_t n = at;

        XF_GROW(l->by_name_index, n, l->by_name_cap);
    }
    l->by_name_index[at] = (uint32_t)l->ndefinitions++;
}

static enum CXChildVisitResult on_top(CXCursor c, CXCursor parent,
                                      CXClientData data)
{
    struct lowering *l = data;
    enum CXCursorKind kind = clang_getCursorKind(c);

    (void)parent;
    if (kind == CXCursor_FunctionDecl && clang_isCursorDefinition(c))
        add_definition(l, c, true);
    else if (kind == CXCursor_VarDecl &&
             !clang_Cursor_isNull(clang_Cursor_getVarDeclInitializer(c)))
        add_definition(l, c, false);
    return CXChildVisit_Continue;
}

static void start_tree(struct lowering *l, const struct definition *d)
{
    xf_buf_clear(&l->text);
    xf_buf_clear(&l->type_list);
    xf_buf_reserve(&l->type_list, 1);
    xf_pointers_clear(&l->locals);
    l->tree++;
    l->nasms = 0;
    l->ntypes = 0;
    l->at = d->at;
    l->depth = 0;
}

struct frame {
    int type;
    bool found;
};

static void on_frame(int type, const char *message, void *payload)
{
    struct frame *frame = payload;

    (void)message;
    if (!frame->found)
        frame->type = type;
    frame->found = true;
}

/* =template $outputs; a bug frame is only named. */
static void put_asm(struct lowering *l, struct xf_buf *out,
                    const struct xf_asm *stmt)
{
    struct frame frame = {-1, false};
    struct xf_buf text = XF_BUF_INIT, rest = l->text;

    xf_asm_frames(stmt, l->frames->section, on_frame, &frame);
    if (frame.found)
        xf_buf_addf(&text, "%s%d", l->frames->section,
                    l->frames->type(frame.type, l->frames->payload));
    for (const char *p = stmt->text; *p && !frame.found; p++) {
        bool space = isspace((unsigned char)*p) || *p == ';';

        if (text.len >= ASM_LIMIT)
            break;
        if (!space)
            xf_buf_addch(&text, *p);
        else if (text.len && text.data[text.len - 1] != ' ')
            xf_buf_addch(&text, ' ');
    }
    l->text = *out;
    put_word(&l->text, '=', text.data ? text.data : "");
    put_int(l, (long long)stmt->noutputs);
    *out = l->text;
    l->text = rest;
    xf_buf_release(&text);
}

/* libclang has no access to the text of assembly, but it prints it, in the
 * order of the statements. */
static void add_asm_texts(struct lowering *l, CXCursor function)
{
    CXPrintingPolicy policy;
    struct xf_asms asms = {0};
    struct xf_buf out = XF_BUF_INIT;
    size_t from = 0;
    char *text;

    if (!l->nasms)
        return;
    policy = clang_getCursorPrintingPolicy(function);
    text = take(clang_getCursorPrettyPrinted(function, policy));
    clang_PrintingPolicy_dispose(policy);
    xf_asms_parse(&asms, text);
    free(text);
    for (size_t i = 0; i < asms.len && asms.len == l->nasms; i++) {
        if (l->asm_ends[i] == NO_TEXT)
            continue;
        xf_buf_add(&out, l->text.data + from, l->asm_ends[i] - from);
        put_asm(l, &out, &asms.items[i]);
        from = l->asm_ends[i];
    }
    xf_buf_add(&out, l->text.data + from, l->text.len - from);
    xf_buf_clear(&l->text);
    xf_buf_add(&l->text, out.data, out.len);
    xf_buf_release(&out);
    xf_asms_release(&asms);
}

/* The declaration with its attributes, as libclang prints it, without body or
 * initialiser. Caller frees. */
static char *declaration_of(CXCursor decl)
{
    CXPrintingPolicy policy = clang_getCursorPrintingPolicy(decl);
    char *text;

    clang_PrintingPolicy_setProperty(policy, CXPrintingPolicy_TerseOutput, 1);
    clang_PrintingPolicy_setProperty(policy, CXPrintingPolicy_SuppressInitializers,
                                     1);
    text = take(clang_getCursorPrettyPrinted(decl, policy));
    clang_PrintingPolicy_dispose(policy);
    return text;
}

/* Text of the section attribute, "" when there is none. Caller frees. */
static char *section_of(CXCursor decl)
{
    char *text = declaration_of(decl), *at = strstr(text, "section(\"");
    char *out = at ? xf_strndup(at + 9, strcspn(at + 9, "\""))
                   : xf_strdup("");

    free(text);
    return out;
}

/* A constructor is called through the entry that the compiler makes for it. */
static void lower_constructor_entry(struct lowering *l,
                                    const struct definition *d,
                                    const struct kids *k)
{
    bool attribute = false;
    char *text, *name;

    for (size_t i = 0; i < k->len; i++)
        attribute |= clang_isAttribute(clang_getCursorKind(k->items[i]));
    text = attribute ? declaration_of(d->cursor) : xf_strdup("");
    if (strstr(text, "__attribute__((constructor")) {
        name = xf_format("%s.constructor", d->name);
        xf_buf_clear(&l->text);
        xf_buf_adds(&l->text, "(global");
        put_word(&l->text, '=', name);
        xf_buf_adds(&l->text, "(fn");
        put_word(&l->text, '=', d->name);
        if (clang_getCursorLinkage(d->cursor) == CXLinkage_Internal)
            put_word(&l->text, '^', d->at.file);
        xf_buf_adds(&l->text, "))");
        xf_fact(l->out, 'G', name, d->at.file, "0", "", ".init_array", "",
                l->text.data, NULL);
        free(name);
    }
    free(text);
}

static void lower_function(struct lowering *l, const struct definition *d)
{
    struct kids k;
    struct around around = {NULL, 0};

    start_tree(l, d);
    k = kids_of(d->cursor);
    xf_buf_adds(&l->text, "(function");
    put_word(&l->text, '=', d->name);
    put_type(l, clang_getCursorType(d->cursor));
    for (size_t i = 0; i < k.len; i++)
        if (clang_getCursorKind(k.items[i]) == CXCursor_ParmDecl) {
            xf_buf_adds(&l->text, "(param");
            put_variable(l, k.items[i]);
            finish(l);
        }
    if (k.len && clang_getCursorKind(k.items[k.len - 1]) ==
                     CXCursor_CompoundStmt)
        lower(l, k.items[k.len - 1], true, around);
    else
        put_nil(l);
    finish(l);
    add_asm_texts(l, d->cursor);
    xf_fact(l->out, 'T', d->name, d->at.file, l->type_list.data, l->text.data,
            NULL);
    lower_constructor_entry(l, d, &k);
    free(k.items);
}

static void lower_global(struct lowering *l, const struct definition *d)
{
    struct around around = {NULL, 0};
    bool is_static = clang_getCursorLinkage(d->cursor) == CXLinkage_Internal;
    char *section;
    char line[16];

    start_tree(l, d);
    xf_buf_adds(&l->text, "(global");
    put_word(&l->text, '=', d->name);
    if (is_static)
        put_word(&l->text, '^', d->at.file);
    put_type(l, clang_getCursorType(d->cursor));
    lower_value(l, clang_Cursor_getVarDeclInitializer(d->cursor),
                clang_getCursorType(d->cursor), around);
    finish(l);
    section = section_of(d->cursor);
    snprintf(line, sizeof(line), "%u", d->at.line);
    xf_fact(l->out, 'G', d->name, d->at.file, line,
            is_static ? "s" : "", section, l->type_list.data, l->text.data,
            NULL);
    free(section);
}

static void want_own(struct lowering *l)
{
    for (size_t i = 0; i < l->ndefinitions; i++) {
        struct definition *d = &l->definitions[i];

        if (is_c_file(d->at.file) ||
            clang_getCursorLinkage(d->cursor) != CXLinkage_Internal)
            want(l, d->name);
    }
}

static void release(struct lowering *l)
{
    for (size_t i = 0; i < l->ndefinitions; i++)
        free(l->definitions[i].name);
    for (size_t i = 0; i < xf_pointers_count(&l->type_keys); i++)
        free(l->types[i].text);
    for (size_t i = 0; i < xf_pointers_count(&l->field_keys); i++)
        free(l->field_homes[i]);
    free(l->definitions);
    free(l->by_name_index);
    free(l->queue);
    free(l->types);
    free(l->field_homes);
    free(l->asm_ends);
    xf_map_release(&l->by_name);
    xf_pointers_release(&l->type_keys);
    xf_pointers_release(&l->field_keys);
    xf_pointers_release(&l->locals);
    xf_buf_release(&l->text);
    xf_buf_release(&l->type_list);
}

void xf_lower(struct xf_buf *out, CXTranslationUnit unit,
              struct xf_names *names, const struct xf_map *also,
              const struct xf_frame_names *frames)
{
    struct lowering l = {.out = out, .unit = unit, .names = names,
                         .frames = frames};

    clang_visitChildren(clang_getTranslationUnitCursor(unit), on_top, &l);
    want_own(&l);
    for (size_t i = 0; i < also->len; i++)
        want(&l, also->keys[i]);
    for (size_t i = 0; i < l.nqueue; i++) {
        const struct definition d = l.definitions[l.queue[i]];

        if (d.is_function)
            lower_function(&l, &d);
        else
            lower_global(&l, &d);
    }
    release(&l);
}
