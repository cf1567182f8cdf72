/* SPDX-License-Identifier: GPL-2.0-only
 *
 * Coverage files and device tree blobs: any bytes.
 */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include "blob.h"
#include "coverage.h"
#include "mutate.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void read_coverage(const uint8_t *data, size_t size)
{
    struct xf_coverage coverage = XF_COVERAGE_INIT;
    struct xf_buf text = XF_BUF_INIT;

    xf_buf_add(&text, data, size);
    xf_coverage_parse(&coverage, text.data ? text.data : "", size, "input");
    xf_coverage_finish(&coverage);
    for (size_t i = 0; i < coverage.nfiles; i++)
        if (xf_coverage_at(&coverage.files[i], 0, UINT32_MAX) < -1)
            abort();
    xf_coverage_release(&coverage);
    xf_buf_release(&text);
}

static void read_blob(const uint8_t *data, size_t size)
{
    static const char *const ops[] = {"remove", "remove-node", "empty", "cut",
                                      "zero", "ones", "three", "misalign",
                                      "halve", "rename"};
    struct blob blob = BLOB_INIT;
    struct xf_buf out = XF_BUF_INIT;

    if (!blob_parse(&blob, data, size, "input"))
        for (size_t i = 0; i < blob.nnodes; i++)
            for (size_t k = 0; k < blob.nodes[i].nproperties; k++)
                for (size_t o = 0; o < sizeof(ops) / sizeof(ops[0]); o++) {
                    const struct mutation m = {
                        .blob = &blob, .node = &blob.nodes[i], .entry = o % 3,
                        .property = blob.nodes[i].properties[k].name};

                    mutate(&out, ops[o], &m);
                    xf_buf_clear(&out);
                    blob_has_text(&blob.nodes[i].properties[k], "a");
                }
    blob_release(&blob);
    xf_buf_release(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    read_coverage(data, size);
    read_blob(data, size);
    return 0;
}
