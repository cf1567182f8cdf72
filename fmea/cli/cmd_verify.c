/* SPDX-License-Identifier: GPL-2.0-only */
#include "cmd.h"

int cmd_verify(int argc, char **argv)
{
    (void)argc;
    (void)argv;
    return XF_EXIT_TROUBLE;
}
