/* SPDX-License-Identifier: GPL-2.0-only */
#include "facts.h"

#include <string.h>

#include "error.h"

void xf_facts_end(struct xf_buf *out)
{
    xf_buf_adds(out, ".\n");
}

int xf_facts_complete(const char *text, size_t len)
{
    static const char head[] = "V\t" XF_FACTS_VERSION "\n";
    size_t n = sizeof(head) - 1;

    return len >= n + 2 && !memcmp(text, head, n) &&
           !memcmp(text + len - 3, "\n.\n", 3);
}

int xf_facts_read(char *text, size_t len, xf_record_fn *fn, void *payload)
{
    char *line = text;

    if (!xf_facts_complete(text, len))
        return xf_error("the facts of a translation unit are incomplete; "
                        "remove the cache folder and scan again");
    while (line < text + len - 2) {
        char *end = memchr(line, '\n', (size_t)(text + len - line));
        struct xf_record record;
        int rc;

        *end = '\0';
        if (xf_fact_split(&record, line))
            return xf_error("a record of a translation unit's facts is "
                            "malformed; remove the cache folder and scan "
                            "again");
        rc = fn(&record, payload);
        if (rc)
            return rc;
        line = end + 1;
    }
    return 0;
}
