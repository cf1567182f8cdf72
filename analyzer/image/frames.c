/* SPDX-License-Identifier: GPL-2.0-only
 *
 * Bug frames: the table in .rodata that Xen's trap handler searches when a
 * BUG instruction was hit. Two layouts exist (xen/include/xen/bug.h and
 * xen/arch/arm/include/asm/bug.h); which one an image has is decided by trying
 * both on every frame, since nothing in the image says so.
 */
#include "internal.h"

#include <stdio.h>
#include <stdlib.h>

#include "alloc.h"
#include "error.h"
#include "file.h"

/* Far more than any Xen: a table this long is a damaged symbol. */
#define FRAMES_MAX 1000000

/* Addresses of one frame type's table. */
struct table {
    uint64_t start, stop;
    const uint8_t *data;
    bool is_assert;
};

struct frame {
    uint64_t location, file, message;
    uint32_t line;
};

struct layout {
    const char *name;
    uint32_t (*size)(bool is_assert);
    void (*decode)(const uint8_t *p, uint64_t at, bool is_assert,
                   struct frame *out);
};

static uint64_t displace(uint64_t base, uint32_t displacement)
{
    return base + (uint64_t)(int64_t)(int32_t)displacement;
}

static uint32_t arm_size(bool is_assert)
{
    (void)is_assert;
    return 16;
}

/* Arm: three 32-bit displacements, a 16-bit line, 16 bits of padding. */
static void arm_decode(const uint8_t *p, uint64_t at, bool is_assert,
                       struct frame *out)
{
    out->location = displace(at, xf_le32(p));
    out->file = displace(at, xf_le32(p + 4));
    out->message = is_assert ? displace(at, xf_le32(p + 8)) : 0;
    out->line = xf_le16(p + 14) ? 0 : xf_le16(p + 12);
}

static uint32_t packed_size(bool is_assert)
{
    return is_assert ? 16 : 8;
}

/* A 24-bit displacement with 7 bits of line number added above it; a negative
 * displacement borrowed one from them. */
static uint32_t packed_word(uint32_t word, uint64_t at, uint64_t *target)
{
    int32_t displacement = (int32_t)(word << 8) >> 8;

    *target = displace(at, (uint32_t)displacement);
    return (word - (uint32_t)displacement) >> 24 & 0x7f;
}

static void packed_decode(const uint8_t *p, uint64_t at, bool is_assert,
                          struct frame *out)
{
    uint32_t high = packed_word(xf_le32(p), at, &out->location);
    uint32_t low = packed_word(xf_le32(p + 4), at, &out->file);

    out->message = 0;
    out->line = high << 7 | low;
    if (!is_assert)
        return;
    out->message = displace(at, xf_le32(p + 12));
    if (xf_le32(p + 8)) /* always zero: see msg_disp[0] */
        out->line = 0;
}

static const struct layout layouts[] = {
    {"Arm", arm_size, arm_decode},
    {"packed", packed_size, packed_decode},
};

#define LAYOUTS (sizeof(layouts) / sizeof(layouts[0]))

static int no_table(const struct xf_elf *elf, const char *symbol)
{
    return xf_error("%s: no symbol %s, so its bug frames cannot be found; pass "
                    "a xen-syms with its symbol table, of Xen 4.11 or later",
                    elf->path, symbol);
}

/* __start_bug_frames_N; before 4.18 a table began where its predecessor
 * ended. */
static bool table_start(const struct xf_elf *elf, unsigned int type,
                        uint64_t *out)
{
    char name[40];

    snprintf(name, sizeof(name), "__start_bug_frames_%u", type);
    if (xf_elf_symbol(elf, name, out))
        return true;
    if (!type)
        return xf_elf_symbol(elf, "__start_bug_frames", out);
    snprintf(name, sizeof(name), "__stop_bug_frames_%u", type - 1);
    return xf_elf_symbol(elf, name, out);
}

static int find_table(const struct xf_elf *elf, unsigned int type,
                      bool is_assert, struct table *out)
{
    const struct xf_section *section;
    char name[40];

    snprintf(name, sizeof(name), "__stop_bug_frames_%u", type);
    if (!xf_elf_symbol(elf, name, &out->stop) ||
        !table_start(elf, type, &out->start))
        return no_table(elf, name);
    out->is_assert = is_assert;
    out->data = NULL;
    if (out->start == out->stop)
        return 0;
    section = out->start < out->stop
                  ? xf_elf_section(elf, out->start, out->stop - out->start)
                  : NULL;
    if (!section)
        return xf_error("%s: the bug frames that end at %s lie outside the "
                        "image's sections; the file is damaged",
                        elf->path, name);
    out->data = section->data + (out->start - section->address);
    return 0;
}

