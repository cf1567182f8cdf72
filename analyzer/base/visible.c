/* SPDX-License-Identifier: GPL-2.0-only */
#include "visible.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

/* Bytes of the character at `s` and its code; 0 when it is not well formed:
 * overlong, a surrogate, above U+10FFFF, or cut off. */
static size_t decode(const unsigned char *s, uint32_t *code)
{
    static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
    size_t len = s[0] < 0x80   ? 1
                 : s[0] < 0xc0 ? 0
                 : s[0] < 0xe0 ? 2
                 : s[0] < 0xf0 ? 3
                 : s[0] < 0xf8 ? 4
                               : 0;

    *code = len > 1 ? s[0] & (0x7fu >> len) : s[0];
    for (size_t i = 1; i < len; i++) {
        if ((s[i] & 0xc0) != 0x80)
            return 0;
        *code = *code << 6 | (s[i] & 0x3fu);
    }
    if (*code < least[len] || *code > 0x10ffff ||
        (*code >= 0xd800 && *code <= 0xdfff))
        return 0;
    return len;
}

static bool obeyed(uint32_t code)
{
    return code < 0x20 || (code >= 0x7f && code < 0xa0) ||
           code == 0x200e || code == 0x200f ||        /* direction marks */
           (code >= 0x2028 && code <= 0x202e) ||      /* lines, embeddings */
           (code >= 0x2066 && code <= 0x2069);        /* isolates */
}

void xf_visible(struct xf_buf *out, const char *text, const char *keep)
{
    const unsigned char *s = (const unsigned char *)text;

    while (*s) {
        uint32_t code;
        size_t len = decode(s, &code), n = len ? len : 1;

        if (len && (!obeyed(code) || (len == 1 && strchr(keep, *s)))) {
            xf_buf_add(out, s, n);
        } else {
            for (size_t i = 0; i < n; i++)
                xf_buf_addf(out, "\\x%02x", s[i]);
        }
        s += n;
    }
}
