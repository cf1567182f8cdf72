/* SPDX-License-Identifier: GPL-2.0-only */
#include "gap.h"

const char *const guard_words[] = {
    [RAN_UNKNOWN] = "",
    [RAN_NO_DATA] = "no data",
    [RAN_NOT] = "not executed",
    [RAN_YES] = "evaluated",
};

const char *const stop_words[] = {
    [RAN_UNKNOWN] = "",
    [RAN_NO_DATA] = "no data",
    [RAN_NOT] = "not executed",
    [RAN_YES] = "executed",
};

const char *gap_of(const struct plan_site *site)
{
    if (site->stop == RAN_YES || site->proved)
        return "";
    if (site->guard == RAN_NO_DATA)
        return "no data: the file or line is not instrumented";
    if (site->guard == RAN_NOT)
        return "the guard was not evaluated";
    return site->gap ? "the stop can be provoked and was not" : "";
}
