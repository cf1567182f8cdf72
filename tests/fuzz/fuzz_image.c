/* SPDX-License-Identifier: GPL-2.0-only
 *
 * Any bytes as an image: an error or an answer, never a crash.
 */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include "image.h"
#include "match.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct xf_stop_function functions[] = {{"panic", "", false},
                                                        {"f", "common/a.c", false}};
    struct xf_finding *findings;
    const struct xf_stop *stops;
    struct xf_image *image;
    size_t count, doubtful;

    if (xf_image_open_bytes(&image, "input", data, size))
        return 0;
    if (!xf_image_frames(image, &stops, &count)) {
        xf_findings(&findings, &count, image, stops, count,
                    xf_image_files(image));
        xf_match(image, NULL, findings, count, NULL, 0);
        free(findings);
    }
    xf_image_calls(image, functions, 2, &stops, &count, &doubtful);
    xf_image_close(image);
    return 0;
}
