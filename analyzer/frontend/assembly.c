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
    unsigned int label_line;
    uint32_t label_file;
    struct xf_map macros; /* names of assembler macros */
    char **params;        /* parallel: their parameters as written */
    size_t params_cap;
    uint32_t in_macro;    /* XF_MAP_NONE outside */
    struct pending *pending;
    size_t npending, pending_cap;
    unsigned int frames_on_line;
};

static bool is_symbol(char ch)
{
    return isalnum((unsigned char)ch) || ch == '_' || ch == '.' || ch == '$';
}

/* Mnemonics of calls and jumps on the architectures that Xen runs on. The
 * target is their last operand. */
static bool is_branch(const char *word, size_t len)
{
    static const char *const names[] = {
        "call", "callq", "bl",   "b",    "cbz",  "cbnz", "tbz",  "tbnz",
        "tail", "j",     "jal",  "beqz", "bnez", "bltz", "bgez", "beq",
        "bne",  "blt",   "bge",  "bleq", "blne", "bcs",  "bcc",  "bmi",
        "bpl",  "bhi",   "bls",  "bgt",  "ble",  "bltu", "bgeu"};

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        if (strlen(names[i]) == len && !memcmp(names[i], word, len))
            return true;
    /* x86: jmp and every conditional jump; arm64: b.eq and its like */
    return (len > 1 && len < 6 && word[0] == 'j') ||
           (len == 4 && word[0] == 'b' && word[1] == '.');
}

static void flush_label(struct reader *r)
{
    char line[16];

    if (r->label) {
        snprintf(line, sizeof(line), "%u", r->label_line);
        xf_fact(r->out, 'F', r->label, r->names->shown[r->label_file], line,
                line, "a", "", r->label, NULL);
        if (r->body.len)
            xf_buf_add(r->out, r->body.data, r->body.len);
    }
    free(r->label);
    r->label = NULL;
    xf_buf_clear(&r->body);
}

static void begin_label(struct reader *r, const char *name, size_t len)
{
    flush_label(r);
    r->label = xf_strndup(name, len);
    r->label_line = r->line;
    r->label_file = r->file;
}

static void add_pending(struct reader *r, char *record, char *target)
{
    struct pending p = {r->in_macro, record, target};

    XF_GROW(r->pending, r->npending, r->pending_cap);
    r->pending[r->npending++] = p;
}

