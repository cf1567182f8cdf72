/* SPDX-License-Identifier: GPL-2.0-only
 *
 * XXH3-128 of what is fed, as 32 hexadecimal digits. It names cache entries
 * and site identities; it is no defence against a forger.
 */
#ifndef XF_HASH_H
#define XF_HASH_H

#include <stddef.h>

struct xf_hash;

#define XF_HASH_HEX 33 /* bytes, with the NUL */

struct xf_hash *xf_hash_new(void);
void xf_hash_add(struct xf_hash *h, const void *data, size_t len);
/* The string and its NUL, so that ("ab","c") and ("a","bc") differ. */
void xf_hash_adds(struct xf_hash *h, const char *s);
/* Write the digest and free `h`. */
void xf_hash_finish(struct xf_hash *h, char hex[XF_HASH_HEX]);
void xf_hash_bytes(char hex[XF_HASH_HEX], const void *data, size_t len);

#endif
