/* SPDX-License-Identifier: GPL-2.0-only
 *
 * A feature FMEA as Eclipse S-CORE writes it: sphinx-needs directives
 * feat_saf_fmea, one for each site and failure mode, and an aou_req for each
 * assumption that mitigates one. It has no ratings: the argument and the
 * assumption are the product. "sufficient" is what people say: yes when a
 * decision holds, leaves nothing to change, and rests on an assumption (S-CORE
 * wants a mitigation then).
 */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "columns.h"
#include "error.h"
#include "file.h"
#include "formats.h"
#include "inert.h"
#include "json.h"
#include "map.h"
#include "requirements.h"
#include "stream.h"

#define WIDTH 100

struct writer {
    struct stream out;
    struct xf_store *store;
    cJSON *json;
    const char *feature, *violates, *safety, *security;
    struct xf_buf *problems;
    struct xf_map seen; /* rows that another build had already */
    struct xf_map aous; /* that mitigate */
};

/* A part of a need's id: lower case letters, digits, '_'. */
static void add_name(struct xf_buf *out, const char *name)
{
    for (; *name; name++)
        xf_buf_addch(out, isalnum((unsigned char)*name) &&
                                  (unsigned char)*name < 0x80
                              ? (char)tolower((unsigned char)*name) : '_');
}

static void add_option(struct xf_buf *out, const char *name, const char *text)
{
    xf_buf_addf(out, "   :%s: ", name);
    inert_line(out, *text ? text : "not known");
    xf_buf_adds(out, "\n");
}

/* "XenAoU~plat_boot_memory~1" -> aou_req__xen__plat_boot_memory */
static void add_aou_id(struct xf_buf *out, const struct writer *w,
                       const char *aou)
{
    const char *name = strchr(aou, '~');
    char *part = name ? xf_strndup(name + 1, strcspn(name + 1, "~"))
                      : xf_strdup(aou);

    xf_buf_adds(out, "aou_req__");
    add_name(out, w->feature);
    xf_buf_adds(out, "__");
    add_name(out, part);
    free(part);
}

/* ---- rows --------------------------------------------------------------- */

/* 1: the id of an assumption of the catalogue, 0: not, -1: xf_error(). */
static int is_known(struct writer *w, const char *aou)
{
    sqlite3_stmt *q = xf_store_prepare(w->store,
                                       "SELECT 1 FROM aou WHERE id = ?1");

    if (!q)
        return -1;
    xf_bind(q, 1, aou);
    return xf_store_step(w->store, q);
}

/* Those that the decision names. */
static int find_decided(struct writer *w, const struct row *row,
                        struct xf_map *aous)
{
    char *list = xf_strdup(row->text[COLUMN_DECIDED_AOU]), *at = list;
    int rc = 0;

    for (char *aou; rc >= 0 && (aou = strsep(&at, ", "));) {
        if (!*aou)
            continue;
        rc = is_known(w, aou);
        if (rc > 0)
            xf_map_add(aous, aou, NULL);
        else if (!rc)
            problem_unknown_aou(w->problems, row->text[COLUMN_SITE_ID], aou);
    }
    free(list);
    return rc < 0 ? -1 : 0;
}

/* Assumptions that count and under which the site cannot fire. */
static int find_accepted(struct writer *w, const struct row *row,
                         struct xf_map *aous)
{
    sqlite3_stmt *q = xf_store_prepare(
        w->store, "SELECT a.id FROM build b"
                  " JOIN site s ON s.build = b.id AND s.site_id = ?1"
                  " JOIN aou_site x ON x.site = s.id AND x.certain = 1"
                  " JOIN aou a ON a.id = x.aou"
                  " AND a.state IN ('accepted', 'upstream')"
                  " WHERE b.arch = ?2 AND b.name = ?3 ORDER BY a.id");
    int rc = q ? 0 : -1;

    if (!q)
        return -1;
    xf_bind(q, 1, row->text[COLUMN_SITE_ID]);
    xf_bind(q, 2, row->text[COLUMN_ARCH]);
    xf_bind(q, 3, row->text[COLUMN_BUILD]);
    while (!rc && (rc = xf_store_step(w->store, q)) > 0) {
        xf_map_add(aous, xf_column(q, 0), NULL);
        rc = 0;
    }
    return rc;
}

