// SPDX-License-Identifier: GPL-2.0-only
//
// The worksheet as objects. The format of the JSON in #data is at the top of
// fmea/sheet/page.c.

const data = JSON.parse($("data").textContent);

// A class of objects whose properties are the columns of a table of the JSON,
// read when they are asked for: most never are. A name that ends with '#' is a
// number's, the others are texts. `values`: which member holds the values.
function define(made, {columns}, values = "values") {
    columns.forEach((column, i) => {
        const name = column.replace(/#$/, "");
        Object.defineProperty(made.prototype, name, name === column
            ? {get() {
                return data.strings[this[values][i]] ?? "";
            }} : {get() {
                return this[values][i];
            }});
    });
    return made;
}

class Record {
    constructor(values) {
        this.values = values;
    }
}

function readTable(table) {
    const made = define(class extends Record {}, table);
    return table.rows.map((values) => new made(values));
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
const rowOf = index("site_rows", "site_id");
const absencesOf = index("site_builds", "site_id");
const anchorsOf = index("anchors", "scale");
const bugsOf = index("bugs", "site_id");

const excerpts = new Map(data.excerpts);
const contexts = readTable(data.contexts);
const aous = new Map(readTable(data.aous).map((aou) => [aou.id, aou]));
const groupTexts = new Map(readTable(data.groups).map((g) => [g.name, g]));

const PRIORITIES = ["?", "H", "M", "L"]; // what is not rated sorts as worst

const worst = (priorities) =>
    PRIORITIES.find((one) => priorities.includes(one)) ?? "";

// The parts of a list, the same object for the same text.
const NOTHING = [], NONE = ["none"];
const splits = new Map();

function split(text) {
    if (text === "")
        return NOTHING;
    if (!splits.has(text))
        splits.set(text, text.split(/, ?/));
    return splits.get(text);
}

// A site in one build.
class Row {
    constructor(n, values) {
        this.n = n;
        this.values = values;
        this.more = []; // what the table "worksheet" says
        this.modes = [];
        this.inliners = [];
        this.priorities = [];
    }

    get buildName() {
        return `${this.arch} ${this.build}`;
    }

    get contextList() {
        return this.contexts ? split(this.contexts) : NONE;
    }

    get maintainers() {
        return this.maintainer ? split(this.maintainer) : NONE;
    }

    get aouList() {
        return split(this.aou);
    }
}

define(Row, data.sites);
define(Row, data.worksheet, "more");

function makeRows() {
    const made = data.sites.rows.map((values, n) => new Row(n, values));
    for (const values of data.worksheet.rows)
        made[values[0]].more = values;
    for (const mode of readTable(data.modes)) {
        made[mode.row].modes.push(mode);
        made[mode.row].priorities.push(mode.action_priority);
    }
    for (const [row, ...names] of data.inliners)
        made[row].inliners = names.map((at) => data.strings[at]);
    return made;
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

// A site: what its row in the first build says, and all its rows.
class Site {
    constructor(row, order) {
        this.first = row;
        this.rows = [row];
        this.order = order;
        this.place = `${row.file}:${row.line}`;
        this.site_id = row.site_id;
        this.decision_group = row.decision_group;
        this.words = "";
    }

    // The worst of all rows.
    finish() {
        this.priority = worst(this.rows.flatMap((row) => row.priorities));
        this.debug = this.rows.every((row) => row.in_debug_only);
    }

    // What a person reads first: the check, else what is printed.
    get what() {
        return this.condition || this.message;
    }
}

for (const name of ["kind", "file", "line", "function", "condition", "message",
    "macro", "cause", "disposition", "rule", "rationale", "verification",
    "question", "least_role", "subsystem", "source", "aou", "aouList"]) {
    Object.defineProperty(Site.prototype, name, {get() {
        return this.first[name];
    }});
}

function makeSites() {
    const byId = new Map();
    for (const row of rows) {
        const id = row.site_id, site = byId.get(id);
        if (site)
            site.rows.push(row);
        else
            byId.set(id, new Site(row, byId.size));
    }
    for (const site of byId.values())
        site.finish();
    return byId;
}

const rows = makeRows();
const siteById = makeSites();
const sites = [...siteById.values()];

// Sites that one decision can settle.
const groups = new Map();
for (const site of sites) {
    const name = site.decision_group;
    if (!groups.has(name)) {
        groups.set(name, {name, title: groupTexts.get(name)?.title || name,
            why: groupTexts.get(name)?.why ?? "", sites: []});
    }
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
