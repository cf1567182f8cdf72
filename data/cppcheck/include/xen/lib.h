/* SPDX-License-Identifier: GPL-2.0-only */
#include_next <xen/lib.h>
#include <xenfmea-bug.h>
#include <xenfmea-compiler.h>
