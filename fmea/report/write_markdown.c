/* SPDX-License-Identifier: GPL-2.0-only
 *
 * A summary in Markdown, for a merge request or $GITHUB_STEP_SUMMARY: counts,
 * the largest groups, what people have to answer.
 */
#include <stdlib.h>

#include "formats.h"
#include "inert.h"
#include "stream.h"
#include "summary.h"

#define GROUPS "10"
#define QUESTIONS 20

static int add_title(struct xf_buf *out, struct xf_store *store)
{
    char *tree = meta_value(store, "tree");
    char *version = tree ? meta_value(store, "xen_version") : NULL;
    sqlite3_stmt *q = xf_store_prepare(
        store, "SELECT group_concat(name, ', ') FROM (SELECT"
               " arch || ' ' || name AS name FROM build ORDER BY 1)");
    int rc = tree && version && q ? xf_store_step(store, q) : -1;

    if (rc > 0) {
        xf_buf_adds(out, "## FMEA worksheet of ");
        inert_words(out, tree);
        if (*version) {
            xf_buf_addch(out, ' ');
            inert_words(out, version);
        }
        xf_buf_adds(out, "\n\n");
        inert_words(out, xf_column(q, 0));
        xf_buf_adds(out, "\n\n");
    }
    free(tree);
    free(version);
    return rc > 0 ? 0 : -1;
}

static int add_counts(struct xf_buf *out, struct xf_store *store)
{
    static const struct {
        const char *name, *sql;
    } counts[] = {
        {"sites", "SELECT count(DISTINCT site_id) FROM site"},
        {"rows (site, build, failure mode)",
         "SELECT count(*) FROM failure_row"},
        {"sites decided",
         "SELECT count(*) FROM v_decisions WHERE state = 'decided'"},
        {"sites moved, decision to be confirmed",
         "SELECT count(*) FROM v_decisions WHERE state = 'moved'"},
        {"sites with a stale decision",
         "SELECT count(*) FROM v_decisions WHERE state = 'stale'"},
        {"decided sites that are gone",
         "SELECT count(*) FROM v_decisions WHERE state = 'vanished'"},
        {"undecided sites with a question",
         "SELECT count(DISTINCT site_id) FROM v_worksheet"
         " WHERE question <> '' AND status IN ('proposed', 'open', 'stale')"},
        {"units that were not analysed",
         "SELECT count(*) FROM tu WHERE status <> 'ok'"},
        {"occurrences not accounted for",
         "SELECT count(*) FROM census WHERE accounted = 'unaccounted'"},
    };

    xf_buf_adds(out, "| | |\n|---|---:|\n");
    for (size_t i = 0; i < sizeof(counts) / sizeof(counts[0]); i++) {
        int n = count_of(store, counts[i].sql);

        if (n < 0)
            return -1;
        xf_buf_addf(out, "| %s | %d |\n", counts[i].name, n);
    }
    return 0;
}

static int add_table(struct xf_buf *out, struct xf_store *store,
                     enum summary which, size_t most)
{
    struct crosstab t;
    int rc = crosstab_load(&t, store, which);

    if (!rc && t.rows.len) {
        xf_buf_addf(out, "\n### %s\n\n%s\n\n| |", t.title, t.note);
        for (size_t c = 0; c < t.columns.len; c++) {
            xf_buf_addch(out, ' ');
            inert_words(out, t.columns.keys[c]);
            xf_buf_adds(out, " |");
        }
        xf_buf_adds(out, "\n|---|");
        for (size_t c = 0; c < t.columns.len; c++)
            xf_buf_adds(out, "---:|");
        for (size_t r = 0; r < t.rows.len && r < most; r++) {
            xf_buf_adds(out, "\n| ");
            inert_words(out, t.rows.keys[r]);
            xf_buf_adds(out, " |");
            for (size_t c = 0; c < t.columns.len; c++)
                xf_buf_addf(out, " %d |", crosstab_get(&t, r, c));
        }
        xf_buf_adds(out, "\n");
        if (t.rows.len > most)
            xf_buf_addf(out, "\nand %zu more\n", t.rows.len - most);
    }
    crosstab_release(&t);
    return rc;
}

static int add_groups(struct xf_buf *out, struct xf_store *store)
{
    sqlite3_stmt *q = xf_store_prepare(
        store, "SELECT min(title), sum(sites) - sum(decided),"
               " min(disposition), min(why) FROM v_groups"
               " GROUP BY decision_group HAVING sum(sites) > sum(decided)"
               " ORDER BY 2 DESC, decision_group LIMIT " GROUPS);
    int rc = q ? 0 : -1;

    xf_buf_adds(out, "\n### Largest groups that one decision can settle\n\n"
                     "| group | undecided | proposed | why |\n|---|---:|---|---|\n");
    while (!rc && (rc = xf_store_step(store, q)) > 0) {
        xf_buf_adds(out, "| ");
        inert_words(out, xf_column(q, 0));
        xf_buf_addf(out, " | %d | ", sqlite3_column_int(q, 1));
        inert_words(out, xf_column(q, 2));
        xf_buf_adds(out, " | ");
        inert_words(out, xf_column(q, 3));
        xf_buf_adds(out, " |\n");
        rc = 0;
    }
    return rc;
}

static int add_questions(struct xf_buf *out, struct xf_store *store)
{
    sqlite3_stmt *q = xf_store_prepare(
        store,
        "SELECT min(file), min(line), min(function), site_id, min(question),"
        " min(CASE action_priority WHEN 'H' THEN 'A' WHEN '?' THEN 'B'"
        " WHEN 'M' THEN 'C' ELSE 'D' END) AS rank, count(*) OVER ()"
        " FROM v_worksheet WHERE question <> ''"
        " AND status IN ('proposed', 'open', 'stale') GROUP BY site_id"
        " ORDER BY rank, 1, 2, site_id");
    int rc = q ? 0 : -1, n = 0, all = 0;

    while (!rc && (rc = xf_store_step(store, q)) > 0) {
        rc = 0;
        all = sqlite3_column_int(q, 6);
        if (!n++)
            xf_buf_adds(out, "\n### Open questions\n\n");
        if (n > QUESTIONS)
            break;
        xf_buf_adds(out, "- ");
        inert_code(out, xf_column(q, 0));
        xf_buf_addf(out, ":%d ", sqlite3_column_int(q, 1));
        inert_code(out, xf_column(q, 2));
        xf_buf_addch(out, ' ');
        inert_code(out, xf_column(q, 3));
        xf_buf_adds(out, ": ");
        inert_words(out, xf_column(q, 4));
        xf_buf_adds(out, "\n");
    }
    if (all > QUESTIONS)
        xf_buf_addf(out, "\nand %d more\n", all - QUESTIONS);
    return rc;
}

int write_markdown(struct xf_store *store, const struct xf_worksheet_how *how,
                   const char *path, struct xf_buf *problems)
{
    struct stream out;
    int rc;

    (void)problems;
    if (stream_begin(&out, path))
        return -1;
    rc = add_title(&out.text, store) || add_counts(&out.text, store) ||
         add_table(&out.text, store, SUMMARY_STATUS, 10) ||
         add_table(&out.text, store, SUMMARY_PRIORITY, 10) ||
         add_table(&out.text, store, SUMMARY_CONTEXT, 20) ||
         add_table(&out.text, store, SUMMARY_CAUSE, 20) ||
         add_table(&out.text, store, SUMMARY_SUBSYSTEM, 15) ||
         add_groups(&out.text, store) || add_questions(&out.text, store);
    xf_buf_addf(&out.text, "\nxenfmea %s\n", how->version);
    return stream_end(&out, rc);
}
