/* SPDX-License-Identifier: GPL-2.0-only
 *
 * The ELF container: which bytes lie at which address, and the symbols. Every
 * offset is checked against the file here, so the decoders work on plain
 * arrays.
 */
#include "internal.h"

#include <gelf.h>
#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "error.h"

/* Text longer than any path or predicate of Xen: an unterminated string. */
#define TEXT_MAX 8192
/* What decompressed debug sections may add up to. */
#define UNPACKED_MAX ((uint64_t)1 << 31)

uint16_t xf_le16(const uint8_t *p)
{
    return (uint16_t)(p[0] | p[1] << 8);
}

uint32_t xf_le32(const uint8_t *p)
{
    return xf_le16(p) | (uint32_t)xf_le16(p + 2) << 16;
}

void xf_elf_release(struct xf_elf *elf)
{
    elf_end(elf->elf);
    xf_buf_release(&elf->bytes);
    free(elf->sections);
    free(elf->symbols);
    free(elf->marks);
    free(elf->path);
    memset(elf, 0, sizeof(*elf));
}

static int compare_symbols(const void *a, const void *b)
{
    const struct xf_symbol *x = a, *y = b;

    if (x->address != y->address)
        return x->address < y->address ? -1 : 1;
    return strcmp(x->name, y->name);
}

static int damaged(const struct xf_elf *elf, const char *what)
{
    return xf_error("%s: damaged ELF file (%s); copy or build it again",
                    elf->path, what);
}

static int check_header(struct xf_elf *elf)
{
    const unsigned char *ident = (const unsigned char *)elf->bytes.data;
    GElf_Ehdr ehdr;

    if (elf->bytes.len < EI_NIDENT || memcmp(ident, ELFMAG, SELFMAG))
        return xf_error("%s: not an ELF file; pass the xen-syms that Xen's "
                        "build leaves in xen/",
                        elf->path);
    if (ident[EI_DATA] != ELFDATA2LSB)
        return xf_error("%s: big-endian; no Xen architecture is", elf->path);
    if (elf_kind(elf->elf) != ELF_K_ELF || !gelf_getehdr(elf->elf, &ehdr))
        return damaged(elf, "header");
    if (ehdr.e_type != ET_EXEC && ehdr.e_type != ET_DYN)
        return xf_error("%s: not linked; pass xen-syms, not an object file",
                        elf->path);
    if (!ehdr.e_shoff || ehdr.e_shoff >= elf->bytes.len)
        return damaged(elf, "its section headers are missing: cut off");
    elf->machine = ehdr.e_machine;
    return 0;
}

/* A small file must not become an endless one when it is unpacked. */
static int check_packed(struct xf_elf *elf)
{
    Elf_Scn *scn = NULL;
    uint64_t total = 0;

    while ((scn = elf_nextscn(elf->elf, scn))) {
        GElf_Shdr shdr;
        GElf_Chdr chdr;

        if (!gelf_getshdr(scn, &shdr))
            return damaged(elf, "section header");
        if (!(shdr.sh_flags & SHF_COMPRESSED))
            continue;
        if (!gelf_getchdr(scn, &chdr))
            return damaged(elf, "compressed section");
        if (chdr.ch_size > UNPACKED_MAX - total)
            return xf_error("%s: its compressed sections would take more than "
                            "2 GiB; link without compressed debug sections",
                            elf->path);
        total += chdr.ch_size;
    }
    return 0;
}

static int read_sections(struct xf_elf *elf)
{
    Elf_Scn *scn = NULL;

    while ((scn = elf_nextscn(elf->elf, scn))) {
        struct xf_section *section;
        GElf_Shdr shdr;

        if (!gelf_getshdr(scn, &shdr))
            return damaged(elf, "section header");
        if (shdr.sh_type == SHT_NOBITS || shdr.sh_type == SHT_NULL)
            continue;
        if (shdr.sh_offset > elf->bytes.len ||
            shdr.sh_size > elf->bytes.len - shdr.sh_offset)
            return damaged(elf, "a section ends behind the end of the file");
        if (!(shdr.sh_flags & SHF_ALLOC) || !shdr.sh_size ||
            shdr.sh_addr + shdr.sh_size < shdr.sh_addr)
            continue;
        XF_GROW(elf->sections, elf->nsections, elf->csections);
        section = &elf->sections[elf->nsections++];
        section->address = shdr.sh_addr;
        section->size = shdr.sh_size;
        section->data = (const uint8_t *)elf->bytes.data + shdr.sh_offset;
        section->is_code = shdr.sh_flags & SHF_EXECINSTR;
    }
    return 0;
}

static bool is_code_symbol(const struct xf_elf *elf, const GElf_Sym *sym)
{
    int type = GELF_ST_TYPE(sym->st_info);
    const struct xf_section *section = xf_elf_section(elf, sym->st_value, 1);

    return (type == STT_FUNC || type == STT_NOTYPE) && section &&
           section->is_code;
}

