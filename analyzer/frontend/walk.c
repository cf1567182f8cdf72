/* SPDX-License-Identifier: GPL-2.0-only
 *
 * libclang knows three places of a thing that came out of macros: where it is
 * spelled (in a macro's body), where the outermost expansion stands, and the
 * "file location": the outermost expansion for what a body spells, the written
 * place for what an argument spells. The last is the place that Xen prints and
 * a person looks for, so it is the place of a site.
 */
#include "walk.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "asmtext.h"
#include "facts.h"
#include "flow.h"
#include "lower.h"
#include "texts.h"

/* Something that may be a site. Its place is known when it is seen; whether an
 * asm statement holds a bug frame only when the function is printed. */
struct suspect {
    enum { SUSPECT_ASM, SUSPECT_CALL, SUSPECT_LOOP } what;
    CXCursor cursor;
    struct xf_place at;
    CXCursor *ancestors; /* in the function, outermost first */
    size_t depth;
    unsigned int index; /* of the asm statement in the function */
    bool unevaluated;
    char *callee, *message; /* calls only */
    const char *home;
    unsigned int end; /* last line, loops only */
    /* Filled in order, when it is known to be a site: */
    bool is_site;
    unsigned int sites; /* an asm statement may be several */
    char *path; /* names of the macros around it, each with a separator */
    char *chain, *debug; /* as in facts.h */
    unsigned int sub;
};

/* What is known of a function that is called, by its declaration. */
struct callee {
    const void *declaration; /* NULL: free slot */
    char *name;
    const char *home; /* file of a static one's definition, "" otherwise */
    bool noreturn, stop; /* declared so; listed in the options */
    bool quiet; /* an inline function that calls nothing but its like */
};

struct function {
    CXCursor cursor;
    struct xf_place at;   /* of its name */
    size_t begin;         /* offset where its text starts */
    bool noreturn;
    struct xf_buf records; /* C, B, N: written behind the F record */
    CXCursor *ancestors;
    size_t depth, depth_cap;
    CXCursor *asms;        /* asm statements seen so far */
    size_t nasms, asms_cap;
    struct suspect *suspects;
    size_t nsuspects, suspects_cap;
    unsigned int unevaluated; /* depth of sizeof and the like */
    unsigned int unreachables, loops;
    unsigned int in_loop;
    bool calls_pointer;
    bool noisy; /* calls something that may do any work */
    struct xf_buf loop_callees;
};

struct walker {
    struct xf_buf *out;
    CXTranslationUnit unit;
    struct xf_names *names;
    const struct xf_frontend_options *options;
    CXFile last_file; /* most lookups hit the same file again */
    uint32_t last_name;
    struct xf_map macros;     /* names defined in the unit; filled when needed */
    CXCursor *definitions;    /* parallel */
    size_t definitions_cap;
    struct xf_map asm_seen;    /* "path:offset" of asm keywords */
    bool *asm_suspicious;      /* parallel */
    size_t asm_cap;
    struct xf_map lowered_anyway; /* functions with a call through a pointer
                                     or a site, see lower.h */
    struct callee *callees; /* hash table over declarations */
    size_t ncallees, callees_cap;
    struct xf_debug_symbols symbols;
    struct function *fn;
};

static char *take(CXString s)
{
    const char *text = clang_getCString(s);
    char *copy = xf_strdup(text ? text : "");

    clang_disposeString(s);
    return copy;
}

static struct xf_place place(struct walker *w, CXFile file, unsigned int line,
                             unsigned int column, unsigned int offset)
{
    struct xf_place p = {"", "", line, column, offset};

    if (!file)
        return p;
    if (file != w->last_file) {
        char *raw = take(clang_getFileName(file));

        w->last_name = xf_names_add(w->names, raw);
        w->last_file = file;
        free(raw);
    }
    p.real = w->names->real[w->last_name];
    p.file = w->names->shown[w->last_name];
    return p;
}

static struct xf_place file_place(struct walker *w, CXSourceLocation at)
{
    unsigned int line, column, offset;
    CXFile file;

    clang_getFileLocation(at, &file, &line, &column, &offset);
    return place(w, file, line, column, offset);
}

static struct xf_place spelling_place(struct walker *w, CXSourceLocation at)
{
    unsigned int line, column, offset;
    CXFile file;

    clang_getSpellingLocation(at, &file, &line, &column, &offset);
    return place(w, file, line, column, offset);
}

static bool same_place(const struct xf_place *a, const struct xf_place *b)
{
    return a->offset == b->offset && a->real == b->real;
}

/* ---- macro chains ------------------------------------------------------ */

struct chain_link {
    char *name, *args; /* args NULL: none, or not known */
    const struct xf_macro *macro; /* its definition, NULL when not known */
    const struct xf_source *source; /* file of the definition */
};

struct chain {
    struct chain_link *items; /* outermost first */
    size_t len, cap;
};

static enum CXChildVisitResult note_definition(CXCursor c, CXCursor parent,
                                               CXClientData data)
{
    struct walker *w = data;
    char *name;
    uint32_t at;
    int is_new;

    (void)parent;
    if (clang_getCursorKind(c) != CXCursor_MacroDefinition)
        return CXChildVisit_Continue;
    name = take(clang_getCursorSpelling(c));
    at = xf_map_add(&w->macros, name, &is_new);
    if (is_new) {
        size_t len = at;

        XF_GROW(w->definitions, len, w->definitions_cap);
    }
    w->definitions[at] = c; /* the last one, when it is redefined */
    free(name);
    return CXChildVisit_Continue;
}

/* Definition of a macro of this unit, NULL when it has none in a file. */
static const struct xf_macro *definition_of(struct walker *w, const char *name,
                                            const struct xf_source **source)
{
    struct xf_place at;
    uint32_t i;

    if (!w->macros.len)
        clang_visitChildren(clang_getTranslationUnitCursor(w->unit),
                            note_definition, w);
    i = xf_map_find(&w->macros, name);
    if (i == XF_MAP_NONE)
        return NULL;
    at = file_place(w, clang_getCursorLocation(w->definitions[i]));
    *source = *at.real ? xf_text(at.real) : NULL;
    return *source ? xf_source_macro_at(*source, at.offset) : NULL;
}

