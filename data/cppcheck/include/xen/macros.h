/* SPDX-License-Identifier: GPL-2.0-only */
#include_next <xen/macros.h>
#include <xenfmea-compiler.h>
#include <xenfmea-minmax.h>
