/* SPDX-License-Identifier: GPL-2.0-only */
#include "assembly.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "asmtext.h"
#include "error.h"
#include "facts.h"
#include "flow.h"
#include "proc.h"
#include "texts.h"
#include "walk.h"

/* Seconds that preprocessing one file may take. */
#define CPP_SECONDS 60

/* Something found in the body of an assembler macro: it counts when the macro
 * is used, in the function that uses it. */
struct pending {
    uint32_t macro; /* index into macros */
    char *record;   /* a bug frame; NULL: a branch */
    char *target;   /* of the branch; may hold parameters, "do_\\fn" */
    bool address;   /* the target's address is taken; no branch */
};

struct gas_macro {
    char *params; /* as written */
    bool transfers, leaves; /* as xf_flow_transfers() */
};

/* A branch to a local label, which may belong to another function. */
struct local {
    char *label;
    const char *file;
    unsigned int line, column;
    unsigned int ordinal; /* as in facts.h */
    char *debug;
};

/* A function that was read. It is written when all labels are known. */
struct block {
    char *head; /* its F record */
    struct xf_buf body;
    char *name;
    bool stays;
    struct local *locals;
    size_t nlocals;
};

/* A trap instruction, until it is known that nothing catches it. */
struct trap {
    bool open;
    char *label; /* numeric label before it, NULL: none */
    char *what;
    unsigned int line;
    uint32_t file;
};

struct reader {
    struct xf_buf *out;
    const struct xf_frontend_options *options;
    struct xf_names *names;
    uint32_t file;      /* of the current line */
    unsigned int line;
    const char *text;   /* the current preprocessed line */
    size_t len;
    char *label;        /* function that the current line belongs to */
    struct xf_buf body; /* its records */
    struct local *locals; /* its branches to local labels */
    size_t nlocals, locals_cap;
    struct block *blocks; /* functions that were read */
    size_t nblocks, blocks_cap;
    struct xf_map local_labels; /* ".L" labels of the file */
    uint32_t *owners; /* parallel: indices of blocks */
    size_t owners_cap;
    unsigned int label_line;
    uint32_t label_file;
    struct xf_map macros; /* names of assembler macros */
    struct gas_macro *bodies; /* parallel */
    size_t bodies_cap;
    struct xf_map defined; /* names of the preprocessor's macros */
    struct definition {
        uint32_t file;
        unsigned int line;
    } *definitions; /* parallel: where the last one is */
    size_t definitions_cap;
    bool halts;        /* the function has a loop or trap that stops */
    struct xf_debug_symbols symbols;
    bool builtin;      /* the current line is the compiler's own */
    struct xf_flow flow, macro_flow;
    struct xf_map texts; /* of sites in the function, for their ordinals */
    unsigned int *counts; /* parallel */
    size_t counts_cap;
    struct trap trap;
    char *last_label; /* numeric label at the current instruction, or NULL */
    uint32_t in_macro;    /* XF_MAP_NONE outside */
    struct pending *pending;
    size_t npending, pending_cap;
    unsigned int frames_on_line, frame_ordinal;
};

static bool is_symbol(char ch)
{
    return isalnum((unsigned char)ch) || ch == '_' || ch == '.' || ch == '$';
}

static void add_pending(struct reader *r, char *record, char *target,
                        bool address)
{
    struct pending p = {r->in_macro, record, target, address};

    XF_GROW(r->pending, r->npending, r->pending_cap);
    r->pending[r->npending++] = p;
}

static void settle_trap(struct reader *r, bool caught);

/* The ".L" labels of the function that ends belong to block `owner`. */
static void own_labels(struct reader *r, uint32_t owner)
{
    for (size_t i = 0; i < r->flow.labels.len; i++) {
        int is_new;
        uint32_t at;

        if (r->flow.labels.keys[i][0] != '.')
            continue;
        at = xf_map_add(&r->local_labels, r->flow.labels.keys[i], &is_new);
        if (is_new) {
            size_t len = at;

            XF_GROW(r->owners, len, r->owners_cap);
        }
        r->owners[at] = owner;
    }
}

