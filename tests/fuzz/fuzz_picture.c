/* SPDX-License-Identifier: GPL-2.0-only
 *
 * Whatever a tree calls its functions: what dot is given is one digraph whose
 * strings end where they should, and neither it nor the words hold a control
 * character.
 */
#include <assert.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "picture.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_plain(const char *text)
{
    for (; *text; text++)
        assert(*text == '\n' || (unsigned char)*text >= 0x20);
}

/* Quotes are balanced, and braces outside of them. */
static void check_dot(const char *text)
{
    int depth = 0;
    bool quoted = false;

    for (; *text; text++) {
        if (quoted && *text == '\\')
            text++;
        else if (*text == '"')
            quoted = !quoted;
        else if (!quoted)
            depth += (*text == '{') - (*text == '}');
        assert(depth >= 0);
        assert(*text);
    }
    assert(!quoted && !depth);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text = xf_strndup((const char *)data, size);
    struct xf_step steps[] = {
        {text, text, text, 1, "entry", text, text, text, false},
        {text, "other", text, 2, "indirect", text, text, text, true}};
    struct xf_path path = {.context = text, .party = text, .colour = text,
                           .source = text, .steps = steps, .nsteps = 2};
    struct xf_paths paths = {.items = &path, .len = 1};
    struct xf_shown_site site = {1,    text, text, text, text,
                                 text, text, text, text, 3};
    struct xf_buf dot = XF_BUF_INIT, words = XF_BUF_INIT;

    xf_dot(&dot, &site, &paths, 10);
    check_dot(dot.data);
    check_plain(dot.data);
    xf_words(&words, &site, &paths);
    check_plain(words.data);
    xf_buf_release(&dot);
    xf_buf_release(&words);
    free(text);
    return 0;
}
