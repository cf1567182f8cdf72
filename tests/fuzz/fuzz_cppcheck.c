/* SPDX-License-Identifier: GPL-2.0-only
 *
 * Everything of Cppcheck's that is read, and the text before it is given.
 */
#include <stddef.h>
#include <stdint.h>

#include "buf.h"
#include "messages.h"
#include "prune.h"
#include "values.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void touch_value(const struct xf_told *told, void *payload)
{
    *(long long *)payload += told->value.value + told->text[0];
}

static void touch_message(const char *id, const char *file, unsigned int line,
                          const char *message, void *payload)
{
    *(long long *)payload += id[0] + file[0] + message[0] + line;
}

static void read_dump(const char *text, size_t size, long long *sum)
{
    static const char *const calls[] = {"xenfmea_bug", "panic"};
    struct xf_dump dump = {0};
    struct xf_dump_reader *r = xf_dump_begin(&dump, "dump");

    xf_dump_feed(r, text, size);
    if (!xf_dump_end(r))
        for (unsigned int line = 1; line < 40; line++)
            for (int i = 0; i < 2; i++) {
                struct xf_wanted wanted = {"f.c", line, line, calls[i], 0, 1};

                xf_values(&dump, &wanted, touch_value, sum);
            }
    xf_dump_release(&dump);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *text = (const char *)data;
    struct xf_map keep = XF_MAP_INIT;
    struct xf_prune how = {"/d", "/s", "/o", &keep};
    struct xf_buf out = XF_BUF_INIT;
    long long sum = 0;

    read_dump(text, size, &sum);
    xf_messages_read(text, size, "messages", touch_message, &sum);
    xf_map_add(&keep, "main.c", NULL);
    xf_prune(&out, text, size, &how);
    xf_buf_release(&out);
    xf_map_release(&keep);
    return 0;
}