static const struct xf_macro *definition_in_unit(void *payload,
                                                 const char *name,
                                                 const struct xf_source **src)
{
    return definition_of(payload, name, src);
}

static void chain_add(struct walker *w, struct chain *chain, const char *name,
                      char *args)
{
    struct chain_link link = {xf_strdup(name), args, NULL, NULL};

    link.macro = definition_of(w, name, &link.source);
    XF_GROW(chain->items, chain->len, chain->cap);
    chain->items[chain->len++] = link;
}

/* A macro that is nothing but another invocation leaves no statement of its
 * own. Find the way from the body of `from` to the macro `to` through such
 * macros; `depth` bounds it. Adds the macros between. */
static bool bridge(struct walker *w, struct chain *chain,
                   const struct chain_link *from, const char *to,
                   unsigned int depth)
{
    size_t at = from->macro->body;

    while (depth && at < from->macro->end) {
        struct xf_token t = xf_source_token(from->source, &at);
        struct chain_link next = {0};
        size_t len = chain->len;
        char *args;
        bool found;

        if (t.kind == XF_TOKEN_END)
            break;
        if (t.kind != XF_TOKEN_IDENT)
            continue;
        next.name = xf_text_word(from->source, t.begin);
        next.macro = definition_of(w, next.name, &next.source);
        found = next.macro && next.macro != from->macro &&
                xf_text_mentions(next.source, next.macro, to);
        xf_source_arguments(from->source, t.begin, &args);
        if (next.macro && next.macro != from->macro) {
            chain_add(w, chain, next.name, args);
            if (!found)
                found = bridge(w, chain, &next, to, depth - 1);
            if (!found) {
                chain->len = len;
                free(chain->items[len].name);
                free(chain->items[len].args);
            }
        } else {
            free(args);
        }
        free(next.name);
        if (found)
            return true;
    }
    return false;
}

/* How many macros without a statement of their own are looked through. */
#define BRIDGE_DEPTH 4

/* A part of the link's body (taken over) as its invocation makes it. */
static char *in_terms_of_use(const struct chain_link *link, char *text)
{
    char *filled;

    if (!text || !link->macro || !link->args)
        return text;
    filled = xf_text_substitute(link->source, link->macro, link->args, text);
    free(text);
    return filled;
}

/* Names of the macros, as suspect.path has them. */
static void add_path(struct xf_buf *out, const struct chain *chain)
{
    for (size_t i = 0; i < chain->len; i++)
        xf_buf_addf(out, "%s%c", chain->items[i].name, XF_CHAIN_SEP);
}

/* How many sites of the same place came through this chain and then `name`
 * before: the invocations of `name` in the body that are taken. */
static unsigned int earlier_through(const struct walker *w,
                                    const struct suspect *s,
                                    const struct chain *chain, const char *name)
{
    struct xf_buf path = XF_BUF_INIT;
    unsigned int n = 0;

    add_path(&path, chain);
    xf_buf_addf(&path, "%s%c", name, XF_CHAIN_SEP);
    for (const struct suspect *t = w->fn->suspects; t < s; t++)
        n += t->is_site && same_place(&t->at, &s->at) &&
             !strncmp(t->path, path.data, path.len);
    xf_buf_release(&path);
    return n;
}

/* One more step inwards: a statement of the site's own expansion, which is
 * spelled in some macro's body. */
static void chain_step(struct walker *w, struct chain *chain, CXCursor cursor,
                       const struct suspect *s)
{
    const struct xf_place *site = &s->at;
    CXSourceLocation at = clang_getCursorLocation(cursor);
    struct xf_place file = file_place(w, at), body = spelling_place(w, at);
    struct chain_link *last = chain->len ? &chain->items[chain->len - 1] : NULL;
    const struct xf_source *src;
    const struct xf_macro *macro;
    char *args = NULL;

    if (!same_place(&file, site))
        return;
    src = xf_text(body.real);
    macro = src ? xf_source_macro_at(src, body.offset) : NULL;
    if (!macro || (last && (macro == last->macro ||
                            !strcmp(last->name, macro->name))))
        return;
    if (last && last->macro &&
        !xf_text_mentions(last->source, last->macro, macro->name)) {
        struct chain_link from = *last; /* the array may move */

        bridge(w, chain, &from, macro->name, BRIDGE_DEPTH);
        last = &chain->items[chain->len - 1];
    }
    if (last && last->macro)
        args = in_terms_of_use(
            last, xf_text_body_args(last->source, last->macro, macro->name,
                                    earlier_through(w, s, chain, macro->name)));
    chain_add(w, chain, macro->name, args);
    chain->items[chain->len - 1].macro = macro;
    chain->items[chain->len - 1].source = src;
}

/* Macros around the site. */
static void chain_of(struct walker *w, struct chain *chain,
                     const struct suspect *s)
{
    CXSourceLocation at = clang_getCursorLocation(s->cursor);
    struct xf_place body = spelling_place(w, at);
    const struct xf_source *src = xf_text(s->at.real);
    char *word, *args;

    if (!src || same_place(&body, &s->at))
        return;
    word = xf_text_word(src, s->at.offset);
    if (*word) {
        xf_source_arguments(src, s->at.offset, &args);
        chain_add(w, chain, word, args);
    }
    free(word);
    for (size_t i = 0; i < s->depth; i++)
        chain_step(w, chain, s->ancestors[i], s);
    chain_step(w, chain, s->cursor, s);
}

/* The chain as facts.h has it. Caller frees. */
static char *chain_text(const struct chain *chain)
{
    struct xf_buf out = XF_BUF_INIT;

    for (size_t i = 0; i < chain->len; i++) {
        if (i)
            xf_buf_addch(&out, XF_CHAIN_SEP);
        xf_buf_adds(&out, chain->items[i].name);
        if (chain->items[i].args) {
            xf_buf_addch(&out, XF_ARGS_SEP);
            xf_buf_adds(&out, chain->items[i].args);
        }
    }
    return xf_buf_detach(&out);
}

static void chain_release(struct chain *chain)
{
    for (size_t i = 0; i < chain->len; i++) {
        free(chain->items[i].name);
        free(chain->items[i].args);
    }
    free(chain->items);
}

/* The condition that confines the site to debug builds: around its own line
 * or around the definition of a macro it came through. Caller frees. */