static void flush_label(struct reader *r)
{
    struct xf_buf head = XF_BUF_INIT;
    struct block block = {0};
    char line[16];

    settle_trap(r, false);
    if (r->label) {
        block.stays = r->halts && xf_flow_stays(&r->flow);
        snprintf(line, sizeof(line), "%u", r->label_line);
        xf_fact(&head, 'F', r->label, r->names->shown[r->label_file], line,
                line, block.stays ? "an" : "a", "", r->label, NULL);
        block.head = xf_buf_detach(&head);
        block.body = r->body;
        block.name = r->label;
        block.locals = r->locals;
        block.nlocals = r->nlocals;
        own_labels(r, (uint32_t)r->nblocks);
        XF_GROW(r->blocks, r->nblocks, r->blocks_cap);
        r->blocks[r->nblocks++] = block;
    }
    r->label = NULL;
    r->halts = false;
    r->locals = NULL;
    r->nlocals = r->locals_cap = 0;
    memset(&r->body, 0, sizeof(r->body));
    xf_flow_release(&r->flow);
    xf_map_release(&r->texts);
}

/* A branch to a local label of another function that control never leaves is
 * a call of that one. */
static void write_locals(struct reader *r, struct block *block)
{
    for (size_t i = 0; i < block->nlocals; i++) {
        const struct local *l = &block->locals[i];
        uint32_t at = xf_map_find(&r->local_labels, l->label);
        const struct block *owner =
            at == XF_MAP_NONE ? NULL : &r->blocks[r->owners[at]];
        char line[16], col[16], ord[16];

        if (!owner || owner == block || !owner->stays)
            continue;
        snprintf(line, sizeof(line), "%u", l->line);
        snprintf(col, sizeof(col), "%u", l->column);
        snprintf(ord, sizeof(ord), "%u", l->ordinal);
        xf_fact(&block->body, 'C', owner->name, "", l->file, line, col, NULL);
        xf_fact(&block->body, 'N', l->file, line, line, col, owner->name, "",
                l->label, "", ord, "0", l->debug, NULL);
    }
}

static void write_blocks(struct reader *r)
{
    for (size_t i = 0; i < r->nblocks; i++) {
        struct block *block = &r->blocks[i];

        write_locals(r, block);
        xf_buf_adds(r->out, block->head);
        if (block->body.len)
            xf_buf_add(r->out, block->body.data, block->body.len);
        if (block->stays)
            xf_fact(r->out, 'E', "0", "0", "", "1", NULL);
    }
}

static void begin_label(struct reader *r, const char *name, size_t len)
{
    flush_label(r);
    r->label = xf_strndup(name, len);
    r->label_line = r->line;
    r->label_file = r->file;
}

/* A record goes to the current function. */
static void keep(struct reader *r, const char *record)
{
    if (!r->label)
        begin_label(r, "(file)", 6);
    xf_buf_adds(&r->body, record);
    r->halts |= *record == 'H';
}

/* How often this text has made a site in the function so far. */
static unsigned int ordinal_of(struct reader *r, const char *text)
{
    int is_new;
    uint32_t at = xf_map_add(&r->texts, text, &is_new);

    if (is_new) {
        size_t len = at;

        XF_GROW(r->counts, len, r->counts_cap);
        r->counts[at] = 0;
    }
    return r->counts[at]++;
}

/* Column of `word` on the current source line, 1 when it is not there. */
static unsigned int column_of(struct reader *r, const char *word)
{
    const struct xf_source *src = xf_text(r->names->real[r->file]);
    size_t at, len = strlen(word);

    if (!src || !r->line || r->line > src->nlines)
        return 1;
    for (at = src->lines[r->line - 1];;) {
        struct xf_token t = xf_source_token(src, &at);

        if (t.kind == XF_TOKEN_END || xf_source_line(src, t.begin) != r->line)
            return 1;
        if (t.end - t.begin == len && !memcmp(src->text + t.begin, word, len))
            return xf_source_column(src, t.begin);
    }
}

/* Where an assembly statement is confined to debug builds. Caller frees. */
static char *debug_reason(struct reader *r, const char *macro);

/* A call or branch: an edge, and a site should its target be a stop. */
static void keep_branch(struct reader *r, const char *target, bool is_loop)
{
    struct xf_buf record = XF_BUF_INIT;
    char line[16], col[16], ord[16];
    char *debug = debug_reason(r, "");
    const char *file = r->names->shown[r->file];

    snprintf(line, sizeof(line), "%u", r->line);
    snprintf(col, sizeof(col), "%u", column_of(r, target));
    if (!r->label)
        begin_label(r, "(file)", 6);
    snprintf(ord, sizeof(ord), "%u", ordinal_of(r, target));
    xf_fact(&record, 'C', target, "", file, line, col, NULL);
    if (!is_loop) /* which is a site itself */
        xf_fact(&record, 'N', file, line, line, col, target, "", "", "", ord, "0",
                debug, NULL);
    keep(r, record.data);
    xf_buf_release(&record);
    free(debug);
}

