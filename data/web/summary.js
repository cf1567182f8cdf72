// SPDX-License-Identifier: GPL-2.0-only
//
// The summary: counts that matter, each a way into the list.

const summary = $("summary");

// counts.get(row).get(column), from [row, column] pairs.
function crossCount(pairs) {
    const counts = new Map();
    for (const [row, column] of pairs) {
        if (!counts.has(row))
            counts.set(row, new Map());
        const line = counts.get(row);
        line.set(column, (line.get(column) ?? 0) + 1);
    }
    return counts;
}

const sum = (numbers) => numbers.reduce((a, b) => a + b, 0);

// A name that may be broken behind its '_'.
const wrapping = (name) => name.split(/(?<=_)/).flatMap((part, i) =>
    (i ? [element("wbr", {}), part] : [part]));

// A table of counts, darker where there are more. `filters`: [row's filter,
// column's filter], which a click on a number sets. `totals`: of the rows, where
// a site may be in several columns.
function heatTable(title, note, counts, columns, filters, totals) {
    const lines = [...counts].map(([name, line]) =>
        [name, line, totals?.get(name) ?? sum([...line.values()])]);
    const most = Math.max(1, ...lines.flatMap(([, line]) => [...line.values()]));
    const head = element("tr", {}, element("th", {scope: "col"}, note),
        ...columns.map((name) => element("th", {scope: "col"}, ...wrapping(name))),
        element("th", {scope: "col"}, "all"));
    const made = element("table", {className: "heat"},
        element("caption", {}, title), element("thead", {}, head));
    const rest = element("tbody", {});
    for (const [name, line, all] of lines) {
        rest.append(element("tr", {}, element("th", {scope: "row"}, name),
            ...columns.map((column) => heatCell(line.get(column) ?? 0, most,
                {[filters[0]]: name, [filters[1]]: column},
                `${name}, ${column}`)),
            heatCell(all, 0, {[filters[0]]: name}, name)));
    }
    made.append(rest);
    return element("section", {}, made);
}

function heatCell(value, most, filters, words) {
    const cell = element("td", {});
    if (!value)
        return element("td", {className: "zero"}, "·");
    const made = button(number(value), () => showOnly(filters),
        {title: visible(`List: ${words}`)});
    made.setAttribute("aria-label", visible(`${number(value)}: ${words}`));
    if (most)
        cell.style.setProperty("--heat", `${Math.round(6 + 49 * Math.sqrt(value / most))}%`);
    cell.classList.toggle("warm", most > 0);
    cell.append(made);
    return cell;
}

function showOnly(filters) {
    for (const name of Object.keys(FILTERS))
        state[name] = filters[name] ?? "";
    state.q = "";
    state.view = "";
    folds.clear();
    showView();
    showFilters();
    changed();
}

// A bar for each part, with its share of all sites.
function bars(title, parts) {
    const all = sites.length || 1;
    return element("div", {className: "bars"}, element("h2", {}, title),
        ...parts.filter(([, n]) => n).map(([name, n, filters, className = ""]) => {
            const length = element("span", {className: `length ${className}`});
            length.style.width = `${100 * n / all}%`;
            return element("div", {className: "line"},
                button(name, () => showOnly(filters), {className: "link"}),
                element("span", {className: "track"}, length),
                element("span", {className: "figure"}, number(n)),
                element("span", {className: "dim share"},
                    `${Math.round(100 * n / all)} %`));
        }));
}

function countSites(of) {
    const counts = new Map();
    for (const site of sites) {
        for (const value of new Set(of(site)))
            counts.set(value, (counts.get(value) ?? 0) + 1);
    }
    return counts;
}

function dispositionColumns() {
    const found = countSites((site) => [dispositionOf(site)]);
    return [...found.keys()].sort((a, b) => found.get(b) - found.get(a));
}

