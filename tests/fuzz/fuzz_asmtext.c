/* SPDX-License-Identifier: GPL-2.0-only */
#include <stddef.h>
#include <stdint.h>

#include "asmtext.h"
#include "buf.h"
#include "debugonly.h"
#include "flow.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void touch(int type, const char *message, void *payload)
{
    *(int *)payload += type + (message ? message[0] : 0);
}

static void halt(const char *what, void *payload)
{
    *(int *)payload += what[0];
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const on[] = {"DEBUG", NULL}, *const tables[] = {NULL};
    const struct xf_debug_symbols symbols = {on, on, NULL, NULL};
    struct xf_buf text = XF_BUF_INIT;
    struct xf_asms asms = {0};
    int sum = 0;

    xf_buf_add(&text, data, size);
    xf_asms_parse(&asms, text.data);
    for (size_t i = 0; i < asms.len; i++)
        xf_asm_frames(&asms.items[i], ".bug_frames.", touch, &sum);
    xf_flow_template(text.data, tables, halt, &sum);
    sum += xf_debug_only(text.data, &symbols);
    xf_asms_release(&asms);
    xf_buf_release(&text);
    return 0;
}