static void keep_local(struct reader *r, const char *label)
{
    struct local l = {xf_strdup(label), r->names->shown[r->file], r->line,
                      column_of(r, label), 0, debug_reason(r, "")};

    if (!r->label)
        begin_label(r, "(file)", 6);
    l.ordinal = ordinal_of(r, label);
    XF_GROW(r->locals, r->nlocals, r->locals_cap);
    r->locals[r->nlocals++] = l;
}

/* The address of a symbol is taken or stands in a table: if it is a function,
 * control may get there. */
static void keep_address(struct reader *r, const char *symbol)
{
    struct xf_buf record = XF_BUF_INIT;
    char line[16];

    snprintf(line, sizeof(line), "%u", r->line);
    xf_fact(&record, 'C', symbol, "", r->names->shown[r->file], line,
            "1", "address", NULL);
    keep(r, record.data);
    xf_buf_release(&record);
}

static size_t word_length(const char *s)
{
    size_t n = 0;

    while (is_symbol(s[n]))
        n++;
    return n;
}

static const char *next_argument(const char *s)
{
    s += strcspn(s, ", \t");
    return s + strspn(s, ", \t");
}

/* A word that may hold parameters of the macro around: \cb */
static size_t operand_length(const char *s)
{
    size_t n = 0;

    while (is_symbol(s[n]) || s[n] == '\\')
        n++;
    return n;
}

/* What the parameter `name` of the macro stands for in a use with these
 * arguments. Caller frees; "" when there is none. */
static char *argument(const char *params, const char *name, const char *args)
{
    size_t len = strlen(name);
    char *key = xf_format("%s=", name), *found = strstr(args, key);
    char *value = NULL;

    if (found)
        value = xf_strndup(found + len + 1, operand_length(found + len + 1));
    for (; !value && *params; params = next_argument(params)) {
        if (word_length(params) == len && !strncmp(params, name, len))
            value = xf_strndup(args, operand_length(args));
        args = next_argument(args);
    }
    free(key);
    return value ? value : xf_strdup("");
}

/* The target of a branch in a macro with the parameters of a use put in. Caller
 * frees. */
static char *substitute(const char *params, const char *target,
                        const char *args)
{
    struct xf_buf out = XF_BUF_INIT;

    while (*target) {
        size_t plain = strcspn(target, "\\"), n;
        char *name, *value;

        xf_buf_add(&out, target, plain);
        target += plain;
        if (!*target)
            break;
        target++;
        if (!strncmp(target, "()", 2)) { /* ends a parameter's name */
            target += 2;
            continue;
        }
        n = word_length(target);
        name = xf_strndup(target, n);
        value = argument(params, name, args);
        xf_buf_adds(&out, value);
        free(name);
        free(value);
        target += n;
    }
    return xf_buf_detach(&out);
}

static struct xf_flow *flow_of(struct reader *r)
{
    return r->in_macro == XF_MAP_NONE ? &r->flow : &r->macro_flow;
}

/* The assembler macro is used here. A bug frame prints the line of the macro's
 * body, so it is one site however often the macro is used; a branch belongs to
 * the place of use, as in debug information. */
static void use_macro(struct reader *r, uint32_t macro, const char *args)
{
    size_t n = r->npending; /* a use inside a macro adds to the list */
    struct gas_macro body = r->bodies[macro];

    settle_trap(r, false);
    xf_flow_unknown(flow_of(r), body.transfers, body.leaves);
    if (r->in_macro != XF_MAP_NONE) {
        r->bodies[r->in_macro].transfers |= body.transfers;
        r->bodies[r->in_macro].leaves |= body.leaves;
    }
    for (size_t i = 0; i < n; i++) {
        struct pending p = r->pending[i];
        char *target;

        if (p.macro != macro)
            continue;
        if (p.record && r->in_macro != XF_MAP_NONE) {
            add_pending(r, xf_strdup(p.record), NULL, false);
            continue;
        }
        if (p.record) {
            keep(r, p.record);
            continue;
        }
        target = substitute(r->bodies[macro].params, p.target, args);
        if (r->in_macro != XF_MAP_NONE) {
            add_pending(r, NULL, target, p.address);
            continue;
        }
        if (*target && p.address)
            keep_address(r, target);
        else if (*target)
            keep_branch(r, target, false);
        free(target);
    }
}

static bool word_in(const char *text, size_t len, const char *word, size_t n)
{
    for (size_t i = 0; i + n <= len; i++)
        if (!memcmp(text + i, word, n) && (!i || !is_symbol(text[i - 1])) &&
            (i + n == len || !is_symbol(text[i + n])))
            return true;
    return false;
}

