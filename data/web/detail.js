// SPDX-License-Identifier: GPL-2.0-only
//
// What is known of the current site or group.

const detail = $("detail"), evidence = $("evidence");
const isOpen = () => !detail.hidden;
let shownRow = null, shownContext = "";

function section(title, ...content) {
    const kept = content.flat().filter(Boolean);
    return kept.length ? element("section", {}, element("h3", {}, title), ...kept)
        : null;
}

// pairs: [title, text or elements, class]; those that say nothing are left out.
function list(pairs) {
    const dl = element("dl", {});
    for (const [title, content, className = ""] of pairs) {
        const parts = typeof content === "string" ? content && [content] : content;
        if (parts && parts.length) {
            dl.append(element("div", {}, element("dt", {}, title),
                element("dd", {className}, ...parts)));
        }
    }
    return dl.children.length ? dl : null;
}

// ---- Parts of a site's evidence ------------------------------------------------

function codeTable(row) {
    const lines = codeLines(row);
    if (!lines.length)
        return element("p", {}, "The source of this file was not available.");
    const made = element("table", {});
    for (const [n, text] of lines) {
        const tr = element("tr", {}, element("th", {scope: "row"}, String(n)),
            element("td", {}, text));
        if (n >= row.line && n <= Math.max(row.line, row.end_line))
            tr.setAttribute("aria-current", "true");
        made.append(tr);
    }
    made.setAttribute("aria-label", `${row.file} around line ${row.line}`);
    const box = element("div", {className: "code", tabIndex: 0}, made);
    box.setAttribute("role", "region");
    box.setAttribute("aria-label", "Source code");
    return box;
}

const ROLE_WORDS = {predicate: "fires when", guard: "after", case: "in case",
    default: "in the default of", loop: "in some iteration of",
    "loop-exit": "after the loop", any: "one of", check: "checked before",
    constant: "in this build", never: "never, in this build"};

// Where it ends, and how it gets from there when that is asked for.
function originOf(cause, text) {
    const chain = text.split(" <- ");
    const last = [cause, chain.at(-1)].filter(Boolean).join(": ");
    return chain.length < 2 ? last : element("details", {},
        element("summary", {}, last),
        element("ol", {className: "chain"},
            ...chain.map((step) => element("li", {}, step))));
}

function conditionTable(row) {
    const found = conditionsOf(row.n);
    if (!found.length)
        return null;
    const made = element("table", {className: "grid conditions"}, element("thead", {},
        element("tr", {}, ...["Role", "Decision", "Line", "Where its values come from"]
            .map((title) => element("th", {scope: "col"}, title)))));
    const rest = element("tbody", {});
    for (const one of found) {
        rest.append(element("tr", {},
            element("td", {className: "dim"}, ROLE_WORDS[one.role] ?? one.role),
            element("td", {className: "mono"},
                one.polarity ? one.text : `not ( ${one.text} )`),
            element("td", {className: "mono"}, one.file === row.file
                ? String(one.line) : `${one.file}:${one.line}`),
            element("td", {}, originOf(one.cause, one.origin))));
    }
    made.append(rest);
    return made;
}

function producerList(row) {
    const found = producersOf(row.n);
    if (!found.length)
        return null;
    return element("details", {}, element("summary", {},
        `${plural(found.length, "place")} that make the error`),
    element("ul", {}, ...found.map((one) => element("li", {},
        element("code", {}, one.text), ` in ${one.function}() at ${one.file}:${
            one.line} – ${one.cause}: ${one.origin}`))));
}

function whyItFires(row) {
    const trigger = triggersOf(row.n)[0];
    return section("Why it fires", trigger?.sentence &&
        element("p", {className: "sentence"}, ...prose(trigger.sentence)),
    conditionTable(row), producerList(row), list([
        ["Cause", row.cause],
        ["Can it hold?", [row.feasibility, row.feasibility_why]
            .filter(Boolean).join(": ")],
    ]));
}

function pathList(path, site) {
    return element("ol", {className: "steps"}, ...path.steps.map((step) =>
        element("li", {}, element("code", {}, `${step.function}()`), " ",
            element("span", {className: "dim"}, stepWords(step)))),
    element("li", {}, element("strong", {}, site.kind), ` at ${site.file}:${site.line}`));
}

function showPath(box, paths, at, row) {
    const path = paths[at];
    shownContext = path.context;
    for (const [i, chip] of [...box.querySelectorAll("button")].entries())
        chip.setAttribute("aria-pressed", i === at);
    box.querySelector(".way").replaceChildren(
        drawPath(path, row, Math.max(240, box.clientWidth - 2)),
        element("details", {open: box.dataset.open === "yes"},
            element("summary", {}, `${plural(path.steps.length, "step")} as a list`),
            pathList(path, row)));
    box.querySelector("details").addEventListener("toggle", (event) => {
        box.dataset.open = evidence.dataset.steps =
            event.target.open ? "yes" : "";
    });
}