static char *debug_condition(struct walker *w, const struct xf_place *site,
                             const struct chain *chain)
{
    char *why = xf_text_debug_only(xf_text(site->real), site->line,
                                   &w->symbols);

    for (size_t i = 0; !why && i < chain->len; i++)
        if (chain->items[i].macro)
            why = xf_text_debug_only(chain->items[i].source,
                                     chain->items[i].macro->line, &w->symbols);
    return why ? why : xf_strdup("");
}

/* ---- records ----------------------------------------------------------- */

static const char *number(char text[16], unsigned int value)
{
    snprintf(text, 16, "%u", value);
    return text;
}

/* A frame made by hand prints the line where its __LINE__ is written. */
static void move_to_line_token(struct walker *w, CXCursor stmt,
                               struct xf_place *at)
{
    CXSourceLocation loc = clang_getCursorLocation(stmt);
    struct xf_place body = spelling_place(w, loc);
    const struct xf_source *src = xf_text(at->real);
    size_t p = at->offset, ident = at->offset, macro = at->offset;
    int depth = 0;

    if (!src || !same_place(&body, at))
        return;
    for (;;) {
        struct xf_token t = xf_source_token(src, &p);
        const char *text = src->text + t.begin;

        if (t.kind == XF_TOKEN_PUNCT) {
            depth += (*text == '(') - (*text == ')');
            if (depth == 0)
                return;
            macro = *text == '(' ? ident : macro;
        }
        if (t.kind == XF_TOKEN_END)
            return;
        if (t.kind == XF_TOKEN_IDENT && t.end - t.begin == 8 &&
            !memcmp(text, "__LINE__", 8)) {
            at->line = xf_source_line(src, t.begin);
            if (xf_source_line(src, macro) == at->line)
                at->column = xf_source_column(src, macro);
            return;
        }
        if (t.kind == XF_TOKEN_IDENT)
            ident = t.begin;
    }
}

static struct suspect *add_suspect(struct walker *w, CXCursor cursor)
{
    struct function *fn = w->fn;
    struct suspect s = {0};

    s.cursor = cursor;
    s.at = file_place(w, clang_getCursorLocation(cursor));
    s.ancestors = xf_calloc(fn->depth + 1, sizeof(*s.ancestors));
    memcpy(s.ancestors, fn->ancestors, fn->depth * sizeof(*s.ancestors));
    s.depth = fn->depth;
    s.unevaluated = fn->unevaluated;
    XF_GROW(fn->suspects, fn->nsuspects, fn->suspects_cap);
    fn->suspects[fn->nsuspects] = s;
    return &fn->suspects[fn->nsuspects++];
}

/* Whether the site is written in the body of the macro, not in an argument. */
static bool is_spelled_in(struct walker *w, const struct suspect *s,
                          const struct chain_link *link)
{
    struct xf_place at = spelling_place(w, clang_getCursorLocation(s->cursor));
    const struct xf_source *src = *at.real ? xf_text(at.real) : NULL;

    return src && link->macro && link->source == src &&
           xf_source_macro_at(src, at.offset) == link->macro;
}

/* The suspect is a site: what is around it, and how many sites of the same
 * place came before. */
static void settle(struct walker *w, struct suspect *s)
{
    struct chain chain = {0};
    struct xf_buf path = XF_BUF_INIT;

    for (const struct suspect *t = w->fn->suspects; t < s; t++)
        s->sub += same_place(&t->at, &s->at) ? t->sites : 0;
    chain_of(w, &chain, s);
    add_path(&path, &chain);
    s->path = xf_buf_detach(&path);
    if (s->message && chain.len && is_spelled_in(w, s, &chain.items[chain.len - 1]))
        s->message = in_terms_of_use(&chain.items[chain.len - 1], s->message);
    s->chain = chain_text(&chain);
    s->debug = debug_condition(w, &s->at, &chain);
    s->is_site = true;
    chain_release(&chain);
}

/* Last line of what is written at the site, and its order among equals. */
static void extent_of(const struct function *fn, const struct xf_place *at,
                      unsigned int *end, unsigned int *ordinal)
{
    const struct xf_source *src = xf_text(at->real);
    char *word, *args = NULL;
    size_t behind;

    *end = at->line;
    *ordinal = 0;
    if (!src || at->offset >= src->len)
        return;
    word = xf_text_word(src, at->offset);
    behind = xf_source_arguments(src, at->offset, &args);
    if (behind && xf_source_line(src, behind - 1) > at->line)
        *end = xf_source_line(src, behind - 1);
    if (*word && !strcmp(fn->at.real, at->real))
        *ordinal = xf_text_count(src, fn->begin, at->offset, word, args);
    free(word);
    free(args);
}

static unsigned int earlier_loops(const struct function *fn,
                                  const struct suspect *s)
{
    unsigned int n = 0;

    for (const struct suspect *t = fn->suspects; t < s; t++)
        n += t->what == SUSPECT_LOOP && t->is_site && !*t->chain;
    return n;
}

enum { FRAME_NONE = -1 };

/* Write the record of one site: B with `frame`, H for `halt`, or N. */
static void emit_site(struct walker *w, struct suspect *s, int frame,
                      const char *message, const char *halt)
{
    struct function *fn = w->fn;
    char line[16], endl[16], col[16], ord[16], subn[16], type[16];
    unsigned int end, ordinal;
    char *name = take(clang_getCursorSpelling(fn->cursor));

    xf_map_add(&w->lowered_anyway, name, NULL);
    free(name);
    if (!s->is_site)
        settle(w, s);
    extent_of(fn, &s->at, &end, &ordinal);
    if (s->what == SUSPECT_LOOP && !*s->chain)
        ordinal = earlier_loops(fn, s); /* two may be written differently */
    number(line, s->at.line);
    number(endl, s->end > end ? s->end : end);
    number(col, s->at.column);
    number(ord, ordinal);
    number(subn, s->sub + s->sites++);
    snprintf(type, sizeof(type), "%d", frame);
    if (halt)
        xf_fact(&fn->records, 'H', s->at.file, line, endl, col, halt, s->chain,
                ord, subn, s->debug, NULL);
    else if (s->what == SUSPECT_ASM)
        xf_fact(&fn->records, 'B', s->at.file, line, endl, col, type,
                message ? message : "", s->chain, ord, subn, s->debug, NULL);
    else
        xf_fact(&fn->records, 'N', s->at.file, line, endl, col, s->callee,
                s->home, s->message, s->chain, ord, subn, s->debug, NULL);
}