/* The nth macro invocation written on the current source line: the nth
 * identifier that the preprocessor has replaced. Sets the column and the chain
 * ("" when nothing was replaced). */
static char *written(struct reader *r, unsigned int nth, unsigned int *column,
                     unsigned int *end)
{
    const struct xf_source *src = xf_text(r->names->real[r->file]);
    struct xf_buf chain = XF_BUF_INIT;
    size_t at;

    *column = 1;
    *end = r->line;
    if (!src || r->line > src->nlines)
        return xf_strdup("");
    at = src->lines[r->line - 1];
    for (;;) {
        struct xf_token t = xf_source_token(src, &at);
        size_t len = t.end - t.begin, behind;
        char *args, *word;

        if (t.kind == XF_TOKEN_END ||
            xf_source_line(src, t.begin) != r->line)
            break;
        if (t.kind != XF_TOKEN_IDENT ||
            word_in(r->text, r->len, src->text + t.begin, len))
            continue;
        behind = xf_source_arguments(src, t.begin, &args);
        xf_buf_clear(&chain);
        word = xf_strndup(src->text + t.begin, len);
        xf_buf_adds(&chain, word);
        if (args) {
            xf_buf_addch(&chain, XF_ARGS_SEP);
            xf_buf_adds(&chain, args);
        }
        *column = xf_source_column(src, t.begin);
        *end = xf_source_line(src, behind ? behind - 1 : 0);
        free(word);
        free(args);
        at = behind;
        if (!nth--)
            break;
    }
    return xf_buf_detach(&chain);
}

/* Definition of a macro that is in force at the current line. */
static const struct xf_macro *definition(void *payload, const char *name,
                                         const struct xf_source **src)
{
    struct reader *r = payload;
    uint32_t at = xf_map_find(&r->defined, name);

    *src = at == XF_MAP_NONE
               ? NULL
               : xf_text(r->names->real[r->definitions[at].file]);
    for (size_t i = 0; *src && i < (*src)->nmacros; i++)
        if ((*src)->macros[i].line == r->definitions[at].line)
            return &(*src)->macros[i];
    return NULL;
}

/* How deep macros that a macro's body names are followed. */
#define DEBUG_DEPTH 4

/* The condition around the definition of a macro, or of one that it consists
 * of, that confines it to debug builds; NULL when there is none. */
static char *macro_debug(struct reader *r, const char *name, unsigned int depth)
{
    const struct xf_source *src;
    const struct xf_macro *macro = definition(r, name, &src);
    char *why, *word;
    size_t body;

    if (!macro || !depth)
        return NULL;
    why = xf_text_debug_only(src, macro->line, &r->symbols);
    body = macro->body;
    if (!why && body < macro->end) {
        struct xf_token t = xf_source_token(src, &body);

        /* The body's first word: macros that stand for another one. */
        word = t.kind == XF_TOKEN_IDENT ? xf_source_spelling(src, t) : NULL;
        why = word ? macro_debug(r, word, depth - 1) : NULL;
        free(word);
    }
    return why;
}

static char *debug_reason(struct reader *r, const char *macro)
{
    char *why = xf_text_debug_only(xf_text(r->names->real[r->file]), r->line,
                                   &r->symbols);

    if (!why && *macro)
        why = macro_debug(r, macro, DEBUG_DEPTH);
    return why ? why : xf_strdup("");
}

/* Comma-separated operands; the last one is also kept, without quotes. */
static void last_operand(const char *text, size_t len, struct xf_buf *out)
{
    size_t begin = 0;
    bool quoted = false;

    for (size_t i = 0; i < len; i++) {
        if (text[i] == '"' && (!i || text[i - 1] != '\\'))
            quoted = !quoted;
        if (text[i] == ',' && !quoted)
            begin = i + 1;
    }
    while (begin < len && isspace((unsigned char)text[begin]))
        begin++;
    while (len > begin && isspace((unsigned char)text[len - 1]))
        len--;
    if (len - begin >= 2 && text[begin] == '"' && text[len - 1] == '"') {
        begin++;
        len--;
    }
    xf_buf_add(out, text + begin, len - begin);
}

