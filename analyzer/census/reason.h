/* SPDX-License-Identifier: GPL-2.0-only
 *
 * Why a place of a file is no site in a build. Private to this folder.
 */
#ifndef XF_REASON_H
#define XF_REASON_H

#include "evidence.h"
#include "names.h"
#include "occurrence.h"
#include "source.h"

struct census {
    struct xf_store *store;
    const char *root;
    struct names names;
    struct evidence evidence;
    struct occurrences list; /* of the current file */
    char common[XF_HASH_HEX]; /* what every file's rows depend on */
};

/* One file of the walk. */
struct file {
    struct census *census;
    const char *path; /* relative */
    const struct xf_source *src; /* while it is read */
    const struct xf_buf *text;
    const struct file_evidence *evidence; /* NULL: nothing known */
    char *absence; /* what Makefiles say of it, made when first needed */
};

const char *reason_name(const struct file *file, const struct occurrence *occ);
bool reason_is_instruction(const struct file *file,
                           const struct occurrence *occ);

/* The conditional that keeps the line out, which lies in the inactive range.
 * NULL when the text has none there. Caller frees, as of all below. */
char *reason_inactive(const struct file *file, uint32_t line,
                      const struct range *range);
/* What build `build`, which read the file, says of the occurrence; NULL for
 * nothing. */
char *reason_here(const struct file *file, const struct occurrence *occ,
                  uint32_t build);
/* Why no build read the file. */
char *reason_unread(struct file *file);
/* Whether the file is another architecture's than the build's. */
bool reason_is_foreign(const struct file *file, uint32_t build);
/* Why that build did not. */
char *reason_unread_by(struct file *file, uint32_t build);

#endif