/* What nothing executes is no site; the census wants to know. */
static void emit_unevaluated(struct walker *w, const struct suspect *s)
{
    char *where = xf_format("%u:%u", s->at.line, s->at.column);

    xf_fact(w->out, 'U', s->at.file, where, NULL);
    free(where);
}

/* ---- asm statements ---------------------------------------------------- */

/* Whether a string of a template may hold a jump that closes a loop, or a
 * trap. */
static bool may_stop(const char *text, size_t len)
{
    static const char *const words[] = {"jmp", "jmpq", "jmpl", "b",
                                        "j",   "tail", "ud2",  "ud2a",
                                        "udf", "trap", "unimp"};

    for (size_t i = 0; i < len; i++) {
        size_t n = 0;

        if (text[i] == '\\') {
            i++; /* the letter behind is no part of a word */
            continue;
        }
        while (i + n < len && (isalnum((unsigned char)text[i + n]) ||
                               text[i + n] == '_' || text[i + n] == '.'))
            n++;
        for (size_t k = 0; n && k < sizeof(words) / sizeof(words[0]); k++)
            if (strlen(words[k]) == n && !memcmp(words[k], text + i, n))
                return true;
        i += n ? n - 1 : 0;
    }
    return false;
}

/* Whether the template at the asm keyword consists of anything but plain
 * strings that have nothing of a bug frame. Looked up by place, as the same
 * few statements of headers are seen in every function. */
static bool text_is_suspicious(const struct xf_source *src, size_t offset,
                               const char *section)
{
    static const char *const plain[] = {"asm",     "__asm__", "volatile",
                                        "__volatile__", "goto", "__asm",
                                        "inline"};
    size_t at = offset, budget = 4000;
    int depth = 0;

    while (budget--) {
        struct xf_token t = xf_source_token(src, &at);
        size_t len = t.end - t.begin;
        const char *text = src->text + t.begin;
        bool known = false;

        if (t.kind == XF_TOKEN_END)
            return true;
        if (t.kind == XF_TOKEN_PUNCT) {
            depth += (*text == '(') - (*text == ')');
            if ((*text == ':' && depth == 1) || (*text == ')' && !depth))
                return false;
        } else if (t.kind == XF_TOKEN_STRING) {
            if (memmem(text, len, section, strlen(section)) ||
                may_stop(text, len))
                return true;
        } else if (t.kind == XF_TOKEN_IDENT) {
            for (size_t i = 0; i < sizeof(plain) / sizeof(plain[0]); i++)
                known |= strlen(plain[i]) == len &&
                         !memcmp(plain[i], text, len);
            if (!known)
                return true;
        }
    }
    return true;
}

static bool asm_is_suspicious(struct walker *w, CXCursor cursor)
{
    CXSourceLocation loc = clang_getCursorLocation(cursor);
    struct xf_place at = spelling_place(w, loc);
    char *key = xf_format("%u:%s", at.offset, at.real);
    const struct xf_source *src;
    uint32_t i;
    int is_new;

    i = xf_map_add(&w->asm_seen, key, &is_new);
    free(key);
    if (is_new) {
        size_t len = i;

        XF_GROW(w->asm_suspicious, len, w->asm_cap);
        src = xf_text(at.real);
        w->asm_suspicious[i] =
            !src || text_is_suspicious(src, at.offset,
                                       w->options->frame_section);
    }
    return w->asm_suspicious[i];
}

struct sink {
    struct walker *w;
    struct suspect *s;
};

/* Value of a macro that is defined as a plain number, -1 otherwise. */
static int macro_value(struct walker *w, const char *name)
{
    const struct xf_source *src;
    const struct xf_macro *macro = definition_of(w, name, &src);
    struct xf_token t;
    size_t at;

    if (!macro)
        return -1;
    at = macro->body;
    t = xf_source_token(src, &at);
    return t.kind == XF_TOKEN_NUMBER && t.end <= macro->end
               ? (int)strtol(src->text + t.begin, NULL, 0)
               : -1;
}

/* The number of a frame's type in this tree to the one in facts. */
static int frame_type(int number, void *payload)
{
    struct walker *w = payload;
    bool named = false;

    for (const struct xf_frame_type *f = w->options->frames;
         number >= 0 && f->macro; f++) {
        int value = macro_value(w, f->macro);

        if (value == number)
            return f->type;
        named |= value >= 0;
    }
    return named ? XF_FRAME_OTHER + number : number;
}

static void on_frame(int type, const char *message, void *payload)
{
    struct sink *sink = payload;

    emit_site(sink->w, sink->s, frame_type(type, sink->w), message, NULL);
}

static void on_halt(const char *what, void *payload)
{
    struct sink *sink = payload;

    emit_site(sink->w, sink->s, FRAME_NONE, NULL, what);
}

static bool any_asm(const struct function *fn)
{
    for (size_t i = 0; i < fn->nsuspects; i++)
        if (fn->suspects[i].what == SUSPECT_ASM)
            return true;
    return false;
}

/* The printed asm statements of the function, in order. */
static void print_asms(struct function *fn, struct xf_asms *asms)
{
    CXPrintingPolicy policy = clang_getCursorPrintingPolicy(fn->cursor);
    char *text = take(clang_getCursorPrettyPrinted(fn->cursor, policy));

    clang_PrintingPolicy_dispose(policy);
    xf_asms_parse(asms, text);
    free(text);
}

static void warn_unmatched(struct walker *w, size_t printed)
{
    const struct function *fn = w->fn;
    char line[16];
    char *text = xf_format(
        "inline assembly of %zu statements, %zu printed: bug frames in this "
        "function were judged by their macros only",
        fn->nasms, printed);

    xf_fact(w->out, 'D', "warning", fn->at.file, number(line, fn->at.line),
            text, NULL);
    free(text);
}

