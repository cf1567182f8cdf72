/* SPDX-License-Identifier: GPL-2.0-only
 *
 * cmocka with the headers that it wants before it.
 */
#ifndef XF_UNIT_H
#define XF_UNIT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#endif