static bool is_settled(const struct row *row)
{
    const char *decided = row->text[COLUMN_DECIDED_DISPOSITION];

    return !strcmp(row->text[COLUMN_DECISION_STATE], "decided") &&
           (!strcmp(decided, "keep") || !strcmp(decided, "remove-by-AoU") ||
            !strcmp(decided, "not-applicable"));
}

static int add_mitigations(struct writer *w, const struct row *row)
{
    struct xf_buf *out = &w->out.text;
    struct xf_map aous = XF_MAP_INIT;
    int rc = find_decided(w, row, &aous) || find_accepted(w, row, &aous) ? -1
                                                                       : 0;

    for (size_t i = 0; i < aous.len; i++) {
        xf_buf_adds(out, i ? ", " : "   :mitigated_by: ");
        add_aou_id(out, w, aous.keys[i]);
        xf_map_add(&w->aous, aous.keys[i], NULL);
    }
    xf_buf_adds(out, aous.len ? "\n" : "");
    if (*row->text[COLUMN_ACTION])
        add_option(out, "mitigation_issue", row->text[COLUMN_ACTION]);
    xf_buf_addf(out, "   :sufficient: %s\n   :status: valid\n",
                aous.len && is_settled(row) ? "yes" : "no");
    xf_map_release(&aous);
    return rc;
}

static const char *fault_id(const struct writer *w, const char *mode)
{
    const cJSON *faults =
        cJSON_GetObjectItemCaseSensitive(w->json, "fault_ids");

    return xf_json_string(cJSON_GetObjectItemCaseSensitive(faults, mode), "id",
                          "");
}

static void add_decision(struct xf_buf *out, const struct row *row)
{
    const char *why = row->text[COLUMN_DECISION_WHY];
    char *text = xf_format(
        "Decided (%s; %s %s, %s): %s. %s%s%s", row->text[COLUMN_DECISION_STATE],
        row->text[COLUMN_DECIDED_BY], row->text[COLUMN_DECIDED_ON],
        row->text[COLUMN_MEETING], row->text[COLUMN_DECIDED_DISPOSITION],
        row->text[COLUMN_DECIDED_RATIONALE], *why ? " -- " : "", why);

    if (*row->text[COLUMN_DECISION_STATE]) {
        xf_buf_adds(out, "\n");
        inert_paragraph(out, text, "   ", WIDTH);
    }
    free(text);
}

static void add_content(struct xf_buf *out, const struct row *row)
{
    char *argument = xf_format(
        "Proposed (rule %s, %s): %s. %s", row->text[COLUMN_RULE],
        row->text[COLUMN_CONFIDENCE], row->text[COLUMN_DISPOSITION],
        row->text[COLUMN_RATIONALE]);
    char *place = xf_format(
        "%s:%s, %s, build %s %s; reached from: %s", row->text[COLUMN_FILE],
        row->text[COLUMN_LINE], row->text[COLUMN_INVOCATION],
        row->text[COLUMN_ARCH], row->text[COLUMN_BUILD],
        *row->text[COLUMN_CONTEXTS] ? row->text[COLUMN_CONTEXTS]
                                    : "no known entry");

    add_decision(out, row);
    xf_buf_adds(out, "\n");
    inert_paragraph(out, argument, "   ", WIDTH);
    if (*row->text[COLUMN_QUESTION]) {
        xf_buf_adds(out, "\n");
        inert_paragraph(out, row->text[COLUMN_QUESTION], "   ", WIDTH);
    }
    xf_buf_adds(out, "\n");
    inert_paragraph(out, place, "   ", WIDTH);
    xf_buf_adds(out, "\n");
    free(argument);
    free(place);
}

