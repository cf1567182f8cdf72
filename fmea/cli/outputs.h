/* SPDX-License-Identifier: GPL-2.0-only
 *
 * The output folder. What a scan writes appears there all at once: the files
 * are made in <out>/.new and renamed when every one of them is whole, under a
 * lock, so that a scan that fails or is killed, or a second one, leaves a set
 * that belongs together. <out>/.state.json says what the outputs were made
 * from, so that a scan of an unchanged tree can leave them alone; when it is
 * missing or damaged that only costs time.
 *
 * Functions returning int give 0, or -1 with xf_error() set.
 */
#ifndef XF_OUTPUTS_H
#define XF_OUTPUTS_H

#include <stdbool.h>

#include "buf.h"

struct xf_outputs {
    char *dir;   /* absolute */
    char *stage; /* folder to make the files in, see xf_outputs_begin() */
    const char *const *names; /* of the files, NULL ended */
    int lock;    /* descriptor */
    bool held;
};

/* What a scan writes, NULL ended. */
extern const char *const xf_output_names[];

/* Create the folder when it is missing, make git ignore it and remove what a
 * killed scan left. Release with xf_outputs_release() whatever the result. */
int xf_outputs_open(struct xf_outputs *out, const char *dir,
                    const char *const *names);
void xf_outputs_release(struct xf_outputs *out);

/* Wait for the lock, which is held until xf_outputs_release(); `waiting` is
 * called when somebody else has it. out->stage is then an empty folder. */
int xf_outputs_begin(struct xf_outputs *out, void (*waiting)(void *payload),
                     void *payload);

/* Whether the outputs are exactly what a scan with this key wrote. On true,
 * `summary` gets the summary it printed and *status the exit status it had. */
bool xf_outputs_same(const struct xf_outputs *out, const char *key,
                     struct xf_buf *summary, int *status);

/* Put the files of the stage into the folder, and their state. */
int xf_outputs_publish(struct xf_outputs *out, const char *key,
                       const char *summary, int status);

#endif
