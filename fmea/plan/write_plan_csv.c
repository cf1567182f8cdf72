/* SPDX-License-Identifier: GPL-2.0-only */
#include "cases.h"

#include "escape.h"
#include "gap.h"

#define END "\r\n"

static void cell(struct xf_buf *out, const char *text)
{
    xf_buf_addch(out, ',');
    xf_escape_csv(out, text);
}

static void add_sites(struct xf_buf *out, const struct xf_plan *plan,
                      const struct plan_case *c)
{
    struct xf_buf ids = XF_BUF_INIT;

    for (size_t i = 0; i < c->nsites; i++)
        xf_buf_addf(&ids, "%s%s", i ? ", " : "",
                    plan->sites[c->sites[i]].site_id);
    cell(out, ids.len ? ids.data : "");
    xf_buf_release(&ids);
}

/* How many sites of the case are in each state. */
static void add_counts(struct xf_buf *out, const struct xf_plan *plan,
                       const struct plan_case *c)
{
    size_t guards = 0, stops = 0, not_run = 0, no_data = 0, gaps = 0;

    for (size_t i = 0; i < c->nsites; i++) {
        const struct plan_site *s = &plan->sites[c->sites[i]];

        guards += s->guard == RAN_YES;
        not_run += s->guard == RAN_NOT;
        no_data += s->guard == RAN_NO_DATA;
        stops += s->stop == RAN_YES;
        gaps += *gap_of(s) != '\0';
    }
    xf_buf_addf(out, ",%zu,%zu,%zu,%zu,%zu", guards, not_run, no_data, stops,
                gaps);
}

void xf_plan_csv(struct xf_buf *out, const struct xf_plan *plan)
{
    xf_buf_adds(out, "case,priority,method,procedure,expected,rows,sites,"
                     "places,conditions,row_ids,site_ids");
    if (plan->measured)
        xf_buf_adds(out, ",guards_evaluated,guards_not_executed,no_data,"
                         "stops_executed,gaps");
    xf_buf_adds(out, END);
    for (size_t i = 0; i < plan->ncases; i++) {
        const struct plan_case *c = &plan->cases[i];

        xf_escape_csv(out, c->id);
        cell(out, c->priority);
        cell(out, plan->methods[c->method].id);
        cell(out, c->text);
        cell(out, c->expected);
        xf_buf_addf(out, ",%zu,%zu", c->nrows, c->nsites);
        cell(out, c->places.data);
        cell(out, c->conditions.data);
        cell(out, c->rows.data);
        add_sites(out, plan, c);
        if (plan->measured)
            add_counts(out, plan, c);
        xf_buf_adds(out, END);
    }
}

void xf_plan_coverage_csv(struct xf_buf *out, const struct xf_plan *plan)
{
    xf_buf_adds(out, "site_id,place,function,kind,priority,guard,guard_count,"
                     "stop,rationale,gap" END);
    for (size_t i = 0; i < plan->nsites; i++) {
        const struct plan_site *s = &plan->sites[i];

        xf_escape_csv(out, s->site_id);
        cell(out, s->place);
        cell(out, s->function);
        cell(out, s->kind);
        cell(out, s->priority);
        cell(out, guard_words[s->guard]);
        if (s->guard == RAN_YES || s->guard == RAN_NOT)
            xf_buf_addf(out, ",%.0f", s->guard_count);
        else
            xf_buf_addch(out, ',');
        cell(out, stop_words[s->stop]);
        cell(out, s->stop == RAN_YES ? "" : s->rationale);
        cell(out, gap_of(s));
        xf_buf_adds(out, END);
    }
}
