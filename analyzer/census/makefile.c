/* SPDX-License-Identifier: GPL-2.0-only
 *
 * Kbuild's convention: obj-y += foo.o bar/ lists objects and folders, and the
 * condition is in the variable's name or in ifeq blocks around the line. The
 * top level names a folder by its built_in.o.
 */
#include "makefile.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "buf.h"
#include "file.h"

/* Search of one Makefile for the lines that list one of `words`. */
struct search {
    const char *const *words; /* NULL ended */
    char **blocks; /* open ones: "ifeq ($(X),y)", "else of ifeq ($(X),y)" */
    size_t nblocks, blocks_cap;
    struct xf_buf found; /* the lines, " or " between */
    bool unconditional;  /* one of them always holds */
};

static void push_block(struct search *search, char *text)
{
    XF_GROW(search->blocks, search->nblocks, search->blocks_cap);
    search->blocks[search->nblocks++] = text;
}

static void pop_block(struct search *search)
{
    if (search->nblocks)
        free(search->blocks[--search->nblocks]);
}

static void turn_block(struct search *search)
{
    char **block, *text;

    if (!search->nblocks)
        return;
    block = &search->blocks[search->nblocks - 1];
    text = xf_format("else of %s", *block);
    free(*block);
    *block = text;
}

static bool starts(const char *line, const char *word)
{
    size_t len = strlen(word);

    return !strncmp(line, word, len) &&
           (!line[len] || strchr(" \t(", line[len]));
}

/* The top Makefile wraps everything in blocks about how make itself runs; only
 * what depends on the configuration or the architecture is of interest. */
static bool is_telling(const char *block)
{
    return strstr(block, "CONFIG_") || strstr(block, "ARCH");
}

/* Returns whether the line was a conditional. */
static bool track_block(struct search *search, const char *line)
{
    if (starts(line, "ifeq") || starts(line, "ifneq") ||
        starts(line, "ifdef") || starts(line, "ifndef"))
        push_block(search, xf_strdup(line));
    else if (starts(line, "else"))
        turn_block(search);
    else if (starts(line, "endif"))
        pop_block(search);
    else
        return false;
    return true;
}

/* Variables that list what is built, unlike nocov-y or CFLAGS-y. */
static bool lists_objects(const char *line)
{
    static const char *const prefixes[] = {
        "obj-", "lib-", "extra-", "head-", "subdir-", "ALL_OBJS", "ALL_LIBS",
        "hostprogs-",
    };

    for (size_t i = 0; i < sizeof(prefixes) / sizeof(*prefixes); i++)
        if (!strncmp(line, prefixes[i], strlen(prefixes[i])))
            return true;
    return false;
}

/* Whether a word of the value is `wanted`, or ends in "/" and `wanted`: old
 * releases write $(BASEDIR)/common/built_in.o. */
static bool has_word(const char *value, const char *wanted)
{
    size_t len = strlen(wanted);

    while (*value) {
        size_t word = strcspn(value, " \t,()");

        if (word == len && !memcmp(value, wanted, len))
            return true;
        if (word > len && value[word - len - 1] == '/' &&
            xf_has_suffix(wanted, "/built_in.o") &&
            !memcmp(value + word - len, wanted, len))
            return true;
        value += word + (value[word] != '\0');
    }
    return false;
}

/* `value` is the part of `line` behind its '='. */
static void add_found(struct search *search, const char *line,
                      const char *value, const char *word)
{
    bool sometimes = strstr(line, "$(");

    if (search->found.len)
        xf_buf_adds(&search->found, " or ");
    /* A function in the value may be the condition: show all of it. */
    if (strstr(value, "$("))
        xf_buf_adds(&search->found, line);
    else
        xf_buf_addf(&search->found, "%.*s %s", (int)(value - line), line, word);
    for (size_t i = search->nblocks; i-- > 0;) {
        if (!is_telling(search->blocks[i]))
            continue;
        xf_buf_addf(&search->found, ", inside %s", search->blocks[i]);
        sometimes = true;
    }
    if (!sometimes)
        search->unconditional = true;
}

