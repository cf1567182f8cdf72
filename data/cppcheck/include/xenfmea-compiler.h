/* SPDX-License-Identifier: GPL-2.0-only
 *
 * For Cppcheck's eyes only: Xen's hints to the compiler made plain, so that
 * values pass through them. Included behind Xen's own header, each time.
 * Source of the originals: xen/include/xen/compiler.h, xen/include/xen/macros.h
 */
#ifndef __ASSEMBLY__
#undef likely
#define likely(x) (x)
#undef unlikely
#define unlikely(x) (x)
#undef ARRAY_SIZE
#define ARRAY_SIZE(x) (sizeof(x) / sizeof((x)[0]))
#undef OPTIMIZER_HIDE_VAR
#define OPTIMIZER_HIDE_VAR(var) ((void)0)
#undef RELOC_HIDE
#define RELOC_HIDE(ptr, off) \
    ((__typeof__(ptr))((unsigned long)(ptr) + (unsigned long)(off)))
#endif
