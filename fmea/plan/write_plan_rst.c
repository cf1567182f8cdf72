/* SPDX-License-Identifier: GPL-2.0-only */
#include "cases.h"

#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "gap.h"
#include "inert.h"

#define WIDTH 79

static void heading(struct xf_buf *out, const char *text, char mark)
{
    size_t before = out->len;
    size_t len;

    inert_line(out, text);
    len = out->len - before;
    xf_buf_addch(out, '\n');
    for (size_t i = 0; i < len; i++)
        xf_buf_addch(out, mark);
    xf_buf_adds(out, "\n\n");
}

static void field(struct xf_buf *out, const char *name, const char *text)
{
    xf_buf_addf(out, ":%s:\n", name);
    inert_paragraph(out, *text ? text : "none", "    ", WIDTH);
}

static void add_case(struct xf_buf *out, const struct xf_plan *plan,
                     const struct plan_case *c)
{
    size_t gaps = 0;

    heading(out, c->id, '~');
    field(out, "Priority", c->priority);
    field(out, "Case", c->text);
    field(out, "Expected", c->expected);
    field(out, "Sites and conditions", c->conditions.data);
    for (size_t i = 0; i < c->nsites; i++)
        gaps += *gap_of(&plan->sites[c->sites[i]]) != '\0';
    if (plan->measured)
        xf_buf_addf(out, ":Coverage gap:\n    %zu of %zu sites\n", gaps,
                    c->nsites);
    xf_buf_adds(out, "\n");
}

static void add_method(struct xf_buf *out, const struct xf_plan *plan, int m)
{
    size_t cases = 0, rows = 0;

    for (size_t i = 0; i < plan->ncases; i++)
        if (plan->cases[i].method == m) {
            cases++;
            rows += plan->cases[i].nrows;
        }
    heading(out, plan->methods[m].title, '-');
    inert_paragraph(out, plan->methods[m].how, "", WIDTH);
    xf_buf_addf(out, "\n%zu cases for %zu rows of the worksheet.\n\n", cases,
                rows);
    for (size_t i = 0; i < plan->ncases; i++)
        if (plan->cases[i].method == m)
            add_case(out, plan, &plan->cases[i]);
}

/* ---- coverage ------------------------------------------------------------- */

static void add_states(struct xf_buf *out, const struct xf_plan *plan)
{
    size_t guards[4] = {0}, stops = 0, gaps = 0;

    for (size_t i = 0; i < plan->nsites; i++) {
        guards[plan->sites[i].guard]++;
        stops += plan->sites[i].stop == RAN_YES;
        gaps += *gap_of(&plan->sites[i]) != '\0';
    }
    xf_buf_addf(out, "Of %zu sites the tests evaluated the guard of %zu, did "
                     "not get to that of %zu,\nand have no data of %zu. %zu "
                     "stops ran. For %zu sites something is missing.\n"
                     "That a line ran says that it can be reached, not that "
                     "it cannot fail.\n\n",
                plan->nsites, guards[RAN_YES], guards[RAN_NOT],
                guards[RAN_NO_DATA], stops, gaps);
}

/* Sites of which `of` gives the text `text`, as one paragraph. */
static void add_places(struct xf_buf *out, const struct xf_plan *plan,
                       const char *(*of)(const struct plan_site *),
                       const char *text)
{
    struct xf_buf places = XF_BUF_INIT;
    size_t n = 0;

    for (size_t i = 0; i < plan->nsites; i++)
        if (!strcmp(of(&plan->sites[i]), text))
            xf_buf_addf(&places, "%s%s", n++ ? ", " : "",
                        plan->sites[i].place);
    inert_paragraph(out, text, "", WIDTH);
    xf_buf_addf(out, "\n    %zu sites:\n", n);
    inert_paragraph(out, places.data, "    ", WIDTH);
    xf_buf_adds(out, "\n");
    xf_buf_release(&places);
}

static const char *rationale_of(const struct plan_site *site)
{
    return site->stop == RAN_YES ? "" : site->rationale;
}

/* Every text that `of` gives, in the order in which sites have them. */
static void add_groups(struct xf_buf *out, const struct xf_plan *plan,
                       const char *(*of)(const struct plan_site *))
{
    struct xf_map texts = XF_MAP_INIT;

    for (size_t i = 0; i < plan->nsites; i++)
        if (*of(&plan->sites[i]))
            xf_map_add(&texts, of(&plan->sites[i]), NULL);
    for (size_t i = 0; i < texts.len; i++)
        add_places(out, plan, of, texts.keys[i]);
    if (!texts.len)
        xf_buf_adds(out, "None.\n\n");
    xf_map_release(&texts);
}

void xf_plan_rst(struct xf_buf *out, const struct xf_plan *plan)
{
    xf_buf_adds(out, ".. SPDX-License-Identifier: CC-BY-4.0\n\n");
    heading(out, "Verification plan", '=');
    xf_buf_addf(out, "%zu cases; within a method by action priority, what is "
                     "not rated (?) behind H.\n\n", plan->ncases);
    for (int m = 0; m < plan->nmethods; m++)
        add_method(out, plan, m);
    if (!plan->measured)
        return;
    heading(out, "Coverage", '-');
    add_states(out, plan);
    heading(out, "Stops that no test ran", '~');
    add_groups(out, plan, rationale_of);
    heading(out, "What is missing", '~');
    add_groups(out, plan, gap_of);
}
