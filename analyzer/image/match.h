/* SPDX-License-Identifier: GPL-2.0-only
 *
 * Joins the stops of an image with the rows of a worksheet, and says of each
 * row that the image lacks why, from DWARF and symbols. Knows nothing of where
 * the rows are stored.
 */
#ifndef XF_MATCH_H
#define XF_MATCH_H

#include "image.h"

/* Why a row has no counterpart of its own in the image. */
enum xf_reason {
    XF_REASON_NONE,           /* it has one */
    XF_REASON_MERGED,         /* in a call that several places share */
    XF_REASON_FOLDED,         /* the function has code, this place does not */
    XF_REASON_NO_CALL,        /* its line has code, but no call of its own */
    XF_REASON_INLINE_FOLDED,  /* the same, in all inlined copies */
    XF_REASON_UNREFERENCED,   /* inline function that nobody inlined */
    XF_REASON_UNUSED,         /* static function that nobody calls */
    XF_REASON_NOT_LINKED,     /* nothing of its file is in the image */
    XF_REASON_CALLEE_INLINED, /* the stop function itself was inlined here */
    XF_REASON_CALLEE_ABSENT,  /* the stop function is not in the image */
    XF_REASON_NO_ASSERTS,     /* an image without any assert frame */
    XF_REASON_UNKNOWN
};

#define XF_REASONS (XF_REASON_UNKNOWN + 1)

/* One line of text for a reason. */
const char *xf_reason_text(enum xf_reason reason);

/* A worksheet row. */
struct xf_claim {
    enum xf_stop_class what;
    const char *file;
    uint32_t line, end_line; /* GCC prints the first, Clang the last */
    const char *function;
    const char *text;          /* printed message; may be "" */
    const char *condition;     /* likewise */
    const char *callee;        /* calls: the stop function */
    const char *callee_file;   /* where that is defined, "" when unknown */
    bool is_static, is_inline; /* the function */
    /* results */
    bool is_matched;
    enum xf_reason reason;
};

/* A distinct stop of the image: class, file, line and text. */
struct xf_finding {
    const struct xf_stop *stop; /* the copy with the lowest address, of those
                                   whose function is known if any is */
    const char *file;           /* as the worksheet's tree spells it */
    size_t copies;
    const struct xf_stop *const *copy; /* all of them, by address */
    size_t claim; /* index of the row it belongs to, or XF_NO_CLAIM */
};

#define XF_NO_CLAIM SIZE_MAX

/* Group stops[0 .. nstops) of `image` into findings, sorted by file, line,
 * class and text. `tree` holds the file names of the worksheet's tree; NULL:
 * keep the image's. The caller frees *out, one allocation; it points into
 * `stops` and `tree`. */
void xf_findings(struct xf_finding **out, size_t *count,
                 const struct xf_image *image, const struct xf_stop *stops,
                 size_t nstops, const struct xf_map *tree);

/* Give findings their claims and claims their result. Both arrays are changed
 * in place; the order of claims decides between equals. `tree` as above. */
void xf_match(const struct xf_image *image, const struct xf_map *tree,
              struct xf_finding *findings, size_t nfindings,
              struct xf_claim *claims, size_t nclaims);

#endif
