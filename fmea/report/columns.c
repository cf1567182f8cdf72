/* SPDX-License-Identifier: GPL-2.0-only */
#include "columns.h"

#include <string.h>

#define TEXT(id, name, width, meaning)                                         \
    [COLUMN_##id] = {name, name, width, false, meaning}
#define NUMBER(id, name, width, meaning)                                       \
    [COLUMN_##id] = {name, name, width, true, meaning}
/* Of which a person's decision has a column of the same name. */
#define PROPOSED(id, name, width, meaning)                                     \
    [COLUMN_##id] = {name, "proposed_" name, width, false, meaning}

const struct column_info columns[COLUMNS] = {
    TEXT(ROW_ID, "row_id", 18, "Site and number of the failure mode."),
    TEXT(SITE_ID, "site_id", 17,
         "Identity of the site: the same in every build, and when lines move."),
    TEXT(ARCH, "arch", 9, "Architecture of the build."),
    TEXT(BUILD, "build", 9, "Configuration of the build."),
    TEXT(FILE, "file", 28, "Source file, from the hypervisor folder."),
    NUMBER(LINE, "line", 7, "Line that Xen prints when it stops there."),
    TEXT(FUNCTION, "function", 24, "Function that holds the site."),
    TEXT(KIND, "kind", 11, "What stops: panic, BUG, BUG_ON, ASSERT, ..."),
    TEXT(INVOCATION, "invocation", 34, "The stop as it is written."),
    TEXT(SUBSYSTEM, "subsystem", 22, "Section of the MAINTAINERS file."),
    TEXT(MAINTAINER, "maintainer", 22, "Who maintains it."),
    TEXT(PURPOSE, "purpose", 18, "What the function is for, if known."),
    TEXT(REQUIREMENT, "requirement", 24,
         "Requirements of Xen that state an assumption about the site."),
    TEXT(MODE, "mode", 9,
         "'stops', or 'goes on' for the build that does not check."),
    TEXT(FAILURE_MODE, "failure_mode", 40, "What goes wrong, and in which build."),
    TEXT(FAILURE_CAUSE, "failure_cause", 40,
         "Where the values come from that make it fire."),
    TEXT(CAUSE, "cause", 17, "Class of the cause; empty: not known."),
    TEXT(LOCAL_EFFECT, "local_effect", 34, "Effect in the function."),
    TEXT(SYSTEM_EFFECT, "system_effect", 34, "Effect on the host and its domains."),
    TEXT(LEAST_ROLE, "least_role", 18,
         "Least privileged role that can bring control there."),
    TEXT(INTERFERENCE, "interference", 24,
         "Which domain would disturb which, by the safety context."),
    TEXT(CONTEXTS, "contexts", 20, "How control can get there."),
    TEXT(PHASE, "phase", 10, "Boot, run time, ... of these contexts."),
    TEXT(FEASIBILITY, "feasibility", 12,
         "Whether the condition can hold: feasible, infeasible, excluded, "
         "undecided."),
    TEXT(FEASIBILITY_WHY, "feasibility_why", 30, "The proof, when there is one."),
    TEXT(PREVENTION, "prevention", 34,
         "Decisions before the site that keep the cause away."),
    TEXT(DETECTION_CONTROL, "detection_control", 26,
         "What notices it, and whether a message gets out."),
    NUMBER(SEVERITY, "severity", 5, "1 to 10; empty: not rated."),
    TEXT(SEVERITY_WHY, "severity_why", 34, "Reason and rule."),
    NUMBER(OCCURRENCE, "occurrence", 5, "1 to 10; empty: not rated."),
    TEXT(OCCURRENCE_WHY, "occurrence_why", 34, "Reason and rule."),
    NUMBER(DETECTION, "detection", 5, "1 to 10; empty: not rated."),
    TEXT(DETECTION_WHY, "detection_why", 34, "Reason and rule."),
    TEXT(ACTION_PRIORITY, "action_priority", 6,
         "H act or justify, M should act or justify, L may act, ? a rating is "
         "missing."),
    PROPOSED(DISPOSITION, "disposition", 16, "What the rules propose."),
    TEXT(STATUS, "status", 11, "proposed, or what became of a decision."),
    PROPOSED(RATIONALE, "rationale", 44, "Why the rules propose it."),
    PROPOSED(AOU, "aou", 26,
         "Assumptions of use that the proposal rests on, or that would remove "
         "the site."),
    TEXT(RULE, "rule", 17, "The rule that decided."),
    TEXT(CONFIDENCE, "confidence", 10, "Of the proposal: high, medium, low."),
    TEXT(SOURCE, "source", 26, "Where the rule comes from."),
    TEXT(EVIDENCE, "evidence", 34, "The facts that the rule spoke of."),
    TEXT(PRICE, "price", 34, "What an error instead of the stop would cost."),
    TEXT(REACTION, "reaction", 30, "What could be done instead of stopping."),
    TEXT(STATE_CHANGED, "state_changed", 24, "What would have to be undone."),
    TEXT(MISRA, "misra", 26, "MISRA guidelines that lean on the site."),
    TEXT(VERIFICATION, "verification", 30, "Idea for a test."),
    TEXT(QUESTION, "question", 34, "What a person has to answer first."),
    TEXT(DECISION_GROUP, "decision_group", 26,
         "Sites that one decision can settle."),
    TEXT(GROUP_TITLE, "group_title", 26, "The group in words."),
    TEXT(GROUP_WHY, "group_why", 26, "Why they belong together."),
    TEXT(KCONFIG, "kconfig", 20, "Options under which the site is compiled."),
    TEXT(DECIDED_DISPOSITION, "decided_disposition", 16, "What people decided."),
    TEXT(DECIDED_RATIONALE, "decided_rationale", 44, "Why they decided it."),
    TEXT(DECIDED_AOU, "decided_aou", 26,
         "Assumptions of use that the decision rests on."),
    TEXT(DECIDED_BY, "decided_by", 16, "Who decided."),
    TEXT(DECIDED_ON, "decided_on", 12, "When, YYYY-MM-DD."),
    TEXT(MEETING, "meeting", 16, "In which meeting."),
    TEXT(DECISION_STATE, "decision_state", 11,
         "decided; moved, to be confirmed; stale, what it was made for has "
         "changed; open, left open by a person; empty: none."),
    TEXT(DECISION_WHY, "decision_why", 34,
         "How the site was found again, what changed, or why it is not in the "
         "decision on its group."),
    TEXT(DECIDED_GROUP, "decided_group", 26, "Group that it was decided in."),
    TEXT(ACTION, "action", 30, "What is to be done."),
    TEXT(ACTION_OWNER, "action_owner", 16, "By whom."),
    TEXT(ACTION_STATUS, "action_status", 12, "How far it is."),
};

static const char rows_query[] =
    "SELECT w.*, i.text AS invocation FROM v_worksheet w"
    " LEFT JOIN identity i ON i.site_id = w.site_id"
    " ORDER BY i.file, i.line, w.site_id, w.arch, w.build, w.row_id";

int rows_begin(struct row_reader *reader, struct xf_store *store)
{
    reader->store = store;
    reader->stmt = xf_store_prepare(store, rows_query);
    if (!reader->stmt)
        return -1;
    for (int c = 0; c < COLUMNS; c++) {
        reader->at[c] = -1;
        for (int i = 0; i < sqlite3_column_count(reader->stmt); i++)
            if (!strcmp(sqlite3_column_name(reader->stmt, i), columns[c].name))
                reader->at[c] = i;
    }
    return 0;
}

int rows_next(struct row_reader *reader, struct row *row)
{
    int rc = xf_store_step(reader->store, reader->stmt);

    for (int c = 0; rc > 0 && c < COLUMNS; c++)
        row->text[c] = reader->at[c] < 0
                           ? "" : xf_column(reader->stmt, reader->at[c]);
    return rc;
}

int each_row(struct xf_store *store, row_fn *fn, void *payload)
{
    struct row_reader reader;
    struct row row;
    int rc = rows_begin(&reader, store);

    while (!rc && (rc = rows_next(&reader, &row)) > 0)
        rc = fn(&row, payload);
    return rc;
}