static void add_symbol(struct xf_elf *elf, const GElf_Sym *sym,
                       const char *name)
{
    struct xf_symbol symbol = {sym->st_value, sym->st_size, name, sym->st_other,
                               is_code_symbol(elf, sym)};

    /* Mapping symbols of the Arm and RISC-V ABIs: "$d", "$x.12", "$xrv64". */
    if (name[0] == '$' && name[1] && strchr("adtx", name[1])) {
        XF_GROW(elf->marks, elf->nmarks, elf->cmarks);
        elf->marks[elf->nmarks++] = symbol;
        return;
    }
    XF_GROW(elf->symbols, elf->nsymbols, elf->csymbols);
    elf->symbols[elf->nsymbols++] = symbol;
}

static int read_symbols(struct xf_elf *elf, Elf_Scn *scn,
                        const GElf_Shdr *table)
{
    Elf_Data *data = elf_getdata(scn, NULL);
    size_t count = table->sh_entsize ? table->sh_size / table->sh_entsize : 0;

    if (!data)
        return damaged(elf, "symbol table");
    for (size_t i = 1; i < count && i <= INT32_MAX; i++) {
        GElf_Sym sym;
        const char *name;

        if (!gelf_getsym(data, (int)i, &sym))
            return damaged(elf, "symbol table");
        if (sym.st_shndx == SHN_UNDEF ||
            GELF_ST_TYPE(sym.st_info) == STT_FILE ||
            GELF_ST_TYPE(sym.st_info) == STT_SECTION)
            continue;
        name = elf_strptr(elf->elf, table->sh_link, sym.st_name);
        if (!name)
            return damaged(elf, "symbol name");
        if (*name)
            add_symbol(elf, &sym, name);
    }
    return 0;
}

static int find_symbols(struct xf_elf *elf)
{
    Elf_Scn *scn = NULL;

    while ((scn = elf_nextscn(elf->elf, scn))) {
        GElf_Shdr shdr;

        if (gelf_getshdr(scn, &shdr) && shdr.sh_type == SHT_SYMTAB)
            return read_symbols(elf, scn, &shdr);
    }
    return xf_error("%s: no symbol table; pass xen-syms, not the stripped "
                    "image that boots",
                    elf->path);
}

static void sort_symbols(struct xf_symbol *symbols, size_t count)
{
    if (count)
        qsort(symbols, count, sizeof(*symbols), compare_symbols);
}

int xf_elf_open(struct xf_elf *elf, const char *path, struct xf_buf *bytes)
{
    memset(elf, 0, sizeof(*elf));
    elf->path = xf_strdup(path);
    elf->bytes = *bytes;
    *bytes = (struct xf_buf)XF_BUF_INIT;
    elf_version(EV_CURRENT);
    if (elf->bytes.len)
        elf->elf = elf_memory(elf->bytes.data, elf->bytes.len);
    if (check_header(elf) || check_packed(elf) || read_sections(elf) ||
        find_symbols(elf))
        return -1;
    sort_symbols(elf->symbols, elf->nsymbols);
    sort_symbols(elf->marks, elf->nmarks);
    return 0;
}

const struct xf_section *xf_elf_section(const struct xf_elf *elf,
                                        uint64_t address, uint64_t size)
{
    for (size_t i = 0; i < elf->nsections; i++) {
        const struct xf_section *s = &elf->sections[i];

        if (address >= s->address && address - s->address < s->size &&
            size <= s->size - (address - s->address))
            return s;
    }
    return NULL;
}

const char *xf_elf_string(const struct xf_elf *elf, uint64_t address)
{
    const struct xf_section *s = xf_elf_section(elf, address, 1);
    const uint8_t *text;
    uint64_t left;

    if (!s)
        return NULL;
    text = s->data + (address - s->address);
    left = s->size - (address - s->address);
    for (uint64_t i = 0; i < left && i < TEXT_MAX; i++) {
        if (!text[i])
            return (const char *)text;
        if ((text[i] < 0x20 && text[i] != '\t' && text[i] != '\n') ||
            text[i] == 0x7f)
            return NULL;
    }
    return NULL;
}

bool xf_elf_symbol(const struct xf_elf *elf, const char *name, uint64_t *value)
{
    for (size_t i = 0; i < elf->nsymbols; i++)
        if (!strcmp(elf->symbols[i].name, name)) {
            *value = elf->symbols[i].address;
            return true;
        }
    return false;
}

/* Index behind the last of `symbols` at or before `address`. */
static size_t upper_bound(const struct xf_symbol *symbols, size_t count,
                          uint64_t address)
{
    size_t low = 0, high = count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (symbols[middle].address <= address)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

const struct xf_symbol *xf_elf_symbol_at(const struct xf_elf *elf,
                                         uint64_t address)
{
    size_t i = upper_bound(elf->symbols, elf->nsymbols, address);

    while (i--)
        if (elf->symbols[i].is_code)
            return &elf->symbols[i];
    return NULL;
}

struct xf_c_name xf_elf_c_name(const char *symbol)
{
    const char *hash = strrchr(symbol, '#');
    struct xf_c_name name = {.name = hash ? hash + 1 : symbol};

    name.len = strcspn(name.name, ".");
    return name;
}

bool xf_elf_is_data(const struct xf_elf *elf, uint64_t address)
{
    size_t i = upper_bound(elf->marks, elf->nmarks, address);

    return i && elf->marks[i - 1].name[1] == 'd';
}
