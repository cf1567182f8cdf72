/* SPDX-License-Identifier: GPL-2.0-only */
#include "requirements.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "error.h"
#include "file.h"
#include "visible.h"

/* Bytes of `text` that are letters, digits or in `more`. */
static size_t span(const char *text, const char *more)
{
    size_t n = 0;

    while (text[n] && ((unsigned char)text[n] < 0x80) &&
           (isalnum((unsigned char)text[n]) || strchr(more, text[n])))
        n++;
    return n;
}

bool requirement_id_ok(const char *id)
{
    size_t type = span(id, ""), name, digits;

    if (!type || id[type] != '~' || !isalpha((unsigned char)*id))
        return false;
    id += type + 1;
    name = span(id, "_-.");
    if (!name || id[name] != '~')
        return false;
    id += name + 1;
    digits = strspn(id, "0123456789");
    return digits && !id[digits];
}

/* The id between backticks that is all of `text` from `at` on; NULL: none.
 * Caller frees. */
static char *quoted_id(const char *at)
{
    size_t len;
    char *id;

    if (*at != '`')
        return NULL;
    len = strcspn(++at, "`");
    if (at[len] != '`' || at[len + 1 + strspn(at + len + 1, " \t\r")])
        return NULL;
    id = xf_strndup(at, len);
    if (requirement_id_ok(id))
        return id;
    free(id);
    return NULL;
}

static void add_id(struct requirements *out, const char *id, const char *file,
                   int line)
{
    size_t len = out->ids.len;
    int is_new;
    uint32_t at = xf_map_add(&out->ids, id, &is_new);
    char *place = xf_format("%s:%d", file, line);

    if (is_new) {
        XF_GROW(out->places, len, out->places_cap);
        out->places[len] = place;
        return;
    }
    xf_visible(&out->problems, place, "");
    xf_buf_addf(&out->problems, ": %s is defined already at ", id);
    xf_visible(&out->problems, out->places[at], "");
    xf_buf_adds(&out->problems, "; give one of the two another name\n");
    free(place);
}

static void add_link(struct requirements *out, const char *from, char *to,
                     const char *file, int line)
{
    struct requirement_link *link;

    XF_GROW(out->links, out->nlinks, out->links_cap);
    link = &out->links[out->nlinks++];
    link->from = xf_strdup(from);
    link->to = to;
    link->place = xf_format("%s:%d", file, line);
}

void requirements_add(struct requirements *out, const char *file,
                      const char *text)
{
    char *copy = xf_strdup(text), *rest = copy, *owner = xf_strdup("");
    bool covers = false;
    int number = 0;

    for (char *line; (line = strsep(&rest, "\n"));) {
        char *at = line + strspn(line, " \t"), *id = quoted_id(line);

        number++;
        if (id) {
            add_id(out, id, file, number);
            free(owner);
            owner = id;
            covers = false;
        } else if (!strncmp(line, "Covers:", 7)) {
            covers = true;
        } else if (covers && (*at == '-' || *at == '*')) {
            id = quoted_id(at + 1 + strspn(at + 1, " \t"));
            if (id)
                add_link(out, owner, id, file, number);
        } else if (*at && *at != '\r') {
            covers = false;
        }
    }
    free(owner);
    free(copy);
}

static int visit(const char *relative, const char *absolute, void *payload)
{
    struct requirements *out = payload;
    struct xf_buf text = XF_BUF_INIT;
    int rc = 0;

    if (xf_has_suffix(relative, ".rst")) {
        char *file = xf_format("docs/fusa/reqs/%s", relative);

        rc = xf_file_read(&text, absolute);
        if (!rc)
            requirements_add(out, file, text.data ? text.data : "");
        free(file);
    }
    xf_buf_release(&text);
    return rc;
}

int report_requirements_load(struct requirements *out, const char *tree)
{
    static const char *const folders[] = {"docs/fusa/reqs",
                                          "../docs/fusa/reqs"};
    int rc = 0;

    memset(out, 0, sizeof(*out));
    if (!xf_dir_exists(tree))
        return xf_error("%s: no such tree; name a Xen tree with --tree", tree);
    for (size_t i = 0; i < 2 && !out->found && !rc; i++) {
        char *folder = xf_path_join(tree, folders[i]);

        out->found = xf_dir_exists(folder);
        if (out->found)
            rc = xf_tree_walk(folder, NULL, visit, out);
        free(folder);
    }
    return rc;
}

void report_requirements_release(struct requirements *list)
{
    for (size_t i = 0; i < list->ids.len; i++)
        free(list->places[i]);
    for (size_t i = 0; i < list->nlinks; i++) {
        free(list->links[i].from);
        free(list->links[i].to);
        free(list->links[i].place);
    }
    free(list->places);
    free(list->links);
    xf_map_release(&list->ids);
    xf_buf_release(&list->problems);
    memset(list, 0, sizeof(*list));
}

const char *requirements_other(const struct requirements *list, const char *id)
{
    const char *revision = strrchr(id, '~');
    size_t len = revision ? (size_t)(revision - id) + 1 : 0;

    for (size_t i = 0; len && i < list->ids.len; i++)
        if (!strncmp(list->ids.keys[i], id, len) &&
            !strchr(list->ids.keys[i] + len, '~') &&
            strcmp(list->ids.keys[i], id))
            return list->ids.keys[i];
    return NULL;
}

void requirements_check(const struct requirements *list, const char *id,
                        const char *place, struct xf_buf *problems)
{
    const char *other;

    if (xf_map_find(&list->ids, id) != XF_MAP_NONE)
        return;
    other = requirements_other(list, id);
    xf_visible(problems, place, "");
    xf_buf_adds(problems, ": ");
    xf_visible(problems, id, "");
    xf_buf_adds(problems, other ? " is not defined, but " :
                                  " is not defined by any requirement");
    xf_buf_addf(problems, "%s%s\n", other ? other : "",
                other ? " is; look whether the link still holds" : "");
}

void requirements_check_all(const struct requirements *list,
                            struct xf_buf *problems)
{
    if (list->problems.len)
        xf_buf_adds(problems, list->problems.data);
    for (size_t i = 0; i < list->nlinks; i++)
        requirements_check(list, list->links[i].to, list->links[i].place,
                           problems);
}

void problem_unknown_aou(struct xf_buf *problems, const char *site,
                         const char *aou)
{
    char *line = xf_format("%s: the decision rests on %s, which is not in the "
                           "catalogue; 'xenfmea assume --list' shows it",
                           site, aou);
    struct xf_buf shown = XF_BUF_INIT;

    xf_visible(&shown, line, "");
    xf_buf_addch(&shown, '\n');
    /* A site has several rows. */
    if (!problems->len || !strstr(problems->data, shown.data))
        xf_buf_adds(problems, shown.data);
    xf_buf_release(&shown);
    free(line);
}
