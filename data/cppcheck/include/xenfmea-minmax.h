/* SPDX-License-Identifier: GPL-2.0-only
 *
 * For Cppcheck's eyes only: it gives a unit up at a statement expression with
 * ?: in an initialiser, so these become calls of which nothing is known.
 * Source of the originals: xen/include/xen/macros.h, in 4.17 and before
 * xen/include/xen/kernel.h
 */
#ifndef __ASSEMBLY__
#undef min
#define min(x, y) xenfmea_min(x, y)
#undef max
#define max(x, y) xenfmea_max(x, y)
#undef min_t
#define min_t(type, x, y) ((type)xenfmea_min((type)(x), (type)(y)))
#undef max_t
#define max_t(type, x, y) ((type)xenfmea_max((type)(x), (type)(y)))
#endif