function pathChip(path, act) {
    const dot = drawing("svg", {width: 10, height: 10, "aria-hidden": "true"},
        drawing("circle", {cx: 5, cy: 5, r: 4.5, fill: colourOf(path.context)}));
    const party = contexts.find((one) => one.name === path.context)?.party ?? "";
    const made = button("", act, {className: "chip", title: visible(party)});
    made.append(dot, visible(` ${path.context}${path.armed ? " (armed)" : ""}`));
    return made;
}

function whoGetsThere(row) {
    const paths = pathsOf(row);
    if (!paths.length) {
        return section("Who gets there", element("p", {},
            "No known entry reaches it."));
    }
    const box = element("div", {className: "paths"});
    box.dataset.open = evidence.dataset.steps ?? "";
    box.append(element("div", {className: "chips"}, ...paths.map((path, at) =>
        pathChip(path, () => showPath(box, paths, at, row)))),
    element("div", {className: "way"}));
    box.show = () => showPath(box, paths, Math.max(0, paths.findIndex((path) =>
        path.context === shownContext)), row);
    return section("Who gets there", list([["Least role", row.least_role],
        ["Interference", row.interference], ["Phase", row.phase]]), box);
}

// ---- Proposal and rating -------------------------------------------------------

function factsList(text) {
    if (!text)
        return [];
    return [element("ul", {className: "facts"},
        ...text.split("\n").map((line) => element("li", {}, line)))];
}

// What a rule's source abbreviates (data/rules/rules.json).
const SOURCES = {
    BP: "docs/process/coding-best-practices.pandoc of Xen",
    EH: "docs/misc/xen-error-handling.txt of Xen",
    patterns: "what maintainers did with such sites since 2012",
};

function guidance(text) {
    if (!text)
        return [];
    const meant = Object.entries(SOURCES).filter(([name]) =>
        new RegExp(`\\b${name}\\b`).test(text));
    return [text, ...meant.map(([name, where]) =>
        element("span", {className: "block dim"}, `${name}: ${where}`))];
}

function aouLines(row) {
    return aousOf(row.n).map((one) => element("p", {},
        element("code", {}, one.aou),
        one.certain ? " takes it away: " : " would take away a part: ", one.how,
        element("span", {className: "block dim"}, aous.get(one.aou)?.sentence ?? "")));
}

function proposal(row) {
    return section("Proposal", element("p", {}, element("strong", {},
        row.disposition), row.confidence && ` (confidence: ${row.confidence})`,
    " – ", ...prose(row.rationale)),
    row.question && element("p", {className: "question"},
        element("strong", {}, "Open question: "), row.question),
    list([
        ["Rule", row.rule, "mono"], ["Guidance", guidance(row.source ?? "")],
        ["Because of", factsList(row.evidence)],
        ["Instead of the stop", prose(row.reaction ?? "")],
        ["Changed before it", row.state_changed ?? ""],
        ["MISRA", row.misra ?? ""], ["Assumptions", aouLines(row)],
        ["Requirement", row.requirement ?? ""],
        ["Verify by", row.verification],
    ]));
}

// The whole scale, for whoever doubts the number.
function anchorList(anchors, value) {
    return element("details", {className: "anchors"},
        element("summary", {}, anchors.find((one) => one.number === value)?.text ??
            "not rated"),
        element("table", {}, element("tbody", {}, ...anchors.map((one) => {
            const line = element("tr", {},
                element("th", {scope: "row"}, String(one.number)),
                element("td", {}, one.text));
            if (one.number === value)
                line.setAttribute("aria-current", "true");
            return line;
        }))));
}

function scale(title, value, why) {
    const anchors = anchorsOf(title.toLowerCase());
    return element("div", {className: "scale"},
        element("span", {className: "dim"}, title),
        element("span", {className: "figure"}, value === null ? "?" : String(value)),
        element("div", {}, element("span", {}, ...prose(why)),
            anchors.length > 0 && anchorList(anchors, value)));
}

function rating(row) {
    return section("Effects and rating", ...row.modes.map((mode) =>
        element("div", {className: "mode"},
            element("h4", {}, badge(mode.action_priority), ...prose(
                ` ${mode.failure_mode}`)),
            list([["Locally", prose(mode.local_effect)],
                ["System", prose(mode.system_effect)]]),
            element("div", {className: "scales"},
                scale("Severity", mode.severity, mode.severity_why),
                scale("Occurrence", mode.occurrence, mode.occurrence_why),
                scale("Detection", mode.detection, mode.detection_why)))),
    list([["Prevention", prevention(row)],
        ["Detection", row.detection_control ?? ""]]));
}

