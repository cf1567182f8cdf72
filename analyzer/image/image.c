/* SPDX-License-Identifier: GPL-2.0-only */
#include "image.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "alloc.h"
#include "error.h"
#include "file.h"
#include "internal.h"

/* Larger than any xen-syms by an order of magnitude; keeps a wrong argument
 * (a disk image, a core) from filling the memory. */
#define IMAGE_MAX ((off_t)1 << 30)

static const struct {
    uint16_t machine;
    const char *arch;
} machines[] = {
    {EM_AARCH64, "arm64"}, {EM_ARM, "arm32"},   {EM_X86_64, "x86_64"},
    {EM_RISCV, "riscv64"}, {EM_PPC64, "ppc64"},
};

const char *xf_image_arch(const struct xf_image *image)
{
    for (size_t i = 0; i < sizeof(machines) / sizeof(*machines); i++)
        if (machines[i].machine == image->elf.machine)
            return machines[i].arch;
    return NULL;
}

static int open_buffer(struct xf_image **out, const char *name,
                       struct xf_buf *bytes)
{
    struct xf_image *image = xf_calloc(1, sizeof(*image));

    if (xf_elf_open(&image->elf, name, bytes))
        goto fail;
    if (!xf_image_arch(image)) {
        xf_error("%s: ELF machine %u is none that Xen runs on", name,
                 image->elf.machine);
        goto fail;
    }
    if (xf_dwarf_open(&image->dwarf, &image->elf))
        goto fail;
    *out = image;
    return 0;
fail:
    xf_image_close(image);
    return -1;
}

int xf_image_open(struct xf_image **out, const char *path)
{
    struct xf_buf bytes = XF_BUF_INIT;
    struct stat st;
    int rc = -1;

    *out = NULL;
    if (!stat(path, &st) && st.st_size > IMAGE_MAX)
        return xf_error("%s: larger than 1 GiB; pass xen-syms", path);
    if (!xf_file_read(&bytes, path))
        rc = open_buffer(out, path, &bytes);
    xf_buf_release(&bytes);
    return rc;
}

int xf_image_open_bytes(struct xf_image **out, const char *name,
                        const void *data, size_t len)
{
    struct xf_buf bytes = XF_BUF_INIT;
    int rc;

    *out = NULL;
    xf_buf_add(&bytes, data, len);
    rc = open_buffer(out, name, &bytes);
    xf_buf_release(&bytes);
    return rc;
}

void xf_image_close(struct xf_image *image)
{
    if (!image)
        return;
    xf_dwarf_close(image->dwarf);
    xf_elf_release(&image->elf);
    xf_map_release(&image->strings);
    free(image->frames.items);
    free(image->calls.items);
    free(image);
}

bool xf_image_has_dwarf(const struct xf_image *image)
{
    return image->dwarf;
}

const char *xf_image_keep(struct xf_image *image, const char *s)
{
    uint32_t i = xf_map_add(&image->strings, s, NULL);

    return image->strings.keys[i];
}

static int compare_stops(const void *a, const void *b)
{
    const struct xf_stop *x = a, *y = b;
    int order;

    if (x->address != y->address)
        return x->address < y->address ? -1 : 1;
    if (x->what != y->what)
        return x->what < y->what ? -1 : 1;
    if (x->line != y->line)
        return x->line < y->line ? -1 : 1;
    order = strcmp(x->file, y->file);
    return order ? order : strcmp(x->text, y->text);
}

void xf_stops_sort(struct xf_stops *stops)
{
    if (stops->len)
        qsort(stops->items, stops->len, sizeof(*stops->items), compare_stops);
}

void xf_image_place(struct xf_image *image, uint64_t pc, struct xf_place *out)
{
    const struct xf_symbol *symbol;
    struct xf_c_name c;
    char *name;

    *out = (struct xf_place){.inliners = ""};
    if (image->dwarf)
        xf_dwarf_place(image->dwarf, pc, out);
    symbol = out->function ? NULL : xf_elf_symbol_at(&image->elf, pc);
    /* Inline assembly may put code behind the functions of its file, where
     * the symbol before is none of its business; labels have no size. */
    if (!symbol || (symbol->size && pc - symbol->address >= symbol->size))
        return;
    c = xf_elf_c_name(symbol->name);
    if (memchr(c.name, '/', c.len)) /* "vmx.o.unlikely" marks such code */
        return;
    name = xf_strndup(c.name, c.len);
    out->function = xf_image_keep(image, name);
    free(name);
}

int xf_image_frames(struct xf_image *image, const struct xf_stop **out,
                    size_t *count)
{
    if (!image->have_frames) {
        if (xf_frames_read(image, &image->frames))
            return -1;
        xf_stops_sort(&image->frames);
        image->have_frames = true;
    }
    *out = image->frames.items;
    *count = image->frames.len;
    return 0;
}

enum xf_presence xf_image_function(const struct xf_image *image,
                                   const char *function, const char *file)
{
    return image->dwarf ? xf_dwarf_function(image->dwarf, function, file)
                        : XF_PRESENT_NOT;
}

bool xf_image_has_file(const struct xf_image *image, const char *file)
{
    return image->dwarf && xf_dwarf_has_file(image->dwarf, file);
}

bool xf_image_holds(const struct xf_image *image, uint64_t address,
                    const char *function, const char *file)
{
    return image->dwarf &&
           xf_dwarf_holds(image->dwarf, address, function, file);
}

bool xf_image_has_line(const struct xf_image *image, const char *file,
                       uint32_t first, uint32_t last)
{
    return image->dwarf && xf_dwarf_has_line(image->dwarf, file, first, last);
}

bool xf_image_has_symbol(const struct xf_image *image, const char *function)
{
    size_t len = strlen(function);

    for (size_t i = 0; i < image->elf.nsymbols; i++) {
        const struct xf_symbol *symbol = &image->elf.symbols[i];
        struct xf_c_name c = xf_elf_c_name(symbol->name);

        if (symbol->is_code && c.len == len && !memcmp(c.name, function, len))
            return true;
    }
    return false;
}

const struct xf_map *xf_image_files(const struct xf_image *image)
{
    return image->dwarf ? xf_dwarf_files(image->dwarf) : NULL;
}
