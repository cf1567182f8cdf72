/* SPDX-License-Identifier: GPL-2.0-only */
#include "optionlines.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "alloc.h"

static const char prefix[] = "CONFIG_";

static bool in_name(char ch)
{
    return isalnum((unsigned char)ch) || ch == '_';
}

static uint32_t number(struct options *o, const char *name, size_t len)
{
    char *copy = xf_strndup(name, len);
    uint32_t at = xf_map_add(&o->names, copy, NULL);

    free(copy);
    if (at >= o->mentioned_cap) {
        size_t cap = o->mentioned_cap ? 2 * o->mentioned_cap : 512;

        o->mentioned = xf_realloc(o->mentioned, cap * sizeof(*o->mentioned));
        memset(o->mentioned + o->mentioned_cap, 0,
               (cap - o->mentioned_cap) * sizeof(*o->mentioned));
        o->mentioned_cap = cap;
    }
    return at;
}

static void add(struct option_list *list, uint32_t name)
{
    for (size_t i = 0; i < list->len; i++)
        if (list->items[i] == name)
            return;
    XF_GROW(list->items, list->len, list->cap);
    list->items[list->len++] = name;
}

void options_scan(struct options *o, struct option_list *out, const char *text,
                  size_t len)
{
    const char *end = text + len, *at = text;

    out->len = 0;
    while ((at = memmem(at, (size_t)(end - at), prefix, strlen(prefix)))) {
        const char *begin = at;

        at += strlen(prefix);
        while (at < end && in_name(*at))
            at++;
        if (begin == text || !in_name(begin[-1]))
            add(out, number(o, begin, (size_t)(at - begin)));
    }
}

void options_header(struct options *o, const char *text)
{
    static const char define[] = "#define ";

    while (*text) {
        size_t len = strcspn(text, "\n"), n = 0;
        const char *name = text + strlen(define);
        struct option_line line = {XF_MAP_NONE, xf_strndup(text, len)};

        if (!strncmp(text, define, strlen(define)) &&
            !strncmp(name, prefix, strlen(prefix))) {
            while (in_name(name[n]))
                n++;
            line.name = number(o, name, n);
        }
        XF_GROW(o->lines, o->nlines, o->lines_cap);
        o->lines[o->nlines++] = line;
        text += len + (text[len] == '\n');
    }
}

void options_begin(struct options *o)
{
    o->stamp++;
}

void options_mention(struct options *o, const struct option_list *list)
{
    for (size_t i = 0; i < list->len; i++)
        o->mentioned[list->items[i]] = o->stamp;
}

void options_hash(const struct options *o, struct xf_hash *hash)
{
    for (size_t i = 0; i < o->nlines; i++)
        if (o->lines[i].name == XF_MAP_NONE ||
            o->mentioned[o->lines[i].name] == o->stamp)
            xf_hash_adds(hash, o->lines[i].text);
}

void options_release(struct options *o)
{
    for (size_t i = 0; i < o->nlines; i++)
        free(o->lines[i].text);
    free(o->lines);
    free(o->mentioned);
    xf_map_release(&o->names);
    memset(o, 0, sizeof(*o));
}
