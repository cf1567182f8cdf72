/* SPDX-License-Identifier: GPL-2.0-only
 *
 * For Cppcheck's eyes only: the macros that stop the host made plain, each a
 * call that sites.json's frame type is looked for by (data/cppcheck/
 * cppcheck.json, "calls"). Included behind Xen's own header, each time.
 * Source of the originals: xen/include/xen/bug.h, in 4.17 and before
 * xen/include/xen/lib.h and xen/arch/<arch>/include/asm/bug.h
 */
#ifndef __ASSEMBLY__
#ifndef XENFMEA_STOPS
#define XENFMEA_STOPS
void __attribute__((__noreturn__)) xenfmea_bug(void);
void __attribute__((__noreturn__)) xenfmea_assert(void);
#endif
#undef BUG
#define BUG() do { xenfmea_bug(); } while (0)
#undef BUG_ON
#define BUG_ON(p) do { if ( p ) xenfmea_bug(); } while (0)
#undef assert_failed
#define assert_failed(msg) do { xenfmea_assert(); } while (0)
#ifndef NDEBUG
#undef ASSERT
#define ASSERT(p) do { if ( !(p) ) xenfmea_assert(); } while (0)
#undef ASSERT_UNREACHABLE
#define ASSERT_UNREACHABLE() do { xenfmea_assert(); } while (0)
#endif
#endif
