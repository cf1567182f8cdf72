/* SPDX-License-Identifier: GPL-2.0-only
 *
 * What reports do with text that others wrote. A cell is XML and is not cut in
 * a character; Markdown has no character that would mean something; lines of
 * reStructuredText begin with none; no format has a control character. The
 * reader of requirements takes any bytes, and what it says is text.
 */
#include <assert.h>
#include <expat.h>
#include <locale.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "inert.h"
#include "requirements.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_text(const struct xf_buf *text, const char *keep)
{
    assert(!text->len || mbstowcs(NULL, text->data, 0) != (size_t)-1);
    for (size_t i = 0; i < text->len; i++) {
        unsigned char ch = (unsigned char)text->data[i];

        assert((ch >= 0x20 && ch != 0x7f) || strchr(keep, ch));
    }
}

static void check_cell(const char *text)
{
    struct xf_buf out = XF_BUF_INIT, xml = XF_BUF_INIT;
    XML_Parser parser = XML_ParserCreate("UTF-8");

    inert_cell(&out, text);
    check_text(&out, "\n\t");
    assert(out.len < 32767 * 4);
    xf_buf_adds(&xml, "<c>");
    for (size_t i = 0; i < out.len; i++) {
        if (strchr("<&>", out.data[i]))
            xf_buf_addf(&xml, "&#%d;", out.data[i]);
        else
            xf_buf_addch(&xml, out.data[i]);
    }
    xf_buf_adds(&xml, "</c>");
    assert(XML_Parse(parser, xml.data, (int)xml.len, 1) == XML_STATUS_OK);
    XML_ParserFree(parser);
    xf_buf_release(&xml);
    xf_buf_release(&out);
}

static void check_markdown(const char *text)
{
    struct xf_buf out = XF_BUF_INIT;

    inert_words(&out, text);
    check_text(&out, "");
    for (const char *at = out.data ? out.data : ""; *at; at++) {
        if (*at == '&') {
            assert(at[1] == '#');
            at += strspn(at + 2, "0123456789") + 2;
            assert(*at == ';');
        } else {
            assert(!strchr("<>`*_[](){}|~\\@:!#", *at));
        }
    }
    xf_buf_release(&out);
}

static void check_rst(const char *text)
{
    struct xf_buf out = XF_BUF_INIT, line = XF_BUF_INIT;
    char *rest, *at;

    inert_paragraph(&out, text, "   ", 40);
    check_text(&out, "\n");
    inert_line(&line, text);
    check_text(&line, "");
    assert(line.len < 20000);
    for (rest = out.data; rest && (at = strsep(&rest, "\n"));) {
        assert(strlen(at) < 9000);
        if (!*at)
            continue;
        assert(!strncmp(at, "   ", 3));
        assert(!strchr("`*|.-=+:_", at[3]));
    }
    xf_buf_release(&out);
    xf_buf_release(&line);
}

static void check_requirements(const char *text)
{
    struct requirements list = {0};
    struct xf_buf problems = XF_BUF_INIT;

    requirements_add(&list, "a\x1b[31m.rst", text);
    for (size_t i = 0; i < list.ids.len; i++)
        assert(requirement_id_ok(list.ids.keys[i]));
    for (size_t i = 0; i < list.nlinks; i++)
        assert(requirement_id_ok(list.links[i].to));
    requirements_check_all(&list, &problems);
    requirements_check(&list, text, text, &problems);
    check_text(&problems, "\n");
    report_requirements_release(&list);
    xf_buf_release(&problems);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text = xf_strndup((const char *)data, size);

    setlocale(LC_CTYPE, "C.UTF-8");
    check_cell(text);
    check_markdown(text);
    check_rst(text);
    check_requirements(text);
    free(text);
    return 0;
}