static void on_frame(struct reader *r, const char *operands, size_t len)
{
    struct xf_buf record = XF_BUF_INIT, message = XF_BUF_INIT;
    unsigned int column, end;
    char type[16], line[16], endl[16], col[16], sub[16], ord[16] = "0";
    char *chain = written(r, r->frames_on_line, &column, &end);
    char *word = xf_strndup(chain, strcspn(chain, "\x1e"));
    char *debug = debug_reason(r, word);

    snprintf(type, sizeof(type), "%d",
             len && isdigit((unsigned char)*operands) ? atoi(operands) : -1);
    last_operand(operands, len, &message);
    snprintf(line, sizeof(line), "%u", r->line);
    snprintf(endl, sizeof(endl), "%u", end);
    snprintf(col, sizeof(col), "%u", column);
    snprintf(sub, sizeof(sub), "%u", r->frames_on_line++);
    if (r->in_macro == XF_MAP_NONE) {
        if (!r->label)
            begin_label(r, "(file)", 6);
        if (r->frames_on_line == 1) /* the others differ by `sub` */
            r->frame_ordinal = ordinal_of(r, chain);
        snprintf(ord, sizeof(ord), "%u", r->frame_ordinal);
    }
    xf_fact(&record, 'B', r->names->shown[r->file], line, endl, col, type,
            message.data && strcmp(message.data, "0") ? message.data : "",
            chain, ord, sub, debug, NULL);
    if (r->in_macro != XF_MAP_NONE)
        add_pending(r, xf_strdup(record.data), NULL, false);
    else
        keep(r, record.data);
    xf_buf_release(&record);
    xf_buf_release(&message);
    free(chain);
    free(word);
    free(debug);
}

/* A symbol, with parameters of the macro in it. */
static size_t target_length(const char *s)
{
    size_t n = 0;

    while (is_symbol(s[n]) || s[n] == '\\' ||
           (n && s[n] == '(' && s[n - 1] == '\\') ||
           (n > 1 && s[n] == ')' && s[n - 1] == '('))
        n++;
    return n;
}

/* A loop or trap that stops, in the given lines. */
static void on_halt(struct reader *r, const char *what, uint32_t file,
                    unsigned int first, unsigned int last)
{
    struct xf_buf record = XF_BUF_INIT;
    uint32_t now = r->file;
    unsigned int here = r->line;
    char line[16], endl[16], ord[16] = "0";
    char *debug;

    r->file = file;
    r->line = first;
    debug = debug_reason(r, "");
    r->file = now;
    r->line = here;
    if (r->in_macro == XF_MAP_NONE) {
        if (!r->label)
            begin_label(r, "(file)", 6);
        snprintf(ord, sizeof(ord), "%u", ordinal_of(r, what));
    }
    snprintf(line, sizeof(line), "%u", first);
    snprintf(endl, sizeof(endl), "%u", last);
    xf_fact(&record, 'H', r->names->shown[file], line, endl, "1", what, "", ord,
            "0", debug, NULL);
    if (r->in_macro != XF_MAP_NONE)
        add_pending(r, xf_strdup(record.data), NULL, false);
    else
        keep(r, record.data);
    xf_buf_release(&record);
    free(debug);
}

/* Whether something catches the trap is decided now. */
static void settle_trap(struct reader *r, bool caught)
{
    struct trap trap = r->trap;

    memset(&r->trap, 0, sizeof(r->trap));
    if (trap.open && !caught)
        on_halt(r, trap.what, trap.file, trap.line, trap.line);
    free(trap.label);
    free(trap.what);
}

/* A directive or a macro's arguments name the trap's label: a table holds it. */
static void look_for_trap(struct reader *r, const char *text, size_t len)
{
    char *name;

    if (!r->trap.open)
        return;
    name = xf_format(isdigit((unsigned char)*r->trap.label) ? "%sb" : "%s",
                     r->trap.label);
    if (word_in(text, len, name, strlen(name)))
        settle_trap(r, true);
    free(name);
}

static void set_label(struct reader *r, const char *name, size_t len)
{
    free(r->last_label);
    r->last_label = name ? xf_strndup(name, len) : NULL;
}

/* Where control goes from this instruction. */
static enum xf_flow_event on_instruction(struct reader *r, const char *s,
                                         size_t len)
{
    enum xf_flow_event event;
    bool leaves;

    settle_trap(r, false);
    if (r->in_macro != XF_MAP_NONE) {
        struct gas_macro *body = &r->bodies[r->in_macro];

        body->transfers |= xf_flow_transfers(s, len, &leaves);
        body->leaves |= leaves;
    } else if (!r->label) {
        begin_label(r, "(file)", 6);
    }
    event = xf_flow_statement(flow_of(r), s, len, r->line);
    if (event == XF_FLOW_LOOP) {
        on_halt(r, "endless loop", r->file, flow_of(r)->first, r->line);
    } else if (event == XF_FLOW_TRAP) {
        r->trap = (struct trap){true, r->last_label,
                                xf_strndup(s, word_length(s)), r->line,
                                r->file};
        r->last_label = NULL;
        if (!r->trap.label)
            settle_trap(r, false);
    }
    set_label(r, NULL, 0);
    return event;
}

