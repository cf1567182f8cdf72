/* SPDX-License-Identifier: GPL-2.0-only
 *
 * The reader of decisions: any bytes are refused with a message that names the
 * file and a line, or read; and what was read is written as something that is
 * read again and written as the same bytes.
 */
#include <assert.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "buf.h"
#include "decisions.h"
#include "error.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct xf_buf text = XF_BUF_INIT, once = XF_BUF_INIT, twice = XF_BUF_INIT;
    struct xf_decisions list, again;

    xf_buf_reserve(&text, size + 1);
    xf_buf_add(&text, data, size);
    if (xf_decisions_parse(&list, "name", text.data, text.len)) {
        assert(!strncmp(xf_error_message(), "name:", 5));
        assert(!list.len);
    } else {
        xf_decisions_print(&once, &list, NULL);
        assert(!xf_decisions_parse(&again, "name", once.data, once.len));
        assert(again.len == list.len);
        xf_decisions_print(&twice, &again, NULL);
        assert(once.len == twice.len &&
               !memcmp(once.data, twice.data, once.len));
        xf_decisions_release(&again);
        xf_decisions_release(&list);
    }
    xf_buf_release(&text);
    xf_buf_release(&once);
    xf_buf_release(&twice);
    return 0;
}
