/* SPDX-License-Identifier: GPL-2.0-only
 *
 * The decision table: the first rule whose condition holds says what to do
 * with a site. Classes come before it: they give a site further facts, each
 * with its reason, so that rules can speak of "security" and not of file
 * names. Those of a user come first. Private to this folder.
 */
#ifndef XF_RATE_RULES_H
#define XF_RATE_RULES_H

#include "buf.h"
#include "facts.h"

struct rule {
    const char *id, *disposition, *confidence, *rationale, *question, *source;
    const char *title;   /* in words, for groups; "": none */
    const char *verify;  /* idea for a test, with slots */
    const cJSON *when;
    char *file; /* that it stands in */
};

struct class {
    const char *fact, *value;
    const cJSON *when;
    char *where;
};

struct rules {
    struct rule *items;
    size_t len, cap;
    struct class *classes;
    size_t nclasses, classes_cap;
    cJSON **json;
    size_t njson, json_cap;
};

/* DATA/rules/classes.json and rules.json, behind the "classes" and "rules" of
 * the user's safety context `own` (NULL: none), which must outlive them and
 * was read from `own_path`. -1 with xf_error(). */
int rules_load(struct rules *out, const char *data_dir,
               const struct fact_names *names, const cJSON *own,
               const char *own_path);
void rules_release(struct rules *rules);

/* Add what the classes say. */
void rules_classify(const struct rules *rules, struct facts *facts);

struct outcome {
    const struct rule *rule;  /* NULL: none holds */
    const struct rule *rival; /* an earlier one of another disposition that
                                 `open` keeps from deciding; or NULL */
    const char *open;
};

void rules_decide(struct outcome *out, const struct rules *rules,
                  const struct facts *facts);

#endif