static void match_line(struct search *search, const char *line)
{
    const char *equals = strchr(line, '=');

    if (!equals || !lists_objects(line))
        return;
    for (const char *const *word = search->words; *word; word++) {
        if (has_word(equals + 1, *word)) {
            add_found(search, line, equals + 1, *word);
            return;
        }
    }
}

/* Next logical line at *text without its comment and outer blanks, continued
 * lines joined. */
static void next_line(struct xf_buf *line, const char **text)
{
    bool more = true;

    xf_buf_clear(line);
    while (more && **text) {
        size_t len = strcspn(*text, "\n");

        more = len && (*text)[len - 1] == '\\';
        xf_buf_add(line, *text, len - more);
        *text += len + ((*text)[len] == '\n');
    }
    xf_buf_reserve(line, 0);
    line->data[line->len] = '\0';
    line->len = strcspn(line->data, "#");
    while (line->len && strchr(" \t\r", line->data[line->len - 1]))
        line->len--;
    line->data[line->len] = '\0';
}

static void search_text(struct search *search, const char *text)
{
    struct xf_buf line = XF_BUF_INIT;

    while (*text) {
        const char *first;

        next_line(&line, &text);
        first = line.data + strspn(line.data, " \t");
        if (!track_block(search, first))
            match_line(search, first);
    }
    while (search->nblocks)
        pop_block(search);
    xf_buf_release(&line);
}

/* Search root/dir/name; "" is the root itself. A missing one has no lines. */
static void search_file(struct search *search, const char *root,
                        const char *dir, const char *name)
{
    char *folder = xf_path_join(root, *dir ? dir : ".");
    char *path = xf_path_join(folder, name);
    struct xf_buf text = XF_BUF_INIT;

    /* Every word contains the bare stem, which is the last of them. */
    if (xf_file_exists(path) && !xf_file_read(&text, path) &&
        strstr(text.data, search->words[2]))
        search_text(search, text.data);
    xf_buf_release(&text);
    free(path);
    free(folder);
}

static void search_release(struct search *search)
{
    free(search->blocks);
    xf_buf_release(&search->found);
}

/* Words under which a Makefile lists `stem` (a file without its suffix, or a
 * folder when `is_folder`), both relative to the Makefile's folder. */
static char **words_for(const char *stem, bool is_folder)
{
    /* The bare stem is a host program or an old release's subdir-y. */
    static const char *const of_file[] = {".o", ".init.o", ""};
    static const char *const of_folder[] = {"/", "/built_in.o", ""};
    char **words = xf_calloc(4, sizeof(*words));

    for (size_t i = 0; i < 3; i++)
        words[i] = xf_format("%s%s", stem,
                             (is_folder ? of_folder : of_file)[i]);
    return words;
}

static void free_words(char **words)
{
    for (char **word = words; *word; word++)
        free(*word);
    free(words);
}

/* What the Makefile of `dir` says of `stem`. Returns whether it lists it; when
 * it does so conditionally, that is added to `reason`. */
static bool look(const char *root, const char *dir, const char *stem,
                 bool is_folder, struct xf_buf *reason)
{
    char **words = words_for(stem, is_folder);
    struct search search = {.words = (const char *const *)words};
    const char *name = "Makefile";
    bool listed;

    search_file(&search, root, dir, name);
    if (!search.found.len && !*dir) {
        name = "Rules.mk";
        search_file(&search, root, dir, name);
    }
    listed = search.found.len;
    if (listed && !search.unconditional)
        xf_buf_addf(reason, "%s%s%s%s: %s", reason->len ? "; " : "", dir,
                    *dir ? "/" : "", name, search.found.data);
    search_release(&search);
    free_words(words);
    return listed;
}

/* Cut "a/b/c" to "a/b". Returns false when there is no folder above. */
static bool to_parent(char *path)
{
    char *slash = strrchr(path, '/');

    if (slash)
        *slash = '\0';
    return slash;
}