/* `printed`: the asm statement as printed, NULL when that is not known. */
static void emit_suspect(struct walker *w, struct suspect *s,
                         const struct xf_asm *printed)
{
    struct sink sink = {w, s};

    if (s->unevaluated) {
        emit_unevaluated(w, s);
    } else if (s->what == SUSPECT_LOOP) {
        emit_site(w, s, FRAME_NONE, NULL, "endless loop");
    } else if (s->what == SUSPECT_CALL) {
        emit_site(w, s, FRAME_NONE, NULL, NULL);
    } else if (printed) {
        xf_asm_frames(printed, w->options->frame_section, on_frame, &sink);
        xf_flow_template(printed->text, w->options->trap_tables, on_halt,
                         &sink);
    } else {
        on_frame(FRAME_NONE, NULL, &sink);
    }
}

static void emit_suspects(struct walker *w)
{
    struct function *fn = w->fn;
    struct xf_asms asms = {0};
    bool matched = false;

    if (any_asm(fn)) {
        print_asms(fn, &asms);
        matched = asms.len == fn->nasms;
        if (!matched)
            warn_unmatched(w, asms.len);
    }
    for (size_t i = 0; i < fn->nsuspects; i++)
        emit_suspect(w, &fn->suspects[i],
                     matched ? &asms.items[fn->suspects[i].index] : NULL);
    xf_asms_release(&asms);
}

/* ---- the walk ---------------------------------------------------------- */

static bool is_listed(const char *const *list, const char *name)
{
    for (; list && *list; list++)
        if (!strcmp(*list, name))
            return true;
    return false;
}

struct noreturn_search {
    struct walker *w;
    bool found;
};

static enum CXChildVisitResult find_noreturn(CXCursor c, CXCursor parent,
                                             CXClientData data)
{
    struct xf_place at;
    char *word;

    (void)parent;
    if (clang_getCursorKind(c) != CXCursor_UnexposedAttr)
        return CXChildVisit_Continue;
    at = spelling_place(((struct noreturn_search *)data)->w,
                        clang_getRangeStart(clang_getCursorExtent(c)));
    word = xf_text_word(xf_text(at.real), at.offset);
    ((struct noreturn_search *)data)->found |= !strcmp(word, "_Noreturn");
    free(word);
    return CXChildVisit_Continue;
}

/* The attribute is part of the type; _Noreturn of C11 is not. */
static bool is_noreturn(struct walker *w, CXCursor function)
{
    char *type = take(clang_getTypeSpelling(clang_getCursorType(function)));
    struct noreturn_search search = {w, strstr(type, "noreturn") != NULL};

    free(type);
    if (!search.found)
        clang_visitChildren(function, find_noreturn, &search);
    return search.found;
}

/* File of the definition of a static function, "" for an external one. */
static const char *home_of(struct walker *w, CXCursor function)
{
    CXCursor definition = clang_getCursorDefinition(function);

    if (clang_getCursorLinkage(function) != CXLinkage_Internal)
        return "";
    if (clang_Cursor_isNull(definition))
        definition = function;
    return file_place(w, clang_getCursorLocation(definition)).file;
}

/* Slot of the declaration in the table, or the free one where it belongs. */
static struct callee *callee_slot(const struct walker *w,
                                  const void *declaration)
{
    size_t mask = w->callees_cap - 1;
    size_t at = ((uintptr_t)declaration >> 4) * 0x9e3779b1u & mask;

    while (w->callees[at].declaration &&
           w->callees[at].declaration != declaration)
        at = (at + 1) & mask;
    return &w->callees[at];
}

static void grow_callees(struct walker *w)
{
    struct callee *old = w->callees;
    size_t cap = w->callees_cap;

    w->callees_cap = cap ? 2 * cap : 1024;
    w->callees = xf_calloc(w->callees_cap, sizeof(*w->callees));
    for (size_t i = 0; i < cap; i++)
        if (old[i].declaration)
            *callee_slot(w, old[i].declaration) = old[i];
    free(old);
}

/* Valid until the next call of this function. */
static struct callee *callee_info(struct walker *w, CXCursor function)
{
    struct callee *c;

    if (2 * w->ncallees >= w->callees_cap)
        grow_callees(w);
    c = callee_slot(w, function.data[0]);
    if (c->declaration)
        return c;
    w->ncallees++;
    c->declaration = function.data[0];
    c->name = take(clang_getCursorSpelling(function));
    c->home = home_of(w, function);
    c->noreturn = is_noreturn(w, function) ||
                  !strcmp(c->name, "__builtin_unreachable");
    c->stop = is_listed(w->options->stops, c->name);
    return c;
}

/* The last token of what is called: (f)(x) and (*f)(x) have parentheses. */
static size_t behind_callee(const struct xf_source *src, size_t offset)
{
    size_t at = offset;
    int depth = 0;

    do {
        struct xf_token t = xf_source_token(src, &at);

        if (t.kind == XF_TOKEN_END)
            return offset;
        offset = t.begin;
        if (t.kind == XF_TOKEN_PUNCT)
            depth += (src->text[offset] == '(') - (src->text[offset] == ')');
    } while (depth > 0);
    return offset;
}

/* Arguments of a call as written, where its callee's name is spelled. */
static char *call_arguments(struct walker *w, CXCursor call)
{
    CXSourceLocation at = clang_getCursorLocation(call);
    struct xf_place p = spelling_place(w, at);
    const struct xf_source *src = xf_text(p.real);
    char *args = NULL;

    if (src && p.offset < src->len)
        xf_source_arguments(src, behind_callee(src, p.offset), &args);
    return args ? args : xf_strdup("");
}

/* libclang visits the first operand of `a ?: b` more than once. */
static bool is_known_suspect(const struct function *fn, CXCursor cursor)
{
    for (size_t i = 0; i < fn->nsuspects; i++)
        if (clang_equalCursors(fn->suspects[i].cursor, cursor))
            return true;
    return false;
}

/* A function, or the pointer to one or its address, among the operands of
 * inline assembly: it may be called. */
static enum CXChildVisitResult find_pointer(CXCursor c, CXCursor parent,
                                            CXClientData data)
{
    CXType type = clang_getCanonicalType(clang_getCursorType(c));

    (void)parent;
    for (int i = 0; i < 2 && type.kind == CXType_Pointer; i++)
        type = clang_getCanonicalType(clang_getPointeeType(type));
    *(bool *)data |= type.kind == CXType_FunctionProto ||
                     type.kind == CXType_FunctionNoProto;
    return CXChildVisit_Continue;
}

