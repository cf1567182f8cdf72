/* SPDX-License-Identifier: GPL-2.0-only
 *
 * Runs a fuzz target without a fuzzer, so that it is a test like any other:
 * the files named on the command line, then mutations of them, always the
 * same. To search for real, link the target with -fsanitize=fuzzer instead.
 *
 * usage: fuzz_x [-n MUTATIONS] SEED-FILE...
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "buf.h"
#include "error.h"
#include "file.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static uint32_t seed = 12345;

static uint32_t next_random(void)
{
    seed ^= seed << 13;
    seed ^= seed >> 17;
    seed ^= seed << 5;
    return seed;
}

/* The target gets a copy of the exact size, so that reading past its end is
 * seen. */
static void run(const char *data, size_t len)
{
    uint8_t *copy = calloc(len ? len : 1, 1);

    if (!copy)
        abort();
    memcpy(copy, data, len);
    LLVMFuzzerTestOneInput(copy, len);
    free(copy);
}

static void mutate(char *data, size_t *len)
{
    unsigned int changes = 1 + next_random() % 8;

    while (changes-- && *len) {
        size_t at = next_random() % *len;

        switch (next_random() % 4) {
        case 0:
            data[at] = (char)next_random();
            break;
        case 1:
            data[at] = "\n\t\\\"'(){}#:%[]/*,.0"[next_random() % 20];
            break;
        case 2:
            *len = at;
            break;
        default: { /* drop a part */
            size_t drop = next_random() % (*len - at) % 64;

            memmove(data + at, data + at + drop, *len - at - drop);
            *len -= drop;
        }
        }
    }
}

static int run_file(const char *path, unsigned int mutations)
{
    struct xf_buf text = XF_BUF_INIT;

    if (xf_file_read(&text, path)) {
        fprintf(stderr, "%s\n", xf_error_message());
        return 2;
    }
    run(text.data, text.len);
    for (unsigned int i = 0; i < mutations; i++) {
        char *copy = xf_malloc(text.len + 1);
        size_t len = text.len;

        memcpy(copy, text.data, len);
        mutate(copy, &len);
        run(copy, len);
        free(copy);
    }
    xf_buf_release(&text);
    return 0;
}

int main(int argc, char **argv)
{
    unsigned int mutations = 300;
    int i = 1, rc = 0;

    if (argc > 2 && !strcmp(argv[1], "-n")) {
        mutations = (unsigned int)atoi(argv[2]);
        i = 3;
    }
    run("", 0);
    for (; i < argc && !rc; i++)
        rc = run_file(argv[i], mutations);
    return rc;
}
