/* SPDX-License-Identifier: GPL-2.0-only
 *
 * What a decision says about a value, from its text: which way it must have
 * gone for a site to fire, and how directly its origin decides it. Private to
 * this folder.
 */
#ifndef XF_RATE_LITERAL_H
#define XF_RATE_LITERAL_H

#include <cjson/cJSON.h>
#include <stdbool.h>

/* For `text` that holds (`polarity`) or does not: "zero", "nonzero",
 * "negative", "error" (an error pointer), "equal", "unequal", "compare" (an
 * order), "none of" (a switch), "compound" (several decisions in one). */
const char *literal_value(const char *text, bool polarity);

/* "error": a local that holds an error, by its name (words.json); "call": what
 * a function returns; "value": anything else. */
const char *literal_what(const char *text, const cJSON *words);

/* Whether the chain of `origin` leads to its source without leaving
 * `function`: "yes"; "returned" when it leads through what other functions
 * return, which may have several reasons; "no" when it leads through arguments
 * or through memory that others write, so that it is one of several. */
const char *literal_direct(const char *origin, const char *function);

#endif
