/* SPDX-License-Identifier: GPL-2.0-only */
#include_next <xen/kernel.h>
#include <xenfmea-minmax.h>
