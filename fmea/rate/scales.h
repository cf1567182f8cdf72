/* SPDX-License-Identifier: GPL-2.0-only
 *
 * Rating scales and the Action Priority table, all of them data. A number
 * always comes with its reason and the rule that gave it; "not rated" is a
 * state of its own. Private to this folder.
 */
#ifndef XF_RATE_SCALES_H
#define XF_RATE_SCALES_H

#include "facts.h"

enum scale { SCALE_SEVERITY, SCALE_OCCURRENCE, SCALE_DETECTION, SCALES };

struct scales {
    cJSON *json[SCALES];
    char priority[11][11][11]; /* [s][o][d], 1 to 10: 'H', 'M', 'L' */
    cJSON *modes;              /* failure modes and effects */
};

/* DATA/ratings; where `own`, a folder, has one of the files it is read
 * instead (NULL: none). */
int scales_load(struct scales *out, const char *data_dir, const char *own,
                const struct fact_names *names);
void scales_release(struct scales *scales);

/* Table anchor. 0, or -1 with xf_error(). */
int scales_write(const struct scales *scales, struct xf_store *store);

/* 0: not rated. `why` (caller frees) has the reason and the rule's id, or what
 * is missing. -1 with xf_error(). */
int scales_rate(const struct scales *scales, enum scale scale,
                const struct facts *facts, char **why);

/* 'H', 'M', 'L'; '?' when one of them is 0. */
char scales_priority(const struct scales *scales, int s, int o, int d);

/* Fill a table from its JSON; every cell must be given once. */
int scales_read_priority(char table[11][11][11], const cJSON *json,
                         const char *where);

#endif
