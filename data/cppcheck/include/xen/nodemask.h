/* SPDX-License-Identifier: GPL-2.0-only
 *
 * Cppcheck 2.10 gives a unit up at the compound literal of NODE_MASK_ALL.
 */
#include_next <xen/nodemask.h>
#ifndef XENFMEA_NODEMASK
#define XENFMEA_NODEMASK
nodemask_t xenfmea_all_nodes(void);
#endif
#undef NODE_MASK_ALL
#define NODE_MASK_ALL xenfmea_all_nodes()