/* Directives that make data, and instructions that take an address, on the
 * architectures that Xen runs on. What they name that is no function is sorted
 * out when the program is linked. */
static bool takes_address(const char *name)
{
    static const char *const names[] = {
        ".quad", ".long", ".word",  ".xword", ".8byte", ".4byte", ".int",
        ".dword", "lea",  "leal",   "leaq",   "adr",    "adrp",   "ldr",
        "mov",   "movl",  "movq",   "movabs", "movw",   "movt",   "push",
        "pushl", "pushq", "la",     "lla",    "lda"};

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        if (!strcmp(names[i], name))
            return true;
    return false;
}

static void on_address(struct reader *r, const char *operands, size_t len)
{
    for (size_t i = 0; i < len;) {
        size_t n = 0;
        char *symbol;

        while (i + n < len && (is_symbol(operands[i + n]) ||
                               operands[i + n] == '\\'))
            n++;
        if (!n || isdigit((unsigned char)operands[i]) || operands[i] == '.' ||
            operands[i] == '$' || (i && operands[i - 1] == '%')) {
            i += operands[i] == '$' ? 1 : n + !n;
            continue;
        }
        symbol = xf_strndup(operands + i, n);
        if (r->in_macro != XF_MAP_NONE)
            add_pending(r, NULL, symbol, true);
        else if (!strchr(symbol, '\\'))
            keep_address(r, symbol);
        if (r->in_macro == XF_MAP_NONE)
            free(symbol);
        i += n;
    }
}

static void on_branch(struct reader *r, const char *operands, size_t len,
                      bool is_loop)
{
    struct xf_buf target = XF_BUF_INIT;
    const char *name;
    size_t n;

    last_operand(operands, len, &target);
    name = target.data;
    n = target_length(name);
    if (n > 1 && !name[n] && *name == '.' && r->in_macro == XF_MAP_NONE) {
        keep_local(r, name);
    } else if (n && !name[n] && !isdigit((unsigned char)*name) &&
               *name != '.') {
        if (r->in_macro != XF_MAP_NONE)
            add_pending(r, NULL, xf_strdup(name), false);
        else if (!strchr(name, '\\'))
            keep_branch(r, name, is_loop);
    }
    xf_buf_release(&target);
}

/* `.macro NAME PARAMETERS` */
static void on_macro(struct reader *r, const char *text, size_t len)
{
    size_t n = word_length(text);
    char *name;
    int is_new;

    if (n > len)
        n = len;
    name = xf_strndup(text, n);
    r->in_macro = xf_map_add(&r->macros, name, &is_new);
    if (is_new) {
        size_t at = r->in_macro;

        XF_GROW(r->bodies, at, r->bodies_cap);
        memset(&r->bodies[at], 0, sizeof(r->bodies[at]));
    }
    free(r->bodies[r->in_macro].params);
    while (n < len && strchr(", \t", text[n]))
        n++;
    r->bodies[r->in_macro].params = xf_strndup(text + n, len - n);
    free(name);
}

/* One statement: labels are gone, s[0..len) is mnemonic and operands. */
static void on_statement(struct reader *r, const char *s, size_t len)
{
    size_t n = 0;
    const char *word = s, *rest;
    size_t rest_len;
    char *name;
    uint32_t macro;
    bool leaves;

    while (n < len && is_symbol(word[n]))
        n++;
    rest = s + n;
    rest_len = len - n;
    while (rest_len && isspace((unsigned char)*rest)) {
        rest++;
        rest_len--;
    }
    name = xf_strndup(word, n);
    if (!strcmp(name, ".macro")) {
        on_macro(r, rest, rest_len);
    } else if (!strcmp(name, ".endm")) {
        settle_trap(r, false);
        r->in_macro = XF_MAP_NONE;
        xf_flow_release(&r->macro_flow);
    } else if (!strcmp(name, r->options->frame_macro)) {
        settle_trap(r, true);
        on_frame(r, rest, rest_len);
    } else if ((macro = xf_map_find(&r->macros, name)) != XF_MAP_NONE) {
        look_for_trap(r, rest, rest_len);
        if (macro != r->in_macro) {
            char *args = xf_strndup(rest, rest_len);

            use_macro(r, macro, args);
            free(args);
        }
    } else if (n && *word == '.') {
        look_for_trap(r, rest, rest_len);
        if (takes_address(name))
            on_address(r, rest, rest_len);
    } else if (n) {
        bool is_loop = on_instruction(r, s, len) == XF_FLOW_LOOP;

        if (xf_flow_transfers(s, len, &leaves))
            on_branch(r, rest, rest_len, is_loop);
        else if (takes_address(name))
            on_address(r, rest, rest_len);
    }
    free(name);
}