// Decisions before the predicate keep the cause away.
function prevention(row) {
    return conditionsOf(row.n).filter((one) =>
        ["guard", "check", "case"].includes(one.role)).flatMap((one, i) => [
        document.createTextNode(`${i ? "; " : ""}${one.polarity ? "" : "not "}`),
        element("code", {}, one.text)]);
}

const MATCH_WORDS = {predicate: "this stop fired", site: "the fix changed this stop",
    function: "in this function"};

function pastBugs(site) {
    const found = bugsOf(site.site_id);
    if (!found.length)
        return null;
    const made = element("table", {className: "grid"}, element("thead", {},
        element("tr", {}, ...["Date", "Bug", "What", "In this tree"].map((title) =>
            element("th", {scope: "col"}, title)))));
    made.append(element("tbody", {}, ...found.map((bug) => element("tr", {},
        element("td", {className: "nowrap"}, bug.date),
        element("td", {}, element("code", {}, bug.xsa || bug.bug_id)),
        element("td", {}, element("strong", {}, MATCH_WORDS[bug.match] ?? bug.match),
            `: ${bug.subject || bug.why}`,
            bug.xsa && element("span", {className: "dim"}, ` (${bug.bug_id})`)),
        element("td", {}, bug.in_tree)))));
    return section(`Past bugs (${found.length})`, made);
}

// ---- Sites that are decided already ----------------------------------------------

function likeness(site, other) {
    return (other.what && other.what === site.what && other.kind === site.kind ? 4 : 0)
        + (other.decision_group && other.decision_group === site.decision_group
            ? 2 : 0)
        + (other.function === site.function && other.file === site.file ? 2 : 0)
        + (other.rule === site.rule && other.cause === site.cause ? 1 : 0);
}

function similarDecided(site) {
    return sites.filter((other) => other !== site && isDecided(decisionOf(other)))
        .map((other) => [likeness(site, other), other])
        .filter(([score]) => score > 0)
        .sort(([a, x], [b, y]) => b - a || x.order - y.order)
        .slice(0, 5).map(([, other]) => other);
}

function similar(site) {
    const found = similarDecided(site);
    const groupNote = groups.get(site.decision_group)?.sites.length > 1 &&
        element("p", {}, "In the group ",
            button(groups.get(site.decision_group).title, () =>
                goToGroup(site.decision_group), {className: "link"}),
            ` of ${plural(groups.get(site.decision_group).sites.length, "site")}. `,
            element("span", {className: "dim"},
                groups.get(site.decision_group).why));
    return section("Alike", groupNote, found.length
        ? element("ul", {}, ...found.map((other) => {
            const edit = decisionOf(other);
            return element("li", {},
                button(other.place, () => goToSite(other.site_id),
                    {className: "link"}), " ",
                element("code", {}, other.what), " – ",
                element("strong", {}, edit.disposition), `: ${edit.rationale} `,
                button("Take this rationale", () => takeRationale(edit)));
        }))
        : element("p", {className: "dim"}, "None that is like it is decided yet."));
}

// What builds do not have in common.
function acrossBuilds(site) {
    const differs = rowOf(site.site_id)[0]?.differs ?? "";
    const absent = absencesOf(site.site_id);
    return (differs || absent.length) && section("Across the builds", list([
        ["In", buildsText(site.rows)],
        ["Differs", factsList(differs)],
        ["Not in", absent.length && [element("ul", {className: "facts"},
            ...absent.map((one) => element("li", {}, [one.build, one.absent_why,
                one.options].filter(Boolean).join(": "))))]],
    ]));
}

function identity(site, row) {
    return section("The site", list([
        ["Id", site.site_id, "mono"], ["Function", row.function, "mono"],
        ["Condition", row.condition, "mono"], ["Prints", row.message, "mono"],
        ["Macros", row.macros || row.macro, "mono"],
        ["Lines", `${row.line}${row.end_line > row.line ? `–${row.end_line}` : ""}` +
            `, column ${row.column}`],
        ["Debug builds only", row.in_debug_only ? "yes" : "no"],
        ["Subsystem", row.subsystem], ["Maintainers", row.maintainer],
        ["Purpose", row.purpose ?? ""], ["Kconfig", row.kconfig ?? ""],
        ["Console", [triggersOf(row.n)[0]?.console,
            triggersOf(row.n)[0]?.console_why].filter(Boolean).join(": ")],
        ["Contexts", row.contexts.replaceAll(",", ", ")],
        ["Armed by", row.armed_by.replaceAll(",", ", ")],
        ["Inlined into", row.inliners.join(", "), "mono"],
        ["Builds", site.rows.map((one) => one.buildName).join(", ")],
    ]));
}