/* Until Xen 4.13 Arm had no BUGFRAME_run_fn, and all types were one less. */
static unsigned int type_shift(const struct xf_elf *elf)
{
    uint64_t value;

    return (elf->machine == EM_ARM || elf->machine == EM_AARCH64) &&
           !xf_elf_symbol(elf, "__stop_bug_frames_3", &value);
}

static bool is_frame_valid(const struct xf_elf *elf, const struct frame *frame,
                           bool is_assert)
{
    const struct xf_section *code = xf_elf_section(elf, frame->location, 1);
    const char *file = xf_elf_string(elf, frame->file);

    return code && code->is_code && file && *file && frame->line &&
           (!is_assert || xf_elf_string(elf, frame->message));
}

/* The first frame that `layout` cannot explain, or table->stop. */
static uint64_t first_invalid(const struct xf_elf *elf,
                              const struct layout *layout,
                              const struct table *table)
{
    uint32_t size = layout->size(table->is_assert);
    uint64_t at;

    for (at = table->start; at < table->stop; at += size) {
        struct frame frame;

        if (table->stop - at < size)
            return at;
        layout->decode(table->data + (at - table->start), at, table->is_assert,
                       &frame);
        if (!is_frame_valid(elf, &frame, table->is_assert))
            return at;
    }
    return at;
}

static int choose_layout(const struct xf_elf *elf, const struct table *tables,
                         const struct layout **out)
{
    uint64_t bad = 0;

    *out = NULL;
    for (size_t i = 0; i < LAYOUTS; i++) {
        bool fits = true;

        for (size_t t = 0; t < 2 && fits; t++) {
            uint64_t at = first_invalid(elf, &layouts[i], &tables[t]);

            fits = at >= tables[t].stop;
            if (!fits && at > bad)
                bad = at;
        }
        if (!fits)
            continue;
        if (*out)
            return xf_error("%s: its bug frames make sense in the %s and in "
                            "the %s layout; cannot tell which it is",
                            elf->path, (*out)->name, layouts[i].name);
        *out = &layouts[i];
    }
    if (!*out)
        return xf_error("%s: the bug frame at 0x%llx is of no known layout; "
                        "the image is damaged or its Xen changed struct "
                        "bug_frame",
                        elf->path, (unsigned long long)bad);
    return 0;
}

static void add_frame(struct xf_image *image, const struct frame *frame,
                      bool is_assert, struct xf_stops *out)
{
    const char *file = xf_elf_string(&image->elf, frame->file);
    struct xf_place place;
    struct xf_stop *stop;

    xf_image_place(image, frame->location, &place);
    XF_GROW(out->items, out->len, out->cap);
    stop = &out->items[out->len++];
    *stop = (struct xf_stop){
        .what = is_assert ? XF_STOP_ASSERT : XF_STOP_BUG,
        .address = frame->location,
        .line = frame->line,
        .function = place.function ? place.function : "",
        .inliners = place.inliners,
        .body = place.body,
        .text = is_assert ? xf_elf_string(&image->elf, frame->message) : "",
    };
    if (image->dwarf) {
        stop->file = xf_dwarf_normal(image->dwarf, file, &place);
    } else {
        char *clean = xf_path_clean(file);

        stop->file = xf_image_keep(image, clean);
        free(clean);
    }
}

int xf_frames_read(struct xf_image *image, struct xf_stops *out)
{
    const struct xf_elf *elf = &image->elf;
    unsigned int shift = type_shift(elf);
    const struct layout *layout;
    struct table tables[2];

    for (unsigned int t = 0; t < 2; t++)
        if (find_table(elf, 2 + t - shift, t == 1, &tables[t]))
            return -1;
    if (!tables[0].data && !tables[1].data)
        return 0;
    if ((tables[0].stop - tables[0].start + tables[1].stop - tables[1].start) /
            8 >
        FRAMES_MAX)
        return xf_error("%s: more than a million bug frames; the file is "
                        "damaged",
                        elf->path);
    if (choose_layout(elf, tables, &layout))
        return -1;
    for (size_t t = 0; t < 2; t++) {
        const struct table *table = &tables[t];
        uint32_t size = layout->size(table->is_assert);

        for (uint64_t at = table->start; at < table->stop; at += size) {
            struct frame frame;

            layout->decode(table->data + (at - table->start), at,
                           table->is_assert, &frame);
            add_frame(image, &frame, table->is_assert, out);
        }
    }
    return 0;
}
