// SPDX-License-Identifier: GPL-2.0-only
//
// What is printed: all sites that the filters leave, as a plain table.

const PAPER = [
    ["AP", (site) => site.rows[0].priorities.join(" ")],
    ["S/O/D", (site) => site.rows[0].modes.map((mode) => [mode.severity,
        mode.occurrence, mode.detection].map((n) => n ?? "?").join("/")).join(" ")],
    ["File:line, function", (site) => `${site.place} ${site.function}()`],
    ["Kind", (site) => site.kind],
    ["Condition or message", (site) => site.what],
    ["Cause", (site) => site.cause],
    ["Least role", (site) => site.least_role],
    ["Disposition", (site) => `${dispositionOf(site)} (${statusOf(site)})`],
    ["Rationale", rationaleOf],
    ["AoU", (site) => aouOf(site).join(", ")],
    ["By", (site) => [decisionOf(site)?.by, decisionOf(site)?.date,
        decisionOf(site)?.meeting].filter(Boolean).join(", ")],
];

function filtersInWords() {
    const active = activeFilters().filter((field) => state[field.name]);
    return `${$("count").textContent}${active.length ? `; ${active.map((field) =>
        `${field.name}: ${state[field.name]}`).join(", ")}` : ""}`;
}

function fillPaper() {
    if (state.view === "summary")
        return;
    const head = element("tr", {}, ...PAPER.map(([title]) =>
        element("th", {scope: "col"}, title)));
    const made = element("table", {}, element("colgroup", {}, ...PAPER.map(() =>
        element("col", {}))), element("thead", {}, head));
    const rest = element("tbody", {});
    for (const site of view) {
        rest.append(element("tr", {}, ...PAPER.map(([, text]) =>
            element("td", {}, oneLine(text(site))))));
    }
    made.append(rest);
    $("paper").replaceChildren(element("p", {}, filtersInWords()), made);
}