/* A record goes to the current function. */
static void keep(struct reader *r, const char *record)
{
    if (!r->label)
        begin_label(r, "(file)", 6);
    xf_buf_adds(&r->body, record);
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

static void keep_branch(struct reader *r, const char *target)
{
    struct xf_buf record = XF_BUF_INIT;
    char line[16], col[16];

    snprintf(line, sizeof(line), "%u", r->line);
    snprintf(col, sizeof(col), "%u", column_of(r, target));
    xf_fact(&record, 'C', target, "", r->names->shown[r->file], line, col,
            NULL);
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

/* What the parameter `name` of the macro stands for in a use with these
 * arguments. Caller frees; "" when there is none. */
static char *argument(const char *params, const char *name, const char *args)
{
    size_t len = strlen(name);
    char *key = xf_format("%s=", name), *found = strstr(args, key);
    char *value = NULL;

    if (found)
        value = xf_strndup(found + len + 1, word_length(found + len + 1));
    for (; !value && *params; params = next_argument(params)) {
        if (word_length(params) == len && !strncmp(params, name, len))
            value = xf_strndup(args, word_length(args));
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

/* The assembler macro is used here. A bug frame prints the line of the macro's
 * body, so it is one site however often the macro is used; a branch belongs to
 * the place of use, as in debug information. */
static void use_macro(struct reader *r, uint32_t macro, const char *args)
{
    size_t n = r->npending; /* a use inside a macro adds to the list */

    for (size_t i = 0; i < n; i++) {
        struct pending p = r->pending[i];
        char *target;

        if (p.macro != macro)
            continue;
        if (p.record && r->in_macro != XF_MAP_NONE) {
            add_pending(r, xf_strdup(p.record), NULL);
            continue;
        }
        if (p.record) {
            keep(r, p.record);
            continue;
        }
        target = substitute(r->params[macro], p.target, args);
        if (r->in_macro != XF_MAP_NONE) {
            add_pending(r, NULL, target);
            continue;
        }
        if (*target)
            keep_branch(r, target);
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

static char *debug_reason(struct reader *r)
{
    char *why = xf_text_debug_only(xf_text(r->names->real[r->file]), r->line,
                                   r->options);

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
    char type[16], line[16], endl[16], col[16], sub[16];
    char *chain = written(r, r->frames_on_line, &column, &end);
    char *debug = debug_reason(r);

    snprintf(type, sizeof(type), "%d",
             len && isdigit((unsigned char)*operands) ? atoi(operands) : -1);
    last_operand(operands, len, &message);
    snprintf(line, sizeof(line), "%u", r->line);
    snprintf(endl, sizeof(endl), "%u", end);
    snprintf(col, sizeof(col), "%u", column);
    snprintf(sub, sizeof(sub), "%u", r->frames_on_line++);
    xf_fact(&record, 'B', r->names->shown[r->file], line, endl, col, type,
            message.data && strcmp(message.data, "0") ? message.data : "",
            chain, "0", sub, debug, NULL);
    if (r->in_macro != XF_MAP_NONE)
        add_pending(r, xf_strdup(record.data), NULL);
    else
        keep(r, record.data);
    xf_buf_release(&record);
    xf_buf_release(&message);
    free(chain);
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

static void on_branch(struct reader *r, const char *operands, size_t len)
{
    struct xf_buf target = XF_BUF_INIT;
    const char *name;
    size_t n;

    last_operand(operands, len, &target);
    name = target.data;
    n = target_length(name);
    if (n && !name[n] && !isdigit((unsigned char)*name) && *name != '.') {
        if (r->in_macro != XF_MAP_NONE)
            add_pending(r, NULL, xf_strdup(name));
        else if (!strchr(name, '\\'))
            keep_branch(r, name);
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

        XF_GROW(r->params, at, r->params_cap);
        r->params[at] = NULL;
    }
    free(r->params[r->in_macro]);
    while (n < len && strchr(", \t", text[n]))
        n++;
    r->params[r->in_macro] = xf_strndup(text + n, len - n);
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
        r->in_macro = XF_MAP_NONE;
    } else if (!strcmp(name, r->options->frame_macro)) {
        on_frame(r, rest, rest_len);
    } else if ((macro = xf_map_find(&r->macros, name)) != XF_MAP_NONE) {
        if (macro != r->in_macro) {
            char *args = xf_strndup(rest, rest_len);

            use_macro(r, macro, args);
            free(args);
        }
    } else if (is_branch(word, n)) {
        on_branch(r, rest, rest_len);
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
    if (name.len && name.data[0] != '<')
        r->file = xf_names_add(r->names, name.data);
    xf_buf_release(&name);
    r->line = (unsigned int)line - 1;
    return true;
}

static void on_line(struct reader *r, const char *s, size_t len)
{
    size_t begin = 0;
    bool quoted = false;

    if (on_marker(r, s, len))
        return;
    r->line++;
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
    const char **argv = xf_calloc(tu->argc + 5, sizeof(*argv));
    struct xf_proc how = {.dir = tu->dir, .log = "/dev/null", .out = out,
                          .seconds = CPP_SECONDS};
    size_t n = 0;
    int rc;

    argv[n++] = clang;
    argv[n++] = "-E";
    argv[n++] = "-w";
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
            if (r->file == main && r->line <= src->nlines &&
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
    for (size_t i = 0; i < r->macros.len; i++)
        free(r->params[i]);
    free(r->params);
    free(r->pending);
    xf_map_release(&r->macros);
    xf_buf_release(&r->body);
}

int xf_assembly_run(struct xf_buf *out, const struct xf_tu *tu,
                    const struct xf_frontend_options *options)
{
    struct xf_names names = {.tu = tu};
    struct reader r = {.out = out, .options = options, .names = &names,
                       .in_macro = XF_MAP_NONE};
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
        flush_label(&r);
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
