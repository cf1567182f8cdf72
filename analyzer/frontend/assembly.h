/* SPDX-License-Identifier: GPL-2.0-only
 *
 * The front end for .S files: preprocessed by clang, then read statement by
 * statement. Assembler macros are followed by name: what a macro's body holds
 * counts once the macro is used.
 */
#ifndef XF_ASSEMBLY_H
#define XF_ASSEMBLY_H

#include "frontend.h"

int xf_assembly_run(struct xf_buf *out, const struct xf_tu *tu,
                    const struct xf_frontend_options *options);

#endif
