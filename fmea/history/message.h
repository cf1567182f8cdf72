/* SPDX-License-Identifier: GPL-2.0-only
 *
 * What a commit message says in forms that a machine can rely on: advisories,
 * trailers, quoted crashes. The forms are data (data/xen/history.json).
 */
#ifndef XF_HISTORY_MESSAGE_H
#define XF_HISTORY_MESSAGE_H

#include <regex.h>
#include <stdbool.h>

#include "crash.h"

struct message_forms;

/* NULL with xf_error() when the file is missing or wrong. */
struct message_forms *message_forms_load(const char *data);
void message_forms_free(struct message_forms *forms);

/* Digits that an id is cut to, as in a Fixes: tag. */
enum { COMMIT_DIGITS = 12 };

/* Lists are joined by commas, each item once, in order; "" for none. */
struct message {
    char *xsa, *cve;  /* numbers; ids */
    bool is_advisory; /* it is a part of these; otherwise it mentions them */
    char *fixes, *reverts;
    char *backport;   /* the commit that this one is a copy of */
    char *party;      /* who could trigger the bug, "" when not said */
    bool fired;       /* it says that a stop fired or could */
    bool refactoring; /* it says that nothing changes for anybody */
    struct xf_crash_log quotes;
};

void message_read(struct message *out, const struct message_forms *forms,
                  const char *text);
void message_release(struct message *message);

/* The group of `pattern` that names a release (data: releases.tag, .branch) in
 * `name`: its version in `out` (at least 32 bytes). */
bool message_tag_version(const struct message_forms *forms, const char *name,
                         char *out);
bool message_branch_version(const struct message_forms *forms,
                            const char *name, char *out);
/* Names of the branch that is the mainline, best first; NULL at the end. */
const char *message_mainline(const struct message_forms *forms, size_t i);

#endif
