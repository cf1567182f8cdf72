/* SPDX-License-Identifier: GPL-2.0-only */
#include "link.h"

#include <ctype.h>
#include <string.h>

#include "error.h"

int link_check(const struct xf_worksheet_how *how, const char *recorded)
{
    const char *at = how->code_url;

    if (!at)
        return 0;
    if (strncmp(at, "https://", 8) && strncmp(at, "http://", 7))
        return xf_error("--code-url '%s' is no address; begin it with "
                        "https:// or http://", at);
    while ((at = strchr(at, '%'))) {
        if (!at[1] || !strchr("flr%", at[1]))
            return xf_error("--code-url has '%.2s'; %%f is the file, %%l the "
                            "line, %%r the revision, %%%% a percent sign", at);
        if (at[1] == 'r' && !how->revision && !*recorded)
            return xf_error("--code-url needs a revision and the scan "
                            "recorded none; name it with --revision");
        at += 2;
    }
    return 0;
}

/* What RFC 3986 lets stand in a path; the rest as %XX. */
static void add_escaped(struct xf_buf *out, const char *text)
{
    for (; *text; text++) {
        if (isalnum((unsigned char)*text) || strchr("/-._~+", *text))
            xf_buf_addch(out, *text);
        else
            xf_buf_addf(out, "%%%02X", (unsigned char)*text);
    }
}

char *link_make(const struct xf_worksheet_how *how, const char *recorded,
                const char *file, const char *line)
{
    struct xf_buf out = XF_BUF_INIT;

    for (const char *at = how->code_url; *at; at++) {
        if (*at != '%') {
            xf_buf_addch(&out, *at);
            continue;
        }
        at++;
        if (*at == 'f')
            add_escaped(&out, file);
        else if (*at == 'l')
            add_escaped(&out, line);
        else if (*at == 'r')
            add_escaped(&out, how->revision ? how->revision : recorded);
        else
            xf_buf_addch(&out, '%');
    }
    return xf_buf_detach(&out);
}