// ---- Putting it together ---------------------------------------------------------

function buildChooser(site) {
    if (site.rows.length < 2)
        return null;
    const made = element("div", {className: "chips"}, "Build: ",
        ...site.rows.map((row) => {
            const chip = button(row.buildName, () => showSite(site, row),
                {className: "chip"});
            chip.setAttribute("aria-pressed", row === shownRow);
            return chip;
        }));
    return made;
}

function showSite(site, row) {
    shownRow = row;
    evidence.replaceChildren(...[
        element("div", {className: "column"}, buildChooser(site), codeTable(row),
            whyItFires(row), whoGetsThere(row), pastBugs(site)),
        element("div", {className: "column"}, proposal(row), rating(row),
            acrossBuilds(site), similar(site), identity(site, row)),
    ].filter(Boolean));
    drawPaths();
}

function drawPaths() {
    evidence.querySelector(".paths")?.show();
}

function count(values) {
    const found = new Map();
    for (const value of values)
        found.set(value, (found.get(value) ?? 0) + 1);
    return [...found].sort(([, a], [, b]) => b - a)
        .map(([value, n]) => `${value || "none"} (${n})`).join(", ");
}

function membersTable(members) {
    const made = element("table", {className: "grid"}, element("thead", {},
        element("tr", {}, ...["AP", "File:line", "Condition or message", "Disposition"]
            .map((title) => element("th", {scope: "col"}, title)))));
    made.append(element("tbody", {}, ...members.slice(0, 300).map((site) => {
        const cell = element("td", {});
        fillDisposition(cell, site);
        return element("tr", {}, element("td", {}, badge(site.priority || "?")),
            element("td", {}, button(site.place, () => goToSite(site.site_id),
                {className: "link mono"})),
            element("td", {className: "mono"}, site.what), cell);
    })));
    return made;
}

function showGroup(item) {
    const members = wholeGroup(item);
    const group = state.by === "groups" ? groups.get(item.name) : null;
    shownRow = null;
    evidence.replaceChildren(element("div", {className: "column"},
        section("The group", group?.why && element("p", {}, group.why), list([
            ["Proposed", count(members.map((site) => site.disposition))],
            ["Rule", count(members.map((site) => site.rule))],
            ["Cause", count(members.map((site) => site.cause))],
            ["Least role", count(members.map((site) => site.least_role))],
            ["Kinds", count(members.map((site) => site.kind))],
            ["Action Priority", count(members.map((site) => site.priority))],
            ["First rationale", members[0].rationale],
            ["Guidance", members[0].source ?? ""],
        ])),
        section(`Its sites (${members.length})`, membersTable(members),
            members.length > 300 && element("p", {}, "The list has the rest."))));
}

const wholeGroup = (item) =>
    sites.filter((site) => GROUPINGS[state.by](site) === item.name);

// Beside the detail the list has fewer columns.
function setOpen(open) {
    if (open === isOpen())
        return;
    detail.hidden = !open;
    document.body.classList.toggle("open", open);
    resetRows();
}

function showDetail(item) {
    const {site} = item;
    setOpen(true);
    detail.querySelector("h2").textContent = visible(site
        ? `${site.kind} at ${site.place}` : item.title);
    $("subtitle").textContent = visible(site ? `in ${site.function}() · ${
        buildsText(site.rows)}` : plural(wholeGroup(item).length, "site"));
    $("permalink").href = `#${new URLSearchParams({at: keyOf(item)})}`;
    if (site)
        showSite(site, site.rows.find((row) => row.buildName === state.build) ??
            site.rows[0]);
    else
        showGroup(item);
    evidence.scrollTop = 0;
    showTarget();
}

function closeDetail() {
    const inside = detail.contains(document.activeElement);
    setOpen(false);
    measure();
    const at = currentIndex();
    if (at >= 0)
        scrollToRow(at);
    if (inside)
        focusCurrent();
}

function goToSite(id) {
    if (!view.includes(siteById.get(id)))
        resetFilters();
    reveal(id);
    const at = items.findIndex((item) => item.site?.site_id === id);
    if (at >= 0)
        goTo(at, {open: true});
}

function goToGroup(name) {
    if (state.by !== "groups") {
        state.by = "groups";
        showFilters();
        updateView();
    }
    const at = items.findIndex((item) => item.name === name);
    if (at >= 0)
        goTo(at, {open: true});
}