function progressBars() {
    const statuses = countSites((site) => [statusOf(site)]);
    const priorities = countSites((site) =>
        site.rows.flatMap((row) => row.priorities));
    const holes = countSites(holesOf);
    return element("section", {className: "figures"},
        bars("Decided", ["decided", "moved", "stale", "open", "proposed"].map((name) =>
            [name === "proposed" ? "proposed only" : name, statuses.get(name) ?? 0,
                {status: name}, name])),
        bars("Action Priority (some failure mode has it)", PRIORITIES.map((name, i) =>
            [`${name} ${PRIORITY_WORDS[name]}`, priorities.get(name) ?? 0,
                {ap: name}, `ap-${i}`])),
        bars("Disposition", dispositionColumns().map((name) =>
            [name || "none", countSites((site) => [dispositionOf(site)]).get(name),
                {disposition: name}])),
        bars("Holes", Object.keys(HOLES).map((name) =>
            [name, holes.get(name) ?? 0, {holes: name}])));
}

// Rows in the order of `names`, or with the largest first.
function ordered(counts, names) {
    const keys = names?.filter((name) => counts.has(name)) ??
        [...counts.keys()].sort((a, b) => sum([...counts.get(b).values()]) -
            sum([...counts.get(a).values()]) || (a < b ? -1 : 1));
    return new Map(keys.map((key) => [key, counts.get(key)]));
}

const pairs = (of) => sites.flatMap((site) => [...new Map(site.rows.flatMap((row) =>
    of(row, site)).map((pair) => [pair.join("\n"), pair])).values()]);

const byContext = () => heatTable("Context × disposition", "sites reached from",
    ordered(crossCount(pairs((row, site) => row.contextList.map((context) =>
        [context, dispositionOf(site)]))),
    [...contexts.map((context) => context.name), "none"]),
    dispositionColumns(), ["context", "disposition"]);

const byCause = () => heatTable("Cause × kind", "the cause is",
    ordered(crossCount(pairs((row) => [[row.cause || "unknown", row.kind]]))),
    [...countSites((site) => [site.kind]).keys()].sort(), ["cause", "kind"]);

function bySubsystem() {
    const name = (row) => row.subsystem || "none";
    const totals = countSites((site) => site.rows.map(name));
    const counts = crossCount(pairs((row) =>
        row.priorities.map((priority) => [name(row), priority])));
    const order = [...totals.keys()].sort((a, b) =>
        totals.get(b) - totals.get(a) || (a < b ? -1 : 1));
    return heatTable("Subsystem × Action Priority", "MAINTAINERS' sections",
        ordered(counts, order), PRIORITIES, ["subsystem", "ap"], totals);
}

// ---- Trend ----------------------------------------------------------------------

// What the earlier scan counted: what -> name -> sites. Only the builds that
// both have count.
function earlier() {
    const counts = new Map();
    for (const {what, name, sites: n} of readTable(data.baseline)) {
        if (!counts.has(what))
            counts.set(what, new Map());
        counts.get(what).set(name, n);
    }
    return counts;
}

// The same of this one, decisions of this minute included.
function presentCounts(builds) {
    const counts = {all: new Map([["", 0]]), kind: new Map(), priority: new Map(),
        context: new Map(), disposition: new Map()};
    const add = (what, name) =>
        counts[what].set(name, (counts[what].get(name) ?? 0) + 1);
    for (const site of sites) {
        const compared = site.rows.filter((row) => builds.has(row.buildName));
        if (!compared.length)
            continue;
        add("all", "");
        add("kind", compared[0].kind);
        add("priority", worst(compared.map((row) => row.priorities[0] ?? "")));
        add("disposition", holds(site) ? dispositionOf(site)
            : compared[0].disposition);
        const reached = new Set(compared.flatMap((row) => split(row.contexts)));
        for (const context of reached.size ? reached : NONE)
            add("context", context);
    }
    return counts;
}

function trendLine(title, was, is, filters) {
    const change = is - was;
    return element("tr", {},
        element("th", {scope: "row"}, filters && is
            ? button(title, () => showOnly(filters), {className: "link"}) : title),
        element("td", {}, number(was)), element("td", {}, number(is)),
        element("td", {className: change ? "moved" : "dim"}, change > 0
            ? `+${number(change)}` : change ? `−${number(-change)}` : "±0"));
}

const TRENDS = [["disposition", "Disposition", "disposition"],
    ["priority", "Action Priority of the stop", ""], ["context", "Context", "context"],
    ["kind", "Kind", "kind"]];