/* Look for `stem` in the Makefiles of its folder and of those above, which may
 * list it with the path down to it. */
static bool look_upwards(const char *root, const char *stem, bool is_folder,
                         struct xf_buf *reason)
{
    char *dir = xf_strdup(stem);
    bool listed = false;

    while (!listed && to_parent(dir))
        listed = look(root, dir, stem + strlen(dir) + 1, is_folder, reason);
    if (!listed)
        listed = look(root, "", stem, is_folder, reason);
    free(dir);
    return listed;
}

static bool is_header(const char *file)
{
    return xf_has_suffix(file, ".h");
}

static char *without_suffix(const char *file)
{
    const char *dot = strrchr(file, '.');

    return dot ? xf_strndup(file, (size_t)(dot - file)) : xf_strdup(file);
}

/* Append the conditional lines for the file and the folders around it. Returns
 * whether any Makefile lists the file itself. */
static bool listing_reason(const char *root, const char *file,
                           struct xf_buf *reason)
{
    char *path = without_suffix(file);
    bool is_listed = false;

    if (!is_header(file))
        is_listed = look_upwards(root, path, false, reason);
    while (to_parent(path))
        look_upwards(root, path, true, reason);
    free(path);
    return is_listed;
}

struct includer {
    const char *base; /* of the included file */
    char *file;       /* name of the one that includes it */
};

static bool includes(const char *text, const char *base)
{
    char *quoted = xf_format("\"%s\"", base);
    bool found = false;

    for (const char *at = text; !found && (at = strstr(at, quoted)); at++) {
        const char *line = at;

        while (line > text && line[-1] != '\n')
            line--;
        line += strspn(line, " \t#");
        found = !strncmp(line, "include", strlen("include"));
    }
    free(quoted);
    return found;
}

static bool stay_here(const char *relative, void *payload)
{
    (void)relative;
    (void)payload;
    return false;
}

static int find_includer(const char *relative, const char *absolute,
                         void *payload)
{
    struct includer *includer = payload;
    struct xf_buf text = XF_BUF_INIT;

    if (xf_has_suffix(relative, ".c") && strcmp(relative, includer->base) &&
        xf_file_exists(absolute) && !xf_file_read(&text, absolute) &&
        includes(text.data, includer->base))
        includer->file = xf_strdup(relative);
    xf_buf_release(&text);
    return includer->file != NULL;
}

/* A file that is compiled as part of a neighbour: say what keeps that one out.
 * NULL when no .c file of the folder includes it. */
static char *includer_reason(const char *root, const char *file)
{
    struct includer includer = {.base = xf_path_base(file)};
    char *dir = xf_strndup(file, (size_t)(includer.base - file));
    char *folder = xf_path_join(root, *dir ? dir : "."), *reason = NULL;

    xf_tree_walk(folder, stay_here, find_includer, &includer);
    if (includer.file) {
        char *path = xf_format("%s%s", dir, includer.file);
        struct xf_buf lines = XF_BUF_INIT;

        listing_reason(root, path, &lines);
        reason = xf_format("included by %s%s%s", path, lines.len ? "; " : "",
                           lines.len ? lines.data : "");
        xf_buf_release(&lines);
        free(path);
    }
    free(includer.file);
    free(folder);
    free(dir);
    return reason;
}

char *makefile_reason(const char *root, const char *file)
{
    struct xf_buf reason = XF_BUF_INIT;
    bool is_listed = listing_reason(root, file, &reason);

    if (!is_listed && xf_has_suffix(file, ".c")) {
        char *included = includer_reason(root, file);

        if (included) {
            xf_buf_release(&reason);
            return included;
        }
    }
    if (!reason.len)
        xf_buf_adds(&reason, is_header(file) ? "a header that no build includes"
                             : is_listed
                                 ? "listed unconditionally in a Makefile, yet "
                                   "compiled by no build"
                                 : "no Makefile line found");
    return xf_buf_detach(&reason);
}