static void on_asm(struct walker *w, CXCursor stmt)
{
    struct function *fn = w->fn;

    if (!fn->calls_pointer)
        clang_visitChildren(stmt, find_pointer, &fn->calls_pointer);

    for (size_t i = 0; i < fn->nasms; i++)
        if (clang_equalCursors(fn->asms[i], stmt))
            return;
    if (asm_is_suspicious(w, stmt)) {
        struct suspect *s = add_suspect(w, stmt);

        s->index = (unsigned int)fn->nasms;
        move_to_line_token(w, stmt, &s->at);
    }
    XF_GROW(fn->asms, fn->nasms, fn->asms_cap);
    fn->asms[fn->nasms++] = stmt;
}

static enum CXChildVisitResult first_child(CXCursor c, CXCursor parent,
                                           CXClientData data)
{
    (void)parent;
    *(CXCursor *)data = c;
    return CXChildVisit_Break;
}

/* The function that is called by name, also as (f)(x) or (*f)(x). */
static CXCursor callee_of(CXCursor call)
{
    CXCursor callee = clang_getCursorReferenced(call);

    while (clang_Cursor_isNull(callee)) {
        enum CXCursorKind kind;

        callee = clang_getNullCursor();
        clang_visitChildren(call, first_child, &callee);
        kind = clang_getCursorKind(callee);
        if (kind == CXCursor_DeclRefExpr)
            return clang_getCursorReferenced(callee);
        if (kind != CXCursor_UnexposedExpr && kind != CXCursor_ParenExpr &&
            kind != CXCursor_UnaryOperator)
            return clang_getNullCursor();
        call = callee;
        callee = clang_getNullCursor();
    }
    return callee;
}

/* What the call calls by name, NULL: nothing known. */
static struct callee *called(struct walker *w, CXCursor call)
{
    CXCursor callee = callee_of(call);

    return clang_getCursorKind(callee) == CXCursor_FunctionDecl
               ? callee_info(w, callee)
               : NULL;
}

static void on_call(struct walker *w, CXCursor call)
{
    struct function *fn = w->fn;
    struct callee *callee = called(w, call);
    struct xf_place at;
    char line[16], col[16];

    fn->noisy |= !callee;
    if (!callee) {
        fn->calls_pointer = true;
        return;
    }
    if (!strncmp(callee->name, "__builtin_", 10)) {
        fn->unreachables += !strcmp(callee->name, "__builtin_unreachable");
        return;
    }
    fn->noisy |= !callee->quiet;
    at = file_place(w, clang_getCursorLocation(call));
    if (!fn->unevaluated)
        xf_fact(&fn->records, 'C', callee->name, callee->home,
                strcmp(at.file, fn->at.file) ? at.file : "",
                number(line, at.line), number(col, at.column), NULL);
    if (fn->in_loop) {
        if (fn->loop_callees.len)
            xf_buf_addch(&fn->loop_callees, ',');
        xf_buf_adds(&fn->loop_callees, callee->name);
    }
    if ((callee->noreturn || callee->stop) && !is_known_suspect(fn, call)) {
        struct suspect *s = add_suspect(w, call);

        s->what = SUSPECT_CALL;
        s->callee = xf_strdup(callee->name);
        s->home = callee->home;
        s->message = call_arguments(w, call);
    }
}

/* Children of a cursor, in order. */
struct children {
    CXCursor *items;
    size_t len, cap;
};

static enum CXChildVisitResult add_child(CXCursor c, CXCursor parent,
                                         CXClientData data)
{
    struct children *list = data;

    (void)parent;
    XF_GROW(list->items, list->len, list->cap);
    list->items[list->len++] = c;
    return CXChildVisit_Continue;
}

static struct children children_of(CXCursor c)
{
    struct children list = {0};

    clang_visitChildren(c, add_child, &list);
    return list;
}

/* Whether the expression is a constant other than 0. */
static bool is_true(CXCursor c)
{
    CXEvalResult value = clang_isExpression(clang_getCursorKind(c))
                             ? clang_Cursor_Evaluate(c)
                             : NULL;
    bool yes = value && clang_EvalResult_getKind(value) == CXEval_Int &&
               clang_EvalResult_getAsLongLong(value) != 0;

    if (value)
        clang_EvalResult_dispose(value);
    return yes;
}

static bool is_loop(enum CXCursorKind kind)
{
    return kind == CXCursor_ForStmt || kind == CXCursor_WhileStmt ||
           kind == CXCursor_DoStmt;
}

struct loop_search {
    struct walker *w;
    unsigned int inner; /* loops and switches around: a break is theirs */
    bool left;          /* there is a way out */
    bool noisy;         /* something is called that may do any work */
};

static enum CXChildVisitResult search_loop(CXCursor c, CXCursor parent,
                                           CXClientData data)
{
    struct loop_search *l = data;
    enum CXCursorKind kind = clang_getCursorKind(c);
    bool inner = is_loop(kind) || kind == CXCursor_SwitchStmt;

    (void)parent;
    l->left |= kind == CXCursor_GotoStmt || kind == CXCursor_ReturnStmt ||
               kind == CXCursor_IndirectGotoStmt ||
               kind == CXCursor_AddrLabelExpr || /* of an asm goto */
               (kind == CXCursor_BreakStmt && !l->inner);
    if (kind == CXCursor_CallExpr) {
        const struct callee *callee = called(l->w, c);

        l->noisy |= !callee || !(callee->quiet ||
                                 !strncmp(callee->name, "__builtin_", 10));
    }
    l->inner += inner;
    clang_visitChildren(c, search_loop, l);
    l->inner -= inner;
    return l->left ? CXChildVisit_Break : CXChildVisit_Continue;
}

enum loop { LOOP_ENDS, LOOP_ENDLESS, LOOP_DOES_NOTHING };

/* for (;;), while (1) and their like without a way out; LOOP_DOES_NOTHING when
 * they run nothing but inline functions that call nobody else. */
static enum loop judge_loop(struct walker *w, CXCursor loop)
{
    enum CXCursorKind kind = clang_getCursorKind(loop);
    struct children parts = children_of(loop);
    struct loop_search search = {w, 0, false, false};
    bool endless = kind == CXCursor_ForStmt && parts.len == 1;

