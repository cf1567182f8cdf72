/* SPDX-License-Identifier: GPL-2.0-only
 *
 * Finds every direct call or jump to a function that stops. Arm and Power have
 * aligned instructions of one size, so decoding is exact once data between
 * them is told apart by mapping symbols. On x86 and RISC-V a match counts only
 * when an instruction is known to start there: DWARF has a call site for it,
 * or stepping over the instructions from the line record before (without
 * DWARF, from the symbol before) arrives there. So no operand or data is ever
 * taken for a call; what cannot be decided is counted and reported.
 */
#include "internal.h"

#include <stdlib.h>
#include <string.h>

#include "alloc.h"

/* A place where calls of a stop function arrive. */
struct entry {
    uint64_t address;
    uint64_t end; /* of the function */
    const char *name;
    bool inside; /* a jump to anywhere in it arrives */
};

struct entries {
    struct entry *items;
    size_t len, cap;
};

static int compare_entries(const void *a, const void *b)
{
    const struct entry *x = a, *y = b;

    if (x->address != y->address)
        return x->address < y->address ? -1 : 1;
    return strcmp(x->name, y->name);
}

/* Whether `symbol` is code of function `f`: itself, or a clone as GCC and
 * Clang name them. A .cold part is reached from its own function only. */
static bool is_symbol_of(const struct xf_symbol *symbol,
                         const struct xf_stop_function *f)
{
    struct xf_c_name name = xf_elf_c_name(symbol->name);

    return strlen(f->name) == name.len &&
           !memcmp(f->name, name.name, name.len) && !strstr(name.name, ".cold");
}

/* Where the symbol's code ends: older assembly gives no size. */
static uint64_t end_of(const struct xf_elf *elf, const struct xf_symbol *symbol)
{
    uint64_t end = UINT64_MAX;

    if (symbol->size)
        return symbol->address + symbol->size;
    for (size_t i = 0; i < elf->nsymbols; i++)
        if (elf->symbols[i].address > symbol->address &&
            elf->symbols[i].address < end)
            end = elf->symbols[i].address;
    return end == UINT64_MAX ? symbol->address : end;
}

static void add_entry(const struct xf_elf *elf, struct entries *out,
                      const struct xf_symbol *symbol, uint64_t offset,
                      const struct xf_stop_function *f)
{
    XF_GROW(out->items, out->len, out->cap);
    out->items[out->len++] =
        (struct entry){symbol->address + offset, end_of(elf, symbol), f->name,
                       f->is_asm};
}

/* Power: code of the same image skips the part of a function that loads the
 * TOC pointer (ELFv2 ABI 3.4.1, STO_PPC64_LOCAL). */
static uint64_t local_entry(const struct xf_symbol *symbol)
{
    unsigned int code = symbol->other >> 5;

    return code >= 2 && code <= 6 ? (uint64_t)1 << code : 0;
}

/* `files` holds DWARF's spelling of file names. */
static void find_entries(const struct xf_image *image,
                         const struct xf_path_set *files,
                         const struct xf_stop_function *f, struct entries *out)
{
    const struct xf_elf *elf = &image->elf;
    const char *wanted =
        f->file[0] ? xf_path_set_find(files, f->file, NULL) : NULL;

    for (size_t i = 0; i < elf->nsymbols; i++) {
        const struct xf_symbol *symbol = &elf->symbols[i];
        const char *file = NULL;

        if (!symbol->is_code || !is_symbol_of(symbol, f))
            continue;
        if (wanted)
            file = xf_dwarf_entry_file(image->dwarf, symbol->address);
        if (file && strcmp(file, wanted))
            continue;
        add_entry(elf, out, symbol, 0, f);
        if (elf->machine == EM_PPC64 && local_entry(symbol))
            add_entry(elf, out, symbol, local_entry(symbol), f);
    }
}

static void sort_entries(struct entries *entries)
{
    size_t kept = 0;

    if (!entries->len)
        return;
    qsort(entries->items, entries->len, sizeof(*entries->items),
          compare_entries);
    for (size_t i = 0; i < entries->len; i++)
        if (!kept ||
            entries->items[kept - 1].address != entries->items[i].address)
            entries->items[kept++] = entries->items[i];
    entries->len = kept;
}

static const struct entry *entry_at(const struct entries *entries,
                                    uint64_t address)
{
    size_t low = 0, high = entries->len;

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (entries->items[middle].address < address)
            low = middle + 1;
        else
            high = middle;
    }
    return low < entries->len && entries->items[low].address == address
               ? &entries->items[low]
               : NULL;
}

