/* SPDX-License-Identifier: GPL-2.0-only
 *
 * What a disposition has to know: could the function report an error instead
 * of stopping, would its callers notice, what was done already, and how does
 * a build without the check go on. Private to this folder.
 */
#ifndef XF_AFTERMATH_H
#define XF_AFTERMATH_H

#include "condition.h"

struct aftermath {
    const char *returns; /* "nothing", "error" (an int that is a negative
                            constant somewhere), "truth", "pointer", "value" */
    unsigned int callers, checking; /* calls of the function; those whose
                                       result decides something, is returned or
                                       kept */
    bool changed;  /* something but locals was written before, in this
                      function */
    int changed_line;
    char *subject; /* a domain or vcpu at hand: its expression, "" none */
    bool error_path; /* only reached after something else failed */
    int error_line;
    char *next; /* what the function does when the site does nothing, "" when
                   it ends or that is not known */
    int next_line;
};

/* `subjects`: types of what one could stop instead, as "struct domain *",
 * NULL ended. */
void aftermath_find(struct aftermath *out, struct program *p,
                    const struct site *site, const struct condition *condition,
                    const char *const *subjects);
void aftermath_release(struct aftermath *aftermath);

#endif