    /* The body comes last, in a do loop first. Which part of a for is missing
     * cannot be told; any constant there counts. */
    for (size_t i = 0; i < parts.len && !endless; i++)
        if (i != (kind == CXCursor_DoStmt ? 0 : parts.len - 1))
            endless = is_true(parts.items[i]);
    free(parts.items);
    if (!endless)
        return LOOP_ENDS;
    clang_visitChildren(loop, search_loop, &search);
    return search.left ? LOOP_ENDS
                       : search.noisy ? LOOP_ENDLESS : LOOP_DOES_NOTHING;
}

/* Whether control that reaches the end of the statement has met a call that
 * never returns. A switch is taken at its word. */
static bool ends(struct walker *w, CXCursor stmt)
{
    enum CXCursorKind kind = clang_getCursorKind(stmt);
    struct children parts;
    bool yes;

    if (kind == CXCursor_CallExpr) {
        const struct callee *callee = called(w, stmt);

        return callee && callee->noreturn;
    }
    if (kind == CXCursor_SwitchStmt ||
        (is_loop(kind) && judge_loop(w, stmt) != LOOP_ENDS))
        return true;
    parts = children_of(stmt);
    if (kind == CXCursor_IfStmt)
        yes = parts.len == 3 && ends(w, parts.items[1]) && ends(w, parts.items[2]);
    else if (kind == CXCursor_DoStmt)
        yes = parts.len && ends(w, parts.items[0]);
    else if (kind == CXCursor_ForStmt || kind == CXCursor_WhileStmt)
        yes = false;
    else
        yes = parts.len && ends(w, parts.items[parts.len - 1]);
    free(parts.items);
    return yes;
}

/* The loop stops here: nothing in it leaves, nothing in it does any work. */
static void on_stopping_loop(struct walker *w, CXCursor loop)
{
    struct suspect *s = add_suspect(w, loop);
    struct xf_place end =
        file_place(w, clang_getRangeEnd(clang_getCursorExtent(loop)));

    s->what = SUSPECT_LOOP;
    s->end = end.real == s->at.real ? end.line : s->at.line;
}

/* The word that stands where the expression begins in the text. */
static bool begins_with(struct walker *w, CXCursor c, const char *word)
{
    struct xf_place at =
        spelling_place(w, clang_getRangeStart(clang_getCursorExtent(c)));
    char *text = xf_text_word(*at.real ? xf_text(at.real) : NULL, at.offset);
    bool yes = !strcmp(text, word);

    free(text);
    return yes;
}

/* Whether `c` is the operand that __builtin_choose_expr() does not take, or
 * its constant. */
static bool is_not_chosen(CXCursor c, CXCursor choice)
{
    struct children parts = children_of(choice);
    bool chosen = parts.len != 3 ||
                  clang_equalCursors(c, parts.items[is_true(parts.items[0])
                                                        ? 1 : 2]);

    free(parts.items);
    return !chosen;
}

/* Whether the child `c` of `parent` is there for its type only, or dropped. */
static bool is_unevaluated(struct walker *w, CXCursor c, CXCursor parent)
{
    CXSourceRange whole, part;

    switch (clang_getCursorKind(parent)) {
    case CXCursor_UnaryExpr: /* sizeof and the like */
        return true;
    case CXCursor_VarDecl: /* typeof in its type; the bound of an array runs */
        return clang_isExpression(clang_getCursorKind(c)) &&
               clang_getCursorType(parent).kind != CXType_VariableArray &&
               !clang_equalCursors(c,
                                   clang_Cursor_getVarDeclInitializer(parent));
    case CXCursor_FieldDecl:
    case CXCursor_ParmDecl:
    case CXCursor_TypedefDecl:
    case CXCursor_FunctionDecl:
        return clang_isExpression(clang_getCursorKind(c));
    case CXCursor_CStyleCastExpr: /* (typeof(c))x: x ends where the cast does */
    case CXCursor_CompoundLiteralExpr:
        whole = clang_getCursorExtent(parent);
        part = clang_getCursorExtent(c);
        return clang_isExpression(clang_getCursorKind(c)) &&
               whole.end_int_data != part.end_int_data;
    case CXCursor_GenericSelectionExpr: {
        CXCursor first = clang_getNullCursor();

        clang_visitChildren(parent, first_child, &first);
        return clang_equalCursors(c, first);
    }
    case CXCursor_UnexposedExpr: /* mostly conversions, which begin alike */
        whole = clang_getCursorExtent(parent);
        part = clang_getCursorExtent(c);
        if (whole.begin_int_data == part.begin_int_data)
            return false;
        return begins_with(w, parent, "__builtin_types_compatible_p") ||
               (begins_with(w, parent, "__builtin_choose_expr") &&
                is_not_chosen(c, parent));
    default:
        return false;
    }
}

static enum CXChildVisitResult on_cursor(CXCursor c, CXCursor parent,
                                         CXClientData data)
{
    struct walker *w = data;
    struct function *fn = w->fn;
    enum CXCursorKind kind = clang_getCursorKind(c);
    bool unevaluated = is_unevaluated(w, c, parent), endless = false;

    fn->unevaluated += unevaluated;
    if (kind == CXCursor_CallExpr) {
        on_call(w, c);
    } else if (kind == CXCursor_GCCAsmStmt) {
        on_asm(w, c);
    } else if (is_loop(kind)) {
        enum loop loop = judge_loop(w, c);

        endless = loop == LOOP_ENDLESS;
        fn->noisy |= loop != LOOP_ENDS;
        if (loop == LOOP_DOES_NOTHING)
            on_stopping_loop(w, c);
    } else if (kind == CXCursor_GotoStmt || kind == CXCursor_IndirectGotoStmt) {
        fn->loops++; /* may go round for ever */
    }
    fn->loops += endless;
    fn->in_loop += endless;
    XF_GROW(fn->ancestors, fn->depth, fn->depth_cap);
    fn->ancestors[fn->depth++] = c;
    clang_visitChildren(c, on_cursor, w);
    fn->depth--;
    fn->in_loop -= endless;
    fn->unevaluated -= unevaluated;
    return CXChildVisit_Continue;
}

