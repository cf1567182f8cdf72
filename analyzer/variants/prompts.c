/* SPDX-License-Identifier: GPL-2.0-only */
#include "prompts.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "buf.h"
#include "file.h"

/* Deeper nesting of "if" than any Kconfig has is not followed. */
#define MAX_IFS 16

struct parser {
    struct prompts *out;
    uint32_t symbol; /* whose entry the line is in, XF_MAP_NONE for none */
    bool in_help;
    char *ifs[MAX_IFS];
    size_t nifs;
};

static uint32_t symbol_of(struct prompts *k, const char *name)
{
    int is_new;
    uint32_t at = xf_map_add(&k->names, name, &is_new);

    if (is_new) {
        size_t n = at;

        XF_GROW(k->symbols, n, k->cap);
        k->symbols[at] = (struct prompt){false, xf_strdup("")};
    }
    return at;
}

static void require(struct parser *p, const char *expression)
{
    char **depends = &p->out->symbols[p->symbol].depends, *old = *depends;

    *depends = *old ? xf_format("%s && (%s)", old, expression)
                    : xf_format("(%s)", expression);
    free(old);
}

/* Behind the keyword and blanks, NULL when the line begins otherwise. */
static const char *behind(const char *line, const char *keyword)
{
    size_t len = strlen(keyword);

    if (strncmp(line, keyword, len) ||
        (line[len] && !isspace((unsigned char)line[len]) && line[len] != '"'))
        return NULL;
    return line + len + strspn(line + len, " \t");
}

/* A keyword that ends the entry before it; "config" begins one. */
static bool begins(struct parser *p, const char *line)
{
    static const char *const enders[] = {"menu", "endmenu", "choice",
                                         "endchoice", "source", "comment",
                                         "mainmenu"};
    const char *name = behind(line, "config"), *expression;

    if (!name)
        name = behind(line, "menuconfig");
    if (name && *name && !name[strspn(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZ_"
                                            "0123456789")]) {
        p->symbol = symbol_of(p->out, name);
        for (size_t i = 0; i < p->nifs && i < MAX_IFS; i++)
            require(p, p->ifs[i]);
        return true;
    }
    expression = behind(line, "if");
    if (expression) {
        if (p->nifs < MAX_IFS)
            p->ifs[p->nifs] = xf_strdup(expression);
        p->nifs++;
    } else if (behind(line, "endif") && p->nifs) {
        if (--p->nifs < MAX_IFS)
            free(p->ifs[p->nifs]);
    } else {
        bool ends = false;

        for (size_t i = 0; i < sizeof(enders) / sizeof(enders[0]); i++)
            ends |= behind(line, enders[i]) != NULL;
        if (!ends)
            return false;
    }
    p->symbol = XF_MAP_NONE;
    return true;
}

/* bool "What to ask" if EXPRESSION */
static void read_prompt(struct parser *p, const char *text)
{
    const char *end = strchr(text + 1, *text);
    const char *condition = end ? behind(end + 1 + strspn(end + 1, " \t"), "if")
                                : NULL;

    p->out->symbols[p->symbol].has_prompt = true;
    if (condition)
        require(p, condition);
}

static void read_attribute(struct parser *p, const char *line)
{
    static const char *const asking[] = {"bool", "tristate", "int", "hex",
                                         "string", "prompt"};
    const char *rest = behind(line, "depends on");

    if (rest)
        require(p, rest);
    for (size_t i = 0; i < sizeof(asking) / sizeof(asking[0]); i++) {
        rest = behind(line, asking[i]);
        if (rest && (*rest == '"' || *rest == '\''))
            read_prompt(p, rest);
    }
}

static void read_line(struct parser *p, const char *line)
{
    bool indented = isspace((unsigned char)*line);

    line += strspn(line, " \t");
    if (!*line || *line == '#')
        return;
    /* Help may hold any word, but its lines are indented. */
    if (p->in_help && indented && !behind(line, "config"))
        return;
    if (begins(p, line)) {
        p->in_help = false;
        return;
    }
    if (behind(line, "help") || !strncmp(line, "---help---", 10))
        p->in_help = true;
    else if (p->symbol != XF_MAP_NONE && !p->in_help)
        read_attribute(p, line);
}

void prompts_parse(struct prompts *out, const char *text)
{
    struct parser p = {.out = out, .symbol = XF_MAP_NONE};
    struct xf_buf line = XF_BUF_INIT;

    while (*text) {
        bool more = true;

        xf_buf_clear(&line);
        while (more && *text) {
            size_t len = strcspn(text, "\n");

            more = len && text[len - 1] == '\\';
            xf_buf_add(&line, text, len - more);
            text += len + (text[len] == '\n');
        }
        while (line.len && isspace((unsigned char)line.data[line.len - 1]))
            line.len--;
        xf_buf_addch(&line, '\0');
        read_line(&p, line.data);
    }
    for (size_t i = 0; i < p.nifs && i < MAX_IFS; i++)
        free(p.ifs[i]);
    xf_buf_release(&line);
}

struct walk {
    struct prompts *out;
    const char *folder;
};

static int read_file(const char *relative, const char *absolute, void *payload)
{
    struct walk *walk = payload;
    struct xf_buf text = XF_BUF_INIT;
    int rc;

    if (strncmp(xf_path_base(relative), "Kconfig", strlen("Kconfig")) ||
        !xf_file_exists(absolute))
        return 0;
    rc = xf_file_read(&text, absolute);
    if (!rc)
        prompts_parse(walk->out, text.data ? text.data : "");
    xf_buf_release(&text);
    return rc;
}

static bool is_of_arch(const char *relative, void *payload)
{
    const struct walk *walk = payload;

    return strncmp(relative, "arch/", 5) || strchr(relative + 5, '/') ||
           !strcmp(relative + 5, walk->folder);
}

int prompts_load(struct prompts *out, const char *root, const char *folder)
{
    struct walk walk = {out, folder};

    return xf_tree_walk(root, is_of_arch, read_file, &walk);
}

void prompts_release(struct prompts *prompts)
{
    for (size_t i = 0; i < prompts->names.len; i++)
        free(prompts->symbols[i].depends);
    free(prompts->symbols);
    xf_map_release(&prompts->names);
    memset(prompts, 0, sizeof(*prompts));
}

const struct prompt *prompts_find(const struct prompts *prompts,
                                          const char *name)
{
    uint32_t at = xf_map_find(&prompts->names, name);

    return at == XF_MAP_NONE ? NULL : &prompts->symbols[at];
}