static int add_row(const struct row *row, void *payload)
{
    struct writer *w = payload;
    struct xf_buf *out = &w->out.text;
    const char *id = row->text[COLUMN_ROW_ID], *number = strrchr(id, '/');
    int severity = atoi(row->text[COLUMN_SEVERITY]), is_new;
    char *title;

    xf_map_add(&w->seen, id, &is_new);
    if (!is_new)
        return 0;
    title = xf_format("%s in %s: %s", row->text[COLUMN_KIND],
                      row->text[COLUMN_FUNCTION], row->text[COLUMN_MODE]);
    xf_buf_adds(out, ".. feat_saf_fmea:: ");
    inert_line(out, title);
    xf_buf_addf(out, "\n   :violates: %s\n   :id: feat_saf_fmea__",
                w->violates);
    add_name(out, w->feature);
    xf_buf_adds(out, "__");
    add_name(out, row->text[COLUMN_SITE_ID]);
    xf_buf_addf(out, "_%s\n", number ? number + 1 : "1");
    add_option(out, "fault_id", fault_id(w, row->text[COLUMN_MODE]));
    add_option(out, "failure_effect", row->text[COLUMN_SYSTEM_EFFECT]);
    add_option(out, "failure_root_cause", row->text[COLUMN_FAILURE_CAUSE]);
    add_option(out, "safety_relevant",
               severity == 1 || severity == 2 ? "no" : "yes");
    free(title);
    if (add_mitigations(w, row))
        return -1;
    add_content(out, row);
    return stream_flush(&w->out);
}

/* ---- assumptions -------------------------------------------------------- */

static int add_aous(struct writer *w)
{
    sqlite3_stmt *q = xf_store_prepare(
        w->store, "SELECT DISTINCT aou, category, sentence FROM v_aous"
                  " ORDER BY aou");
    struct xf_buf *out = &w->out.text;
    int rc = q ? 0 : -1;

    if (w->aous.len)
        xf_buf_adds(out, "Assumptions of use\n------------------\n\n");
    while (!rc && (rc = xf_store_step(w->store, q)) > 0) {
        rc = 0;
        if (xf_map_find(&w->aous, xf_column(q, 0)) == XF_MAP_NONE)
            continue;
        xf_buf_adds(out, ".. aou_req:: ");
        inert_line(out, xf_column(q, 0));
        xf_buf_adds(out, "\n   :id: ");
        add_aou_id(out, w, xf_column(q, 0));
        xf_buf_addf(out, "\n   :reqtype: Process\n   :security: %s\n"
                         "   :safety: %s\n   :status: valid\n\n",
                    w->security, w->safety);
        inert_paragraph(out, xf_column(q, 2), "   ", WIDTH);
        xf_buf_adds(out, "\n");
    }
    return rc;
}

static int load(struct writer *w, const char *data)
{
    char *path = xf_path_join(data, "report/s-core.json");
    int rc = 0;

    w->json = xf_json_load(path);
    w->feature = xf_json_string(w->json, "feature", "");
    w->violates = xf_json_string(w->json, "violates", "");
    w->safety = xf_json_string(w->json, "safety", "");
    w->security = xf_json_string(w->json, "security", "");
    if (!w->json)
        rc = -1;
    else if (!*w->feature || !*w->violates || !*w->safety || !*w->security ||
             !*fault_id(w, "stops") || !*fault_id(w, "goes on"))
        rc = xf_error("%s: feature, violates, safety, security and the "
                      "fault_ids of 'stops' and 'goes on' must not be empty",
                      path);
    free(path);
    return rc;
}

int write_score(struct xf_store *store, const struct xf_worksheet_how *how,
                const char *path, struct xf_buf *problems)
{
    struct writer w = {.store = store, .problems = problems};
    int rc = load(&w, how->data) || stream_begin(&w.out, path) ? -1 : 0;

    if (!rc) {
        xf_buf_adds(&w.out.text,
                    ".. SPDX-License-Identifier: CC-BY-4.0\n\n"
                    "FMEA of stops of the host\n"
                    "=========================\n\n");
        rc = stream_end(&w.out, each_row(store, add_row, &w) || add_aous(&w));
    }
    xf_map_release(&w.seen);
    xf_map_release(&w.aous);
    cJSON_Delete(w.json);
    return rc;
}