/* Assembly enters functions through local labels too. */
static const struct entry *entry_around(const struct entries *entries,
                                        uint64_t address)
{
    for (size_t i = 0; i < entries->len; i++)
        if (entries->items[i].inside && entries->items[i].address <= address &&
            address < entries->items[i].end)
            return &entries->items[i];
    return NULL;
}

/* Walking further than this from a known instruction proves nothing: no
 * function of Xen is that long. */
#define WALK_MAX 0x10000

/* Length of the instruction at `p`, 0 when it is none. */
static uint32_t length_at(uint16_t machine, const uint8_t *p, uint64_t left)
{
    if (machine == EM_X86_64)
        return xf_x86_length(p, left);
    return left < 2 ? 0 : xf_branch_riscv_length(xf_le16(p));
}

/* Where to start walking to `pc`: a line record, else a symbol. */
static bool walk_start(const struct xf_image *image, uint64_t pc,
                       uint64_t *start)
{
    const struct xf_symbol *symbol;

    if (image->dwarf && xf_dwarf_start(image->dwarf, pc, start))
        return true;
    symbol = xf_elf_symbol_at(&image->elf, pc);
    if (symbol)
        *start = symbol->address;
    return symbol;
}

/* Step over instructions from a known one up to `pc`. 1: one starts there;
 * 0: `pc` is inside another; -1: cannot tell. */
static int walk_to(const struct xf_image *image, uint64_t pc)
{
    const struct xf_section *section = xf_elf_section(&image->elf, pc, 1);
    uint64_t at;

    if (!section || !walk_start(image, pc, &at) || at < section->address ||
        pc - at > WALK_MAX)
        return -1;
    while (at < pc) {
        uint64_t offset = at - section->address;
        uint32_t length = length_at(image->elf.machine, section->data + offset,
                                    section->size - offset);

        if (!length)
            return -1;
        at += length;
    }
    return at == pc;
}

/* 1: an instruction; 0: not one; -1: nothing says so. */
static int is_instruction(const struct xf_image *image, uint64_t pc,
                          const struct xf_branch *branch)
{
    if (xf_elf_is_data(&image->elf, pc))
        return 0;
    if (xf_branch_step(image->elf.machine) == 4)
        return 1;
    if (image->dwarf && xf_dwarf_calls(image->dwarf, pc, branch->length))
        return 1;
    return walk_to(image, pc);
}

static void add_call(struct xf_image *image, uint64_t pc, const char *callee)
{
    struct xf_place place;
    struct xf_stop *stop;

    xf_image_place(image, pc, &place);
    XF_GROW(image->calls.items, image->calls.len, image->calls.cap);
    stop = &image->calls.items[image->calls.len++];
    *stop = (struct xf_stop){
        .what = XF_STOP_CALL,
        .address = pc,
        .file = place.file ? place.file : "",
        .line = place.line,
        .function = place.function ? place.function : "",
        .inliners = place.inliners,
        .body = place.body,
        .text = xf_image_keep(image, callee),
    };
}

static void scan_section(struct xf_image *image,
                         const struct xf_section *section,
                         const struct entries *entries, size_t *doubtful)
{
    uint32_t step = xf_branch_step(image->elf.machine);

    for (uint64_t at = 0; at < section->size; at += step) {
        uint64_t pc = section->address + at;
        const struct entry *entry;
        struct xf_branch branch;
        int known;

        if (!xf_branch_decode(image->elf.machine, section->data + at,
                              section->size - at, pc, &branch))
            continue;
        entry = entry_at(entries, branch.target);
        if (!entry)
            entry = entry_around(entries, branch.target);
        /* A jump to its own start is a loop in the function. */
        if (!entry ||
            (!branch.is_call && pc >= entry->address && pc < entry->end))
            continue;
        known = is_instruction(image, pc, &branch);
        if (known > 0)
            add_call(image, pc, entry->name);
        else if (known < 0)
            ++*doubtful;
    }
}

int xf_image_calls(struct xf_image *image,
                   const struct xf_stop_function *functions, size_t nfunctions,
                   const struct xf_stop **out, size_t *count, size_t *doubtful)
{
    struct entries entries = {0};
    struct xf_path_set files = {0};

    image->calls.len = 0;
    *doubtful = 0;
    if (image->dwarf)
        xf_path_set_init(&files, xf_dwarf_files(image->dwarf));
    for (size_t i = 0; i < nfunctions; i++)
        find_entries(image, &files, &functions[i], &entries);
    sort_entries(&entries);
    if (entries.len)
        for (size_t i = 0; i < image->elf.nsections; i++)
            if (image->elf.sections[i].is_code)
                scan_section(image, &image->elf.sections[i], &entries,
                             doubtful);
    free(entries.items);
    xf_path_set_release(&files);
    xf_stops_sort(&image->calls);
    *out = image->calls.items;
    *count = image->calls.len;
    return 0;
}
