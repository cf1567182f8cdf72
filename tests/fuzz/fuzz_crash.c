/* SPDX-License-Identifier: GPL-2.0-only
 *
 * Console logs: any bytes, in one piece and byte by byte.
 */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include "crash.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static size_t read_in_steps(const struct xf_crash_grammar *grammar,
                            const char *data, size_t size, size_t step)
{
    struct xf_crash_reader *r = xf_crash_begin(grammar);
    struct xf_crash_log log;
    size_t n;

    for (size_t at = 0; at < size; at += step)
        xf_crash_feed(r, data + at, size - at < step ? size - at : step);
    xf_crash_end(r, &log);
    n = log.nevents;
    xf_crash_log_release(&log);
    return n;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct xf_crash_grammar *grammar;
    const char *text = (const char *)data;

    if (!grammar)
        grammar = xf_crash_grammar_load(XF_DATA_DIR);
    if (!grammar)
        abort();
    if (read_in_steps(grammar, text, size, size ? size : 1) !=
        read_in_steps(grammar, text, size, 1))
        abort();
    return 0;
}