function trendRows(was, is) {
    const lines = [trendLine("All sites", was.get("all").get(""), is.all.get(""), {})];
    for (const [what, title, filter] of TRENDS) {
        const before = was.get(what) ?? new Map(), now = is[what];
        const names = [...new Set([...now.keys(), ...before.keys()])].sort((a, b) =>
            (now.get(b) ?? 0) - (now.get(a) ?? 0) || (a < b ? -1 : 1));
        lines.push(element("tr", {}, element("th", {scope: "rowgroup", colSpan: 4,
            className: "part"}, title)));
        lines.push(...names.map((name) => trendLine(name || "none",
            before.get(name) ?? 0, now.get(name) ?? 0, filter && {[filter]: name})));
    }
    return lines;
}

const SINCE_WORDS = {added: "new", gone: "gone", changed: "changed", moved: "moved"};

function sinceList(how, found) {
    const shown = found.slice(0, 200);
    return element("details", {}, element("summary", {},
        `${number(found.length)} ${SINCE_WORDS[how]}`),
    element("ul", {}, ...shown.map((one) => {
        const site = siteById.get(one.site_id);
        return element("li", {}, one.kind, " at ", site
            ? button(site.place, () => {
                state.view = "";
                showView();
                goToSite(site.site_id);
            }, {className: "link mono"})
            : element("code", {}, one.was), ` in ${one.function}()`,
        one.reason && element("span", {className: "dim"}, ` – ${one.reason}`));
    }), found.length > shown.length && element("li", {},
        `and ${number(found.length - shown.length)} more: xenfmea diff`)));
}

function trend() {
    const was = earlier();
    if (!was.size)
        return null;
    const builds = new Set(was.get("build").keys());
    const [tree] = was.get("tree").keys();
    const since = readTable(data.since);
    const made = element("table", {className: "heat trend"},
        element("caption", {}, `Trend against ${tree}`),
        element("thead", {}, element("tr", {}, ...[`in ${[...builds].join(", ")}`,
            "was", "is", "change"].map((title) =>
            element("th", {scope: "col"}, title)))),
        element("tbody", {}, ...trendRows(was, presentCounts(builds))));
    return element("section", {id: "trend"}, made,
        ...Object.keys(SINCE_WORDS).map((how) =>
            sinceList(how, since.filter((one) => one.how === how))));
}

// ---- Facts of the scan ----------------------------------------------------------

function factTable(title, lines) {
    const names = [...new Set([...lines.values()].flatMap((g) => [...g.keys()]))];
    const head = element("tr", {}, element("th", {scope: "col"}, title),
        ...names.map((name) => element("th", {scope: "col"}, name)));
    const made = element("table", {className: "plain"}, element("thead", {}, head));
    const rest = element("tbody", {});
    for (const [line, values] of lines) {
        rest.append(element("tr", {}, element("th", {scope: "row"}, line),
            ...names.map((name) => element("td", {}, values.get(name) ?? ""))));
    }
    made.append(rest);
    return made;
}

// "GROUP: NAME" facts as a table with a line per group; see sheet.h.
function groupFacts() {
    const builds = new Map(), census = new Map();
    for (const [name, value] of data.facts) {
        const colon = name.lastIndexOf(": ");
        if (colon < 0)
            continue;
        const group = name.slice(0, colon);
        const lines = group === "census" ? census : builds;
        if (!lines.has(group))
            lines.set(group, new Map());
        lines.get(group).set(name.slice(colon + 2), value);
    }
    return {builds, census};
}

const plainFacts = () => data.facts.filter(([name]) =>
    name !== "failed" && !name.includes(": "));

function scanFacts() {
    const {builds, census} = groupFacts();
    return element("section", {id: "facts", tabIndex: 0}, element("h2", {}, "The scan"),
        list(plainFacts().map(([name, value]) => [name, value])),
        builds.size ? factTable("Build", builds) : "",
        census.size ? factTable("Occurrences of the names", new Map([
            ["in the tree", census.get("census")]])) : "");
}

function showSummary() {
    if (state.view !== "summary")
        return;
    summary.replaceChildren(...[progressBars(), trend(), byContext(), byCause(),
        bySubsystem(), scanFacts()].filter(Boolean));
}
