/* SPDX-License-Identifier: GPL-2.0-only */
#include_next <xen/compiler.h>
#include <xenfmea-compiler.h>
