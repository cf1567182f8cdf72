/* SPDX-License-Identifier: GPL-2.0-only
 *
 * Conditions over facts, as they stand in the data:
 *
 *   {"fact": VALUE, ...}       all of them hold
 *   "any": [CONDITION, ...]    one of them holds
 *   "none": [CONDITION, ...]   none of them holds
 *
 * VALUE is a glob (of a list: some element), a list of such values of which
 * one must do, or an object: {"not": VALUE}, {"only": VALUE} (a list that is
 * not empty and has no other element), {"least": N}, {"most": N}, {"known":
 * true or false}. What an unknown fact leaves open is neither true nor false.
 * Private to this folder.
 */
#ifndef XF_RATE_WHEN_H
#define XF_RATE_WHEN_H

#include "facts.h"

enum truth { TRUTH_NO, TRUTH_YES, TRUTH_OPEN };

/* 0, or -1 with xf_error() that begins with `where`: a fact that is not in
 * facts.json, or a value that it cannot have. */
int when_check(const cJSON *when, const struct fact_names *names,
               const char *where);

/* `open`, when not NULL, becomes the name of the first unknown fact that
 * matters; it belongs to `when`. A NULL condition holds. */
enum truth when_holds(const cJSON *when, const struct facts *facts,
                      const char **open);

#endif