/* Take labels off the front of a statement, then handle the rest. */
static void on_labels(struct reader *r, const char *s, size_t len)
{
    for (;;) {
        size_t n = 0;

        while (len && isspace((unsigned char)*s)) {
            s++;
            len--;
        }
        while (n < len && is_symbol(s[n]))
            n++;
        if (!n || n == len || s[n] != ':')
            break;
        if (!isdigit((unsigned char)*s) && *s != '.' &&
            r->in_macro == XF_MAP_NONE)
            begin_label(r, s, n);
        xf_flow_label(flow_of(r), s, n);
        set_label(r, s, n);
        s += n + 1;
        len -= n + 1;
    }
    if (len)
        on_statement(r, s, len);
}

/* `# 12 "file" 1` : what follows stems from that line. */
static bool on_marker(struct reader *r, const char *s, size_t len)
{
    char *end;
    unsigned long line;
    const char *quote;
    struct xf_buf name = XF_BUF_INIT;

    if (len < 3 || s[0] != '#' || s[1] != ' ')
        return false;
    line = strtoul(s + 2, &end, 10);
    quote = memchr(s, '"', len);
    if (end == s + 2 || !quote)
        return false;
    for (quote++; quote < s + len && *quote != '"'; quote++) {
        if (*quote == '\\' && quote + 1 < s + len)
            quote++;
        xf_buf_addch(&name, *quote);
    }
    r->builtin = !name.len || name.data[0] == '<';
    if (!r->builtin)
        r->file = xf_names_add(r->names, name.data);
    xf_buf_release(&name);
    r->line = (unsigned int)line - 1;
    return true;
}

/* `#define NAME ...` as -dD has it in place. */
static bool on_define(struct reader *r, const char *s, size_t len)
{
    static const char word[] = "#define ";
    size_t n = sizeof(word) - 1;
    int is_new;
    char *name;
    uint32_t at;

    if (len < n || memcmp(s, word, n))
        return len && !strncmp(s, "#undef ", 7);
    name = xf_strndup(s + n, word_length(s + n));
    at = xf_map_add(&r->defined, name, &is_new);
    if (is_new) {
        size_t used = at;

        XF_GROW(r->definitions, used, r->definitions_cap);
    }
    r->definitions[at] = (struct definition){r->file, r->line};
    free(name);
    return true;
}

/* Length of the line without the assembler's own comment. */
static size_t without_comment(struct reader *r, const char *s, size_t len)
{
    const struct xf_source *src = xf_text(r->names->real[r->file]);
    bool quoted = false;

    for (size_t i = 0; src && src->asm_comment && i < len; i++) {
        if (s[i] == '"' && (!i || s[i - 1] != '\\'))
            quoted = !quoted;
        if (s[i] == src->asm_comment && !quoted && (!i || s[i - 1] != '\\'))
            return i;
    }
    return len;
}

static void on_line(struct reader *r, const char *s, size_t len)
{
    size_t begin = 0;
    bool quoted = false;

    if (on_marker(r, s, len))
        return;
    r->line++;
    if (r->builtin || on_define(r, s, len))
        return;
    len = without_comment(r, s, len);
    r->text = s;
    r->len = len;
    r->frames_on_line = 0;
    for (size_t i = 0; i <= len; i++) {
        if (i < len && s[i] == '"' && (!i || s[i - 1] != '\\'))
            quoted = !quoted;
        if (i == len || (s[i] == ';' && !quoted)) {
            on_labels(r, s + begin, i - begin);
            begin = i + 1;
        }
    }
}

static int preprocess(struct xf_buf *out, const struct xf_tu *tu,
                      const char *clang)
{
    const char **argv = xf_calloc(tu->argc + 6, sizeof(*argv));
    struct xf_proc how = {.dir = tu->dir, .log = "/dev/null", .out = out,
                          .seconds = CPP_SECONDS};
    size_t n = 0;
    int rc;

    argv[n++] = clang;
    argv[n++] = "-E";
    argv[n++] = "-w";
    argv[n++] = "-dD";
    for (size_t i = 0; i < tu->argc; i++)
        argv[n++] = tu->argv[i];
    argv[n++] = tu->file;
    rc = xf_proc_run(&how, argv);
    free(argv);
    if (rc > 0)
        rc = xf_error("%s: %s -E fails on it; the unit is left out", tu->file,
                      clang);
    return rc;
}

