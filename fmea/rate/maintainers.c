/* SPDX-License-Identifier: GPL-2.0-only
 *
 * The format is Linux's: a title, then lines with a tag, until an empty line.
 * "F: dir/" covers everything below, "F: dir/" followed by a star only what is
 * right in it.
 */
#include "maintainers.h"

#include <ctype.h>
#include <fnmatch.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "alloc.h"

static char *trimmed(const char *text, size_t len)
{
    while (len && isspace((unsigned char)text[len - 1]))
        len--;
    while (len && isspace((unsigned char)*text)) {
        text++;
        len--;
    }
    return xf_strndup(text, len);
}

static void add_pattern(struct maintainers *m, char *text, bool excludes)
{
    XF_GROW(m->patterns, m->npatterns, m->patterns_cap);
    m->patterns[m->npatterns++] = (struct maintainers_pattern){
        .text = text, .section = m->len - 1, .excludes = excludes};
}

/* The name without the address. */
static void add_person(struct maintainers_section *s, char *text)
{
    char *address = strchr(text, '<'), *name, *all;

    name = trimmed(text, address ? (size_t)(address - text) : strlen(text));
    all = xf_format("%s%s%s", s->people, *s->people ? ", " : "", name);
    free(s->people);
    s->people = all;
    free(name);
    free(text);
}

static void read_line(struct maintainers *m, const char *line, size_t len,
                      const char **title, size_t *title_len)
{
    char tag = line[0];

    if (len < 3 || !isupper((unsigned char)tag) || line[1] != ':') {
        *title = len && !isspace((unsigned char)tag) ? line : NULL;
        *title_len = len;
        return;
    }
    if (*title) {
        struct maintainers_section s = {trimmed(*title, *title_len),
                                        xf_strdup("")};

        XF_GROW(m->sections, m->len, m->cap);
        m->sections[m->len++] = s;
        *title = NULL;
    }
    if (!m->len)
        return;
    if (tag == 'M')
        add_person(&m->sections[m->len - 1], trimmed(line + 2, len - 2));
    else if (tag == 'F' || tag == 'X')
        add_pattern(m, trimmed(line + 2, len - 2), tag == 'X');
}

void maintainers_read(struct maintainers *out, const char *text)
{
    const char *title = NULL;
    size_t title_len = 0;

    memset(out, 0, sizeof(*out));
    while (*text) {
        size_t len = strcspn(text, "\n");

        read_line(out, text, len, &title, &title_len);
        text += len + (text[len] == '\n');
    }
}

void maintainers_release(struct maintainers *m)
{
    for (size_t i = 0; i < m->len; i++) {
        free(m->sections[i].name);
        free(m->sections[i].people);
    }
    for (size_t i = 0; i < m->npatterns; i++)
        free(m->patterns[i].text);
    free(m->sections);
    free(m->patterns);
    memset(m, 0, sizeof(*m));
}

static bool covers(const char *pattern, const char *file)
{
    size_t len = strlen(pattern);

    if (len && pattern[len - 1] == '/') {
        char *below = xf_format("%s*", pattern);
        bool yes = !fnmatch(below, file, 0);

        free(below);
        return yes;
    }
    return !fnmatch(pattern, file, FNM_PATHNAME);
}

static bool excluded(const struct maintainers *m, size_t section,
                     const char *file)
{
    for (size_t i = 0; i < m->npatterns; i++)
        if (m->patterns[i].excludes && m->patterns[i].section == section &&
            covers(m->patterns[i].text, file))
            return true;
    return false;
}

const struct maintainers_section *maintainers_find(const struct maintainers *m,
                                                   const char *file)
{
    const struct maintainers_section *best = NULL;
    size_t longest = 0;

    for (size_t i = 0; i < m->npatterns; i++) {
        const struct maintainers_pattern *p = &m->patterns[i];
        size_t len = strlen(p->text);

        if (p->excludes || (best && len <= longest) ||
            !covers(p->text, file) || excluded(m, p->section, file))
            continue;
        best = &m->sections[p->section];
        longest = len;
    }
    return best;
}
