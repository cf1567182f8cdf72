/* SPDX-License-Identifier: GPL-2.0-only
 *
 * What the files of this folder share: the ELF view (elf.c), the DWARF index
 * (dwarf.c) and branch decoding (branch.c).
 */
#ifndef XF_IMAGE_INTERNAL_H
#define XF_IMAGE_INTERNAL_H

#include <libelf.h>

#include "buf.h"
#include "image.h"
#include "map.h"
#include "path.h"

/* ---- elf.c: sections, bytes and symbols of a linked, little-endian ELF */

struct xf_section {
    uint64_t address, size;
    const uint8_t *data; /* size bytes inside the file */
    bool is_code;
};

struct xf_symbol {
    uint64_t address, size;
    const char *name;
    uint8_t other; /* st_other: ppc64 keeps the local entry there */
    bool is_code;  /* function, or untyped label, in a code section */
};

struct xf_elf {
    char *path;
    struct xf_buf bytes;
    Elf *elf;
    uint16_t machine;
    struct xf_section *sections; /* those with bytes at an address */
    size_t nsections, csections;
    struct xf_symbol *symbols; /* by address */
    size_t nsymbols, csymbols;
    struct xf_symbol *marks; /* mapping symbols ($a, $d, $x), by address */
    size_t nmarks, cmarks;
};

/* Take over `bytes` and index it. -1: not a linked Xen image. */
int xf_elf_open(struct xf_elf *elf, const char *path, struct xf_buf *bytes);
void xf_elf_release(struct xf_elf *elf);
/* The section that holds all of [address, address + size), or NULL. */
const struct xf_section *xf_elf_section(const struct xf_elf *elf,
                                        uint64_t address, uint64_t size);
/* Printable NUL-terminated text at `address`, or NULL. */
const char *xf_elf_string(const struct xf_elf *elf, uint64_t address);
/* Value of a global or local symbol; false when there is none. */
bool xf_elf_symbol(const struct xf_elf *elf, const char *name, uint64_t *value);
/* The last code symbol at or before `address`, or NULL. */
const struct xf_symbol *xf_elf_symbol_at(const struct xf_elf *elf,
                                         uint64_t address);
/* A symbol's C name: CONFIG_ENFORCE_UNIQUE_SYMBOLS makes "file.c#name" of a
 * static one, and compilers append what they did (".isra.0"). */
struct xf_c_name {
    const char *name;
    size_t len;
};
struct xf_c_name xf_elf_c_name(const char *symbol);
/* Whether mapping symbols say that `address` holds data, not instructions. */
bool xf_elf_is_data(const struct xf_elf *elf, uint64_t address);

uint32_t xf_le32(const uint8_t *p);
uint16_t xf_le16(const uint8_t *p);

/* ---- branch.c: direct calls and jumps, instruction by instruction */

struct xf_branch {
    uint64_t target;
    uint32_t length; /* bytes of the instruction (pair) */
    bool is_call;    /* leaves a return address */
};

/* Distance in bytes between places where an instruction may start. */
uint32_t xf_branch_step(uint16_t machine);
/* Decode the direct branch at p, `left` bytes to the section's end, as if it
 * ran at `pc`. False when it is something else. */
bool xf_branch_decode(uint16_t machine, const uint8_t *p, uint64_t left,
                      uint64_t pc, struct xf_branch *out);
/* RISC-V: length in bytes of the instruction that starts with `half`. */
uint32_t xf_branch_riscv_length(uint16_t half);

/* ---- x86.c */

/* Length in bytes of the instruction at p with `left` bytes to go; 0 when it
 * is none of 64-bit mode, or cut off. */
uint32_t xf_x86_length(const uint8_t *p, uint64_t left);

/* ---- dwarf.c: functions, inlining, lines and call sites */

struct xf_dwarf;

/* Index the image's DWARF; *out is NULL when it has none. */
int xf_dwarf_open(struct xf_dwarf **out, struct xf_elf *elf);
void xf_dwarf_close(struct xf_dwarf *dwarf);

/* Where an instruction comes from. */
struct xf_place {
    const char *file; /* relative where possible; NULL: no line record */
    uint32_t line;
    const char *unit;     /* main file of its translation unit, or NULL */
    const char *function; /* innermost, NULL: unknown */
    const char *function_file;
    const char *inliners;        /* "" or "a < b"; never NULL */
    uint64_t body;               /* start of the function's code; 0: unknown */
    const char *chain_files[32]; /* of the functions, innermost first */
    size_t nchain;
};

void xf_dwarf_place(struct xf_dwarf *dwarf, uint64_t pc, struct xf_place *out);
/* Whether DWARF has a call site that starts at `pc` or returns to
 * pc + length. */
bool xf_dwarf_calls(const struct xf_dwarf *dwarf, uint64_t pc, uint32_t length);
/* The last address at or before `pc` where DWARF says that an instruction
 * starts; false when there is none in its translation unit. */
bool xf_dwarf_start(const struct xf_dwarf *dwarf, uint64_t pc, uint64_t *out);
/* The file that defines the function whose code starts at `pc`, or NULL. */
const char *xf_dwarf_entry_file(const struct xf_dwarf *dwarf, uint64_t pc);
/* `file` as the compiler spelled it at `place`, as the worksheet does. */
const char *xf_dwarf_normal(struct xf_dwarf *dwarf, const char *file,
                            const struct xf_place *place);
enum xf_presence xf_dwarf_function(const struct xf_dwarf *dwarf,
                                   const char *function, const char *file);
/* Whether the function of its own that has code at `pc` is `function`, or has
 * it inlined. */
bool xf_dwarf_holds(const struct xf_dwarf *dwarf, uint64_t pc,
                    const char *function, const char *file);
/* Whether any code is of a line in [first, last] of `file`. */
bool xf_dwarf_has_line(struct xf_dwarf *dwarf, const char *file,
                       uint32_t first, uint32_t last);
/* Main file of a unit, or of a function that has code. */
bool xf_dwarf_has_file(const struct xf_dwarf *dwarf, const char *file);
const struct xf_map *xf_dwarf_files(const struct xf_dwarf *dwarf);

/* ---- image.c */

struct xf_stops {
    struct xf_stop *items;
    size_t len, cap;
};

struct xf_image {
    struct xf_elf elf;
    struct xf_dwarf *dwarf; /* NULL: the image has none */
    struct xf_map strings;  /* owns text that is made here */
    struct xf_stops frames, calls;
    bool have_frames;
};

/* A copy of `s` that lives as long as the image. */
const char *xf_image_keep(struct xf_image *image, const char *s);
/* Sort by address, class, file, line and text. */
void xf_stops_sort(struct xf_stops *stops);
/* Function and file for the instruction at `pc` from DWARF, else symbols. */
void xf_image_place(struct xf_image *image, uint64_t pc, struct xf_place *out);

/* frames.c */
int xf_frames_read(struct xf_image *image, struct xf_stops *out);

#endif