/* Text of the section attribute, "" when there is none. Caller frees. */
static char *section_of(CXCursor function)
{
    CXPrintingPolicy policy = clang_getCursorPrintingPolicy(function);
    char *text, *at, *out;

    clang_PrintingPolicy_setProperty(policy, CXPrintingPolicy_TerseOutput, 1);
    text = take(clang_getCursorPrettyPrinted(function, policy));
    clang_PrintingPolicy_dispose(policy);
    at = strstr(text, "section(\"");
    out = at ? xf_strndup(at + 9, strcspn(at + 9, "\"")) : xf_strdup("");
    free(text);
    return out;
}

static CXCursor body_of(CXCursor function)
{
    struct children parts = children_of(function);
    CXCursor body = parts.len ? parts.items[parts.len - 1]
                              : clang_getNullCursor();

    free(parts.items);
    return body;
}

static void emit_function(struct walker *w)
{
    struct function *fn = w->fn;
    struct xf_source const *src = xf_text(fn->at.real);
    char *name = take(clang_getCursorSpelling(fn->cursor));
    char *spelled = xf_text_word(src, fn->at.offset);
    char *section = section_of(fn->cursor);
    CXSourceRange extent = clang_getCursorExtent(fn->cursor);
    struct xf_place end = file_place(w, clang_getRangeEnd(extent));
    char flags[4] = "", line[16], endl[16], unr[16], loops[16];

    if (clang_getCursorLinkage(fn->cursor) == CXLinkage_Internal)
        strcat(flags, "s");
    if (clang_Cursor_isFunctionInlined(fn->cursor))
        strcat(flags, "i");
    if (fn->noreturn)
        strcat(flags, "n");
    xf_fact(w->out, 'F', name, fn->at.file, number(line, fn->at.line),
            number(endl, end.line), flags, section, spelled, NULL);
    if (fn->records.len)
        xf_buf_add(w->out, fn->records.data, fn->records.len);
    if (fn->noreturn) {
        xf_fact(w->out, 'E', number(unr, fn->unreachables), number(loops, fn->loops),
                fn->loop_callees.len ? fn->loop_callees.data : "",
                ends(w, body_of(fn->cursor)) ? "1" : "0", NULL);
    }
    if (fn->calls_pointer)
        xf_map_add(&w->lowered_anyway, name, NULL);
    free(name);
    free(spelled);
    free(section);
}

static void release_function(struct function *fn)
{
    for (size_t i = 0; i < fn->nsuspects; i++) {
        free(fn->suspects[i].ancestors);
        free(fn->suspects[i].path);
        free(fn->suspects[i].chain);
        free(fn->suspects[i].debug);
        free(fn->suspects[i].callee);
        free(fn->suspects[i].message);
    }
    free(fn->suspects);
    free(fn->asms);
    free(fn->ancestors);
    xf_buf_release(&fn->records);
    xf_buf_release(&fn->loop_callees);
}

static void walk_function(struct walker *w, CXCursor cursor)
{
    struct function fn = {0};
    CXSourceRange extent = clang_getCursorExtent(cursor);
    struct xf_place begin;

    fn.cursor = cursor;
    fn.at = file_place(w, clang_getCursorLocation(cursor));
    begin = file_place(w, clang_getRangeStart(extent));
    fn.begin = begin.real == fn.at.real ? begin.offset : 0;
    fn.noreturn = callee_info(w, cursor)->noreturn;
    w->fn = &fn;
    clang_visitChildren(cursor, on_cursor, w);
    callee_info(w, cursor)->quiet =
        !fn.noisy && clang_Cursor_isFunctionInlined(cursor);
    emit_suspects(w);
    emit_function(w);
    release_function(&fn);
    w->fn = NULL;
}

static enum CXChildVisitResult on_top(CXCursor c, CXCursor parent,
                                      CXClientData data)
{
    struct walker *w = data;

    (void)parent;
    if (clang_getCursorKind(c) == CXCursor_FunctionDecl &&
        clang_isCursorDefinition(c))
        walk_function(w, c);
    return CXChildVisit_Continue;
}

/* ---- what the preprocessor did ------------------------------------------ */

static enum CXChildVisitResult on_expansion(CXCursor c, CXCursor parent,
                                            CXClientData data)
{
    struct walker *w = data;
    char *name, *where;

    (void)parent;
    if (clang_getCursorKind(c) != CXCursor_MacroExpansion)
        return CXChildVisit_Continue;
    name = take(clang_getCursorSpelling(c));
    if (is_listed(w->options->census, name)) {
        struct xf_place at = file_place(w, clang_getCursorLocation(c));

        where = xf_format("%u:%u", at.line, at.column);
        xf_fact(w->out, 'X', at.file, where, NULL);
        free(where);
    }
    free(name);
    return CXChildVisit_Continue;
}

static void emit_skipped(struct walker *w)
{
    CXSourceRangeList *list = clang_getAllSkippedRanges(w->unit);

    for (unsigned int i = 0; list && i < list->count; i++) {
        struct xf_place a = file_place(w, clang_getRangeStart(list->ranges[i]));
        struct xf_place b = file_place(w, clang_getRangeEnd(list->ranges[i]));
        char *lines;

        /* The range runs from the directive that fails to the one that ends
         * the branch; only the lines between are skipped. */
        if (a.real != b.real || b.line <= a.line + 1)
            continue;
        lines = xf_format("%u-%u", a.line + 1, b.line - 1);
        xf_fact(w->out, 'I', a.file, lines, NULL);
        free(lines);
    }
    clang_disposeSourceRangeList(list);
}

void xf_walk(struct xf_buf *out, CXTranslationUnit unit, struct xf_names *names,
             const struct xf_frontend_options *options)
{
    struct walker w = {.out = out, .unit = unit, .names = names,
                       .options = options,
                       .symbols = {options->debug_on, options->debug_off,
                                   definition_in_unit, &w}};
    const struct xf_frame_names frames = {options->frame_section, frame_type,
                                          &w};
    CXCursor top = clang_getTranslationUnitCursor(unit);

    emit_skipped(&w);
    clang_visitChildren(top, on_expansion, &w);
    clang_visitChildren(top, on_top, &w);
    xf_lower(out, unit, names, &w.lowered_anyway, &frames);
    xf_map_release(&w.lowered_anyway);
    for (size_t i = 0; i < w.callees_cap; i++)
        free(w.callees[i].name);
    free(w.callees);
    xf_map_release(&w.macros);
    free(w.definitions);
    xf_map_release(&w.asm_seen);
    free(w.asm_suspicious);
}