/* Lines of every file read that the preprocessor left out cannot be told from
 * its output for macro-only text, so no I records are written for assembly:
 * a line counts as compiled when any line of the output stems from it. */
static void emit_lines(struct xf_buf *out, const char *shown,
                       const unsigned char *seen, size_t nlines)
{
    for (size_t first = 1; first <= nlines;) {
        size_t last = first;
        char *range;

        if (seen[first]) {
            first++;
            continue;
        }
        while (last < nlines && !seen[last + 1])
            last++;
        range = xf_format("%zu-%zu", first, last);
        xf_fact(out, 'I', shown, range, NULL);
        free(range);
        first = last + 1;
    }
}

/* Skipped lines of one file: those of its branches of which no line reached
 * the output. */
static void emit_skipped(struct xf_buf *out, const char *shown,
                         const struct xf_source *src,
                         const unsigned char *output)
{
    unsigned char *seen = xf_malloc(src->nlines + 2);

    memset(seen, 1, src->nlines + 2);
    for (size_t b = 0; b < src->nbranches; b++) {
        const struct xf_branch *branch = &src->branches[b];
        bool any = false;

        for (size_t l = branch->first; l <= branch->last && l <= src->nlines;
             l++)
            any |= output[l];
        for (size_t l = branch->first;
             !any && l <= branch->last && l <= src->nlines; l++)
            seen[l] = 0;
    }
    emit_lines(out, shown, seen, src->nlines);
    free(seen);
}

/* Which lines of the main file produced output. */
static void main_file_lines(struct reader *r, const char *text, uint32_t main)
{
    const struct xf_source *src = xf_text(r->names->real[main]);
    unsigned char *output;

    if (!src)
        return;
    output = xf_calloc(src->nlines + 2, 1);
    r->file = main;
    r->line = 0;
    while (*text) {
        size_t len = strcspn(text, "\n");

        if (!on_marker(r, text, len)) {
            r->line++;
            if (!r->builtin && r->file == main && r->line <= src->nlines &&
                strspn(text, " \t") < len)
                output[r->line] = 1;
        }
        text += len + (text[len] == '\n');
    }
    emit_skipped(r->out, r->names->shown[main], src, output);
    free(output);
}

static void release_reader(struct reader *r)
{
    for (size_t i = 0; i < r->npending; i++) {
        free(r->pending[i].record);
        free(r->pending[i].target);
    }
    for (size_t i = 0; i < r->nblocks; i++) {
        struct block *block = &r->blocks[i];

        for (size_t j = 0; j < block->nlocals; j++) {
            free(block->locals[j].label);
            free(block->locals[j].debug);
        }
        free(block->locals);
        free(block->head);
        free(block->name);
        xf_buf_release(&block->body);
    }
    free(r->blocks);
    free(r->owners);
    xf_map_release(&r->local_labels);
    for (size_t i = 0; i < r->macros.len; i++)
        free(r->bodies[i].params);
    free(r->bodies);
    free(r->counts);
    free(r->definitions);
    free(r->last_label);
    xf_map_release(&r->defined);
    xf_map_release(&r->texts);
    xf_flow_release(&r->flow);
    xf_flow_release(&r->macro_flow);
    free(r->pending);
    xf_map_release(&r->macros);
    xf_buf_release(&r->body);
}

int xf_assembly_run(struct xf_buf *out, const struct xf_tu *tu,
                    const struct xf_frontend_options *options)
{
    struct xf_names names = {.tu = tu};
    struct reader r = {.out = out, .options = options, .names = &names,
                       .in_macro = XF_MAP_NONE,
                       .symbols = {options->debug_on, options->debug_off,
                                   definition, &r}};
    struct xf_buf text = XF_BUF_INIT;
    uint32_t main;
    int rc = preprocess(&text, tu, options->clang);

    if (!rc) {
        main = r.file = xf_names_add(&names, tu->file);
        for (const char *s = text.data ? text.data : ""; *s;) {
            size_t len = strcspn(s, "\n");

            on_line(&r, s, len);
            s += len + (s[len] == '\n');
        }
        settle_trap(&r, false);
        flush_label(&r);
        write_blocks(&r);
        main_file_lines(&r, text.data ? text.data : "", main);
        for (size_t i = 0; i < names.raw.len; i++)
            xf_fact(out, 'R', names.shown[i], i == main ? "" : "quiet",
                    NULL);
    }
    release_reader(&r);
    xf_names_release(&names);
    xf_buf_release(&text);
    return rc;
}
