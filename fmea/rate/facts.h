/* SPDX-License-Identifier: GPL-2.0-only
 *
 * What is known of a site, as named values that rules speak about. The names
 * and their types are data (rules/facts.json). A fact that nothing told is
 * unknown, which is different from one that is known to be empty.
 * Private to this folder.
 */
#ifndef XF_RATE_FACTS_H
#define XF_RATE_FACTS_H

#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "map.h"
#include "store.h"

/* Between the elements of a list fact. */
#define FACT_SEPARATOR '\n'

enum fact_type { FACT_TEXT, FACT_LIST, FACT_NUMBER };

/* The vocabulary, from rules/facts.json. */
struct fact_names {
    struct xf_map names;
    enum fact_type *types;
    const cJSON **values; /* all that a fact may be; NULL: anything */
    size_t cap;
    cJSON *json;
};

int fact_names_load(struct fact_names *out, const char *data_dir);
void fact_names_release(struct fact_names *names);

/* The values of one site; parallel to fact_names. */
struct facts {
    const struct fact_names *names;
    char **values; /* NULL: unknown */
};

void fact_init(struct facts *facts, const struct fact_names *names);
void fact_release(struct facts *facts);
/* Forget everything. */
void fact_clear(struct facts *facts);

/* NULL when unknown. Asking for a name that facts.json has not is a bug. */
const char *fact_get(const struct facts *facts, const char *name);
/* `value` is copied; NULL makes it unknown. */
void fact_set(struct facts *facts, const char *name, const char *value);
/* Add an element to a list; one that is there already is not added again. */
void fact_add(struct facts *facts, const char *name, const char *value);

/* Read those of a site from table site_fact. */
int fact_read(struct facts *facts, struct xf_store *store, int64_t site);

#endif
