/* SPDX-License-Identifier: GPL-2.0-only
 *
 * Reads a linked Xen image (xen-syms) and lists every place in it that stops
 * the host: bug frames of type bug and assert, and calls of functions that
 * never return. It is the independent witness for the worksheet, so it shares
 * nothing with the front end: machine code, symbols and DWARF only.
 *
 * An image is as untrusted as any input: damage gives one xf_error() and -1,
 * memory stays proportional to the file. Strings and arrays handed out belong
 * to the image and live until xf_image_close().
 */
#ifndef XF_IMAGE_H
#define XF_IMAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct xf_image;
struct xf_map;

enum xf_stop_class {
    XF_STOP_BUG,    /* bug frame of BUGFRAME_bug: BUG, BUG_ON */
    XF_STOP_ASSERT, /* bug frame of BUGFRAME_assert: ASSERT, ... */
    XF_STOP_CALL    /* call or jump to a function that stops */
};

/* One stopping instruction. */
struct xf_stop {
    enum xf_stop_class what;
    uint64_t address;
    const char *file;     /* relative to the hypervisor folder where DWARF
                             tells it, else as compiled; "" when unknown */
    uint32_t line;        /* 0 when unknown: no DWARF, or the compiler merged
                             several places into one call */
    const char *function; /* the C function that the place is written in,
                             inlining resolved; "" when unknown */
    const char *inliners; /* functions it was inlined into, innermost first,
                             " < " between; "" when none */
    const char *text;     /* assert: predicate; call: callee; bug: "" */
    uint64_t body;        /* where the function starts whose code it is in;
                             0 when unknown */
};

/* A function whose calls are stops. */
struct xf_stop_function {
    const char *name; /* plain C name */
    const char *file; /* of its definition when it is static, so that another
                         file's namesake is not taken for it; else "" */
    bool is_asm; /* a jump into its middle arrives too */
};

/* What the image holds of a C function. */
enum xf_presence {
    XF_PRESENT_NOT,    /* nothing */
    XF_PRESENT_INLINE, /* inlined somewhere, no code of its own */
    XF_PRESENT_BODY    /* code of its own */
};

/* Open and check the image; 0 or -1. Close with xf_image_close(). */
int xf_image_open(struct xf_image **out, const char *path);
/* The same for bytes in memory (copied); `name` stands in messages. */
int xf_image_open_bytes(struct xf_image **out, const char *name,
                        const void *data, size_t len);
void xf_image_close(struct xf_image *image);

/* Xen's name of the architecture: "arm64", "x86_64", ... */
const char *xf_image_arch(const struct xf_image *image);
bool xf_image_has_dwarf(const struct xf_image *image);

/* Bug frames that stop the host, every copy, by address. */
int xf_image_frames(struct xf_image *image, const struct xf_stop **out,
                    size_t *count);

/* Calls of `functions`, by address. A name without code in the image has no
 * calls. *doubtful counts byte sequences that look like such a call where it
 * could not be decided whether an instruction starts; they are not in *out. A
 * second call replaces the first's result. */
int xf_image_calls(struct xf_image *image,
                   const struct xf_stop_function *functions, size_t nfunctions,
                   const struct xf_stop **out, size_t *count, size_t *doubtful);

/* Whether `function`, defined in `file` (relative to the hypervisor folder),
 * is in the image. Without DWARF always XF_PRESENT_NOT. */
enum xf_presence xf_image_function(const struct xf_image *image,
                                   const char *function, const char *file);
/* Whether a translation unit with this main file was linked, or any code of
 * a function defined in it. */
bool xf_image_has_file(const struct xf_image *image, const char *file);
/* Whether the function whose code is at `address` is `function` of `file`, or
 * has it inlined. */
bool xf_image_holds(const struct xf_image *image, uint64_t address,
                    const char *function, const char *file);
/* Whether any code is of a line in [first, last] of `file`. */
bool xf_image_has_line(const struct xf_image *image, const char *file,
                       uint32_t first, uint32_t last);
/* Whether a symbol of that C name has code in the image. */
bool xf_image_has_symbol(const struct xf_image *image, const char *function);
/* Every file name of the image's DWARF; NULL without DWARF. */
const struct xf_map *xf_image_files(const struct xf_image *image);

#endif
