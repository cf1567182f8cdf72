/* SPDX-License-Identifier: GPL-2.0-only */
#include <stddef.h>
#include <stdint.h>

#include "buf.h"
#include "facts.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int touch(const struct xf_record *record, void *payload)
{
    size_t *sum = payload;

    for (size_t i = 0; i < record->nfields; i++)
        *sum += (unsigned char)record->fields[i][0];
    return 0;
}

/* The text is framed, so that the records themselves are reached. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct xf_buf text = XF_BUF_INIT;
    size_t sum = 0;

    xf_fact(&text, 'V', XF_FACTS_VERSION, NULL);
    xf_buf_add(&text, data, size);
    xf_buf_addch(&text, '\n');
    xf_facts_end(&text);
    xf_facts_read(text.data, text.len, touch, &sum);
    xf_buf_release(&text);
    return 0;
}
