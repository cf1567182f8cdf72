/* SPDX-License-Identifier: GPL-2.0-only
 *
 * The census: every textual occurrence of a stop's name in the tree's .c, .h
 * and .S files, and what became of it. It is the proof that no site was lost.
 *
 * Reads tables build, site, function, call, tu, read_file, inactive, expanded;
 * writes census, site_absence and census_absence.
 *
 * What `accounted` says, in order of decision, with what `detail` holds:
 *
 *   comment           inside a comment
 *   string            inside a string or character constant
 *   macro-definition  name being defined or undefined, or in a macro's body;
 *                     the macro. Its uses have their own rows or sites.
 *                     Assembler macros (.macro) are not meant: their bodies
 *                     are judged like other text
 *   not-C             on another preprocessor line, in a linker script; which
 *   site              site ids of the site or sites written here
 *   declaration       declares or defines the function
 *   not-a-call        no call and no expansion: "address taken", "member of
 *                     that name", "label", "mentioned"
 *   other-config      no build here makes a site of it: the #if, the Makefile
 *                     line or the architecture that keeps it out, or what the
 *                     name stands for instead
 *   unanalysed        the file's own translation unit failed; its status
 *   unaccounted       none of these: a defect of xenfmea
 */
#ifndef XF_CENSUS_H
#define XF_CENSUS_H

#include "store.h"

/* `root` is the hypervisor folder whose text is counted, `data` the data
 * folder. 0, or -1 with xf_error(). */
int xf_census(struct xf_store *store, const char *root, const char *data);

#endif
