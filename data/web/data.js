// SPDX-License-Identifier: GPL-2.0-only
//
// The worksheet as objects. The format of the JSON in #data is at the top of
// fmea/sheet/page.c.

const data = JSON.parse($("data").textContent);

// Rows of a table of the JSON as objects; a name that ends with '#' is a
// number's, the others are texts.
function readTable({columns, rows}) {
    const names = columns.map((name) => name.replace(/#$/, ""));
    const isText = columns.map((name, i) => name === names[i]);
    return rows.map((values) => {
        const object = {};
        for (let i = 0; i < names.length; i++)
            object[names[i]] = isText[i] ? data.strings[values[i]] ?? "" : values[i];
        return object;
    });
}

// The rows of a table that only a selected site needs, by what their first
// column says; made when it is first asked for.
function index(name, key) {
    let found = null;
    return (value) => {
        if (!found) {
            found = new Map();
            for (const row of readTable(data[name])) {
                if (!found.has(row[key]))
                    found.set(row[key], []);
                found.get(row[key]).push(row);
            }
        }
        return found.get(value) ?? [];
    };
}

const conditionsOf = index("conditions", "row");
const producersOf = index("producers", "row");
const triggersOf = index("triggers", "row");
const aousOf = index("aou_sites", "row");
const bugsOf = index("bugs", "site_id");

const excerpts = new Map(data.excerpts);
const contexts = readTable(data.contexts);
const aous = new Map(readTable(data.aous).map((aou) => [aou.id, aou]));
const groupTexts = new Map(readTable(data.groups).map((g) => [g.name, g]));

const PRIORITIES = ["?", "H", "M", "L"]; // what is not rated sorts as worst

const worst = (priorities) =>
    PRIORITIES.find((one) => priorities.includes(one)) ?? "";

function makeRows() {
    const rows = readTable(data.sites);
    rows.forEach((row, n) => Object.assign(row,
        {n, modes: [], inliners: [], decision_group: "", subsystem: "",
            maintainer: "", least_role: "", rationale: "", verification: "",
            question: ""}));
    for (const {row, ...more} of readTable(data.worksheet))
        Object.assign(rows[row], more);
    for (const {row, ...mode} of readTable(data.modes))
        rows[row].modes.push(mode);
    for (const [row, ...names] of data.inliners)
        rows[row].inliners = names.map((at) => data.strings[at]);
    for (const row of rows) {
        row.priorities = row.modes.map((mode) => mode.action_priority);
        row.buildName = `${row.arch} ${row.build}`;
        row.contextList = row.contexts ? row.contexts.split(",") : ["none"];
        row.aouList = row.aou ? row.aou.split(/[,\s]+/) : [];
        row.maintainers = row.maintainer ? row.maintainer.split(", ") : ["none"];
    }
    return rows;
}

// Architectures with the same builds together:
// "arm64+x86_64 debug, riscv64 debug+release"
function buildsText(rows) {
    const archs = new Map(), sets = new Map();
    for (const row of rows)
        archs.set(row.arch, [...archs.get(row.arch) ?? [], row.build]);
    for (const [arch, names] of archs) {
        const set = names.join("+");
        sets.set(set, [...sets.get(set) ?? [], arch]);
    }
    return [...sets].map(([set, names]) => `${names.join("+")} ${set}`)
        .join(", ");
}

// A site: its row in the first build that has it, and all its rows.
function makeSites(rows) {
    const byId = new Map();
    for (const row of rows) {
        const site = byId.get(row.site_id);
        if (site)
            site.rows.push(row);
        else
            byId.set(row.site_id, {...row, rows: [row]});
    }
    const sites = [...byId.values()];
    sites.forEach((site, order) => Object.assign(site, {
        order,
        place: `${site.file}:${site.line}`,
        priority: worst(site.rows.flatMap((row) => row.priorities)),
        debug: site.rows.every((row) => row.in_debug_only),
        // What a person reads first: the check, else what is printed.
        what: site.condition || site.message,
        words: "",
    }));
    return sites;
}

const rows = makeRows();
const sites = makeSites(rows);
const siteById = new Map(sites.map((site) => [site.site_id, site]));

// Sites that one decision can settle.
const groups = new Map();
for (const site of sites) {
    const name = site.decision_group;
    if (!groups.has(name))
        groups.set(name, {name, title: name, why: "",
            ...groupTexts.get(name), sites: []});
    groups.get(name).sites.push(site);
}
groups.delete("");

// What the search looks at, made when it is first used.
function wordsOf(site) {
    site.words ||= [...new Set(site.rows.flatMap((row) => [
        `${row.file}:${row.line}`, row.function, row.condition, row.message,
        row.macros || row.macro, row.subsystem, row.aou, row.rule]))]
        .concat(site.kind, site.site_id).join("\n").toLowerCase();
    return site.words;
}

// Witness paths of a row: [{context, armed, steps: [{function, file, line,
// kind, via, within, checked, uncertain}, ...]}, ...]
const STEP = ["parent", "function", "line", "within", "kind", "file", "via",
    "checked", "uncertain"];
let endsOf = null;

function readStep(values) {
    const step = {};
    STEP.forEach((name, i) => {
        step[name] = values[i] ?? 0;
    });
    for (const name of ["function", "kind", "file", "via", "checked"])
        step[name] = data.strings[step[name]];
    step.within = contexts[step.within]?.name ?? "";
    return step;
}

function pathsOf(row) {
    if (!endsOf) {
        endsOf = new Map();
        for (const end of data.paths.ends)
            endsOf.set(end[0], [...endsOf.get(end[0]) ?? [], end]);
    }
    return (endsOf.get(row.n) ?? []).map(([, context, armed, last]) => {
        const steps = [];
        for (let at = last; at > 0; at = steps[0].parent)
            steps.unshift(readStep(data.paths.steps[at - 1]));
        return {context: contexts[context]?.name ?? "", armed: armed === 1, steps};
    });
}

function codeLines(row) {
    const lines = [];
    const last = Math.max(row.line, row.end_line) + data.context;
    for (const [first, text] of excerpts.get(row.file) ?? []) {
        if (first > last || !row.line)
            break;
        text.split("\n").forEach((line, i) => {
            if (first + i >= row.line - data.context && first + i <= last)
                lines.push([first + i, line]);
        });
    }
    return lines;
}
