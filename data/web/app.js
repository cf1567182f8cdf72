// SPDX-License-Identifier: GPL-2.0-only
//
// The worksheet's page. Data comes from the JSON in #data, its format is at
// the top of fmea/sheet/write_html.c. Text reaches the document through
// textContent only; the page's policy forbids everything else.
"use strict";

(() => {

const $ = (id) => document.getElementById(id);

// ---- Text ----------------------------------------------------------------

// Characters that hide, reorder or fake text show up as what they are:
// control characters as their pictures, bidirectional overrides ("Trojan
// Source") and invisible ones by number.
const HIDDEN = new RegExp("[\\u0000-\\u0008\\u000b-\\u001f\\u007f-\\u009f\\u00ad" +
    "\\u061c\\u200b-\\u200f\\u2028-\\u202e\\u2060-\\u2069\\ufeff]", "g");

function visible(text) {
    return text.replace(HIDDEN, (ch) => {
        const code = ch.charCodeAt(0);
        if (code < 0x20)
            return String.fromCharCode(0x2400 + code);
        if (code === 0x7f)
            return "\u2421";
        return `<U+${code.toString(16).toUpperCase().padStart(4, "0")}>`;
    });
}

const oneLine = (text) => text.replace(/\s*\n\s*/g, " ");

const number = (n) => n.toLocaleString("en");

const plural = (n, word) => `${number(n)} ${word}${n === 1 ? "" : "s"}`;

// element("td", {className: "code"}, "text", child, ...)
function element(tag, properties, ...children) {
    const made = Object.assign(document.createElement(tag), properties);
    for (const child of children)
        made.append(typeof child === "string" ? visible(child) : child);
    return made;
}

// ---- Data ----------------------------------------------------------------

const TEXTS = ["site_id", "kind", "file", "function", "arch", "build", "macro",
    "macros", "condition", "message"];
const NUMBERS = ["line", "end_line", "column", "in_debug_only"];

const buildName = (row) => `${row.arch} ${row.build}`;

// Undo the savings of write_html.c: every row with all its members.
function completeRow(stored, base, functions) {
    const row = {...base, ...stored};
    delete row.more;
    for (const name of TEXTS)
        row[name] ??= "";
    for (const name of NUMBERS)
        row[name] ??= 0;
    row.inliners = stored.inliners
        ? stored.inliners.map((at) => functions[at]) : base?.inliners ?? [];
    return row;
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

// arch/arm/gic.c -> arch/arm; common/kernel.c -> common
function folderOf(file) {
    return file.split("/").slice(0, -1).slice(0, 2).join("/") || ".";
}

function makeSite(stored, order, functions) {
    const row = completeRow(stored, null, functions);
    const rows = [row];
    for (const more of stored.more ?? [])
        rows.push(completeRow(more, row, functions));
    const place = `${row.file}:${row.line}`;
    return {
        ...row, rows, order, place,
        builds: buildsText(rows),
        folder: folderOf(row.file),
        debug: rows.every((one) => one.in_debug_only),
        // What a person reads first: the check, else what is printed.
        what: row.condition || row.message,
        words: [...new Set(rows.flatMap((one) => [`${one.file}:${one.line}`,
            one.function, one.condition, one.message, one.macros || one.macro]))]
            .concat(row.kind, row.site_id).join("\n").toLowerCase(),
    };
}

const data = JSON.parse($("data").textContent);
const sites = data.sites.map((stored, order) =>
    makeSite(stored, order, data.functions));
const siteById = new Map(sites.map((site) => [site.site_id, site]));
const excerpts = new Map(data.excerpts);

// ---- Columns -------------------------------------------------------------

// key: name in the address. text: what the cell says. by: what sorts it, a
// string or number; the text unless given. chars: widest that the column gets,
// none for the one that takes what is left. fill: puts the cell's content.
const COLUMNS = [
    {key: "kind", title: "Kind", className: "small", chars: 20,
        text: (s) => s.kind},
    {key: "place", title: "File:line", className: "place", chars: 36,
        rowHeader: true, text: (s) => s.place, by: (s) => s.order,
        fill: fillPlace},
    {key: "function", title: "Function", className: "code", chars: 22,
        text: (s) => s.function},
    {key: "what", title: "Condition or message", className: "code",
        text: (s) => s.what, fill: fillWhat},
    {key: "macro", title: "Macro", className: "code", chars: 15,
        text: (s) => s.macro, fill: fillMacro},
    {key: "builds", title: "Builds", className: "small", chars: 22,
        text: (s) => s.builds},
    {key: "debug", title: "Debug", className: "small", chars: 8,
        text: (s) => (s.debug ? "only" : ""), by: (s) => (s.debug ? 0 : 1)},
    {key: "id", title: "Site", className: "code dim", chars: 16,
        text: (s) => s.site_id},
];

for (const column of COLUMNS) {
    column.by ??= (site) => column.text(site).toLowerCase();
    column.fill ??= (cell, site) => put(cell, column.text(site));
}

const WHAT_WIDTH = 17; // em: least of the column that takes what is left

// In em, of what the column holds in this worksheet.
function columnWidth({title, text, chars}) {
    const longest = sites.reduce((most, site) =>
        Math.max(most, text(site).length), title.length + 2);
    return chars ? 0.6 * Math.min(chars, longest) + 1.4 : WHAT_WIDTH;
}

// Text that may be cut off, with the whole of it in the tooltip.
function put(cell, text) {
    cell.textContent = visible(oneLine(text));
    if (text)
        cell.title = visible(text);
}

function fillPlace(cell, site) {
    const slash = site.file.lastIndexOf("/") + 1;
    const button = element("button", {type: "button", tabIndex: -1},
        element("span", {className: "folder"}, site.file.slice(0, slash)),
        element("span", {}, `${site.file.slice(slash)}:${site.line}`));
    button.title = visible(site.place);
    cell.append(button);
}

function fillWhat(cell, site) {
    put(cell, site.what);
    if (!site.condition && site.message)
        cell.classList.add("said");
}

function fillMacro(cell, site) {
    put(cell, site.macro);
    cell.classList.toggle("dim", site.macro === site.kind);
}

// ---- State: what the address holds ----------------------------------------

const FILTERS = {
    kind: {of: (site) => [site.kind]},
    arch: {of: (site) => site.rows.map((row) => row.arch)},
    build: {of: (site) => site.rows.map((row) => row.build)},
    folder: {of: (site) => [site.folder]},
    debug: {of: (site) => [site.debug ? "yes" : "no"]},
};

const INITIAL = {q: "", kind: "", arch: "", build: "", folder: "", debug: "",
    sort: "place", site: "", keys: ""};
const state = {...INITIAL};
let view = []; // sites that pass the filters, in order
let addressTimer = 0;

function readAddress() {
    const found = new URLSearchParams(location.hash.slice(1));
    for (const name of Object.keys(INITIAL))
        state[name] = found.get(name) ?? INITIAL[name];
    if (!COLUMNS.some((column) => column.key === state.sort.replace(/^-/, "")))
        state.sort = INITIAL.sort;
}

function address() {
    const wanted = new URLSearchParams();
    for (const [name, value] of Object.entries(state)) {
        if (value !== INITIAL[name])
            wanted.set(name, value);
    }
    return `#${wanted}`;
}

// Late, because browsers refuse many changes of the address in a short time.
function writeAddress() {
    clearTimeout(addressTimer);
    addressTimer = setTimeout(() => history.replaceState(null, "", address()),
        150);
}

// ---- Filter and sort -------------------------------------------------------

function passes(site, words) {
    return words.every((word) => site.words.includes(word)) &&
        Object.entries(FILTERS).every(([name, filter]) =>
            !state[name] || filter.of(site).includes(state[name])) &&
        passesPair(site);
}

// Arch and build name one row together: "arm64" and "release" do not match a
// site that is in arm64 debug and x86_64 release.
function passesPair(site) {
    return !state.arch || !state.build || site.rows.some((row) =>
        row.arch === state.arch && row.build === state.build);
}

function compareBy(column, direction) {
    return (a, b) => {
        const x = column.by(a), y = column.by(b);
        return (x < y ? -direction : x > y ? direction : 0) || a.order - b.order;
    };
}

function updateView() {
    const words = state.q.toLowerCase().split(/\s+/).filter(Boolean);
    const column = COLUMNS.find((one) => one.key === state.sort.replace(/^-/, ""));
    view = sites.filter((site) => passes(site, words))
        .sort(compareBy(column, state.sort.startsWith("-") ? -1 : 1));
    showOrder();
    showCount();
    resetRows();
}

function changed() {
    updateView();
    const at = selectedIndex();
    if (at >= 0)
        scrollToRow(at);
    else
        scroller.scrollTop = 0;
    renderRows();
    writeAddress();
}

// ---- Rows: only those in view are in the document ---------------------------

const OVERSCAN = 12;
const scroller = $("scroller"), canvas = $("canvas"), table = $("sites");
const body = table.tBodies[0];
const live = new Map(); // index in view -> its <tr>
let rowHeight = 25, printing = false;

function makeRow(index) {
    const site = view[index];
    const tr = document.createElement("tr");
    tr.setAttribute("aria-rowindex", index + 2);
    tr.dataset.index = index;
    for (const column of COLUMNS) {
        const cell = document.createElement(column.rowHeader ? "th" : "td");
        cell.className = column.className ?? "";
        if (column.rowHeader)
            cell.scope = "row";
        column.fill(cell, site);
        tr.append(cell);
    }
    return tr;
}

function markRow(tr, site) {
    const selected = site.site_id === state.site;
    if (selected)
        tr.setAttribute("aria-current", "true");
    else
        tr.removeAttribute("aria-current");
    tr.querySelector("button").tabIndex = selected ? 0 : -1;
}

function resetRows() {
    live.clear();
    body.replaceChildren();
}

function range() {
    if (printing)
        return [0, view.length];
    const first = Math.floor(scroller.scrollTop / rowHeight) - OVERSCAN;
    const count = Math.ceil(scroller.clientHeight / rowHeight) + 2 * OVERSCAN;
    return [Math.max(0, Math.min(first, view.length - count)),
        Math.min(view.length, Math.max(first, 0) + count)];
}

function renderRows() {
    const [first, last] = range();
    for (const [index, tr] of live) {
        if (index < first || index >= last) {
            tr.remove();
            live.delete(index);
        }
    }
    let cursor = body.firstChild;
    for (let index = first; index < last; index++) {
        let tr = live.get(index);
        if (tr) {
            cursor = tr.nextSibling;
        } else {
            tr = makeRow(index);
            body.insertBefore(tr, cursor);
            live.set(index, tr);
        }
        markRow(tr, view[index]);
    }
    canvas.style.paddingTop = `${first * rowHeight}px`;
    canvas.style.paddingBottom = `${(view.length - last) * rowHeight}px`;
}

// Zoom and text size change what a row takes.
function measure() {
    const tr = body.firstChild;
    const height = tr?.getBoundingClientRect().height;
    if (height && Math.abs(height - rowHeight) > 0.01 && !printing)
        rowHeight = height;
    renderRows();
}

function scrollToRow(index) {
    const head = Math.ceil(table.tHead.getBoundingClientRect().height) + 1;
    const top = index * rowHeight;
    const room = scroller.clientHeight - head - rowHeight;
    if (top < scroller.scrollTop)
        scroller.scrollTop = top;
    else if (top > scroller.scrollTop + room)
        scroller.scrollTop = top - room;
}

// ---- Selection ---------------------------------------------------------------

const selectedIndex = () => view.findIndex((s) => s.site_id === state.site);

function select(index, {focus = true, open = false} = {}) {
    state.site = view[index].site_id;
    if (open || isOpen())
        showDetail(view[index]);
    scrollToRow(index);
    renderRows();
    if (focus)
        live.get(index)?.querySelector("button").focus({preventScroll: true});
    writeAddress();
}

function move(step) {
    const at = selectedIndex();
    if (!view.length)
        return;
    select(at < 0 ? (step > 0 ? 0 : view.length - 1)
        : Math.min(view.length - 1, Math.max(0, at + step)));
}

function openSelected() {
    const at = selectedIndex();
    if (view.length)
        select(Math.max(0, at), {open: true});
}

// ---- Detail --------------------------------------------------------------------

const detail = $("detail");
const isOpen = () => !detail.hidden;

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
    return made;
}

// Rows of the site that differ in `key`, as [what they say, their builds].
function variants(site, key) {
    const found = new Map();
    for (const row of site.rows) {
        const value = key(row);
        if (!found.has(value))
            found.set(value, []);
        found.get(value).push(row);
    }
    return [...found];
}

function showCode(site) {
    const places = variants(site, (row) => `${row.file}:${row.line}-${row.end_line}`);
    $("code").replaceChildren(...places.flatMap(([, rows]) => [
        ...(places.length > 1 ? [element("h3", {}, buildsText(rows))] : []),
        codeTable(rows[0])]));
    $("code").scrollTop = 0;
    $("code").scrollLeft = 0;
}

function addMember(list, title, site, key, className = "") {
    const found = variants(site, key).filter(([value]) => value);
    found.forEach(([value, rows], i) => {
        const everywhere = rows.length === site.rows.length;
        const dd = element("dd", {}, element("span", {className}, value));
        if (!everywhere)
            dd.append(element("span", {}, `  (${buildsText(rows)})`));
        list.append(element("dt", {}, i ? "" : title), dd);
    });
}

// Members that later stages fill appear when they hold something.
const MEMBERS = [
    ["Condition", (row) => row.condition, "mono"],
    ["Prints", (row) => row.message, "mono"],
    ["Function", (row) => row.function, "mono"],
    ["Macros", (row) => row.macros || row.macro, "mono"],
    ["Lines", (row) => `${row.line}${row.end_line > row.line
        ? `–${row.end_line}` : ""}, column ${row.column}`],
    ["Debug only", (row) => (row.in_debug_only ? "yes" : "no")],
    ["Cause", (row) => row.cause],
    ["Contexts", (row) => row.contexts],
    ["Armed by", (row) => row.armed_by],
    ["Paths", (row) => row.paths, "mono lines"],
    ["Disposition", (row) => row.disposition],
    ["Status", (row) => row.status],
    ["AoU", (row) => row.aou],
    ["Rule", (row) => row.rule],
    ["Inlined into", (row) => row.inliners.join(", "), "mono"],
];

function showDetail(site) {
    const list = $("members");
    detail.hidden = false;
    detail.querySelector("h2").textContent = visible(`${site.kind} at ${site.place}`);
    $("permalink").href = `#${new URLSearchParams({site: site.site_id})}`;
    list.replaceChildren();
    for (const [title, key, className] of MEMBERS)
        addMember(list, title, site, key, className);
    list.append(element("dt", {}, "Builds"),
        element("dd", {}, site.rows.map(buildName).join(", ")),
        element("dt", {}, "Site"),
        element("dd", {className: "mono"}, site.site_id));
    list.scrollTop = 0;
    showCode(site);
}

function closeDetail() {
    const inside = detail.contains(document.activeElement);
    detail.hidden = true;
    renderRows();
    if (inside)
        live.get(selectedIndex())?.querySelector("button").focus();
}

// ---- Head, filters, table head ---------------------------------------------------

function factTable(title, groups, className = "") {
    const names = [...new Set([...groups.values()].flatMap((g) => [...g.keys()]))];
    const head = element("tr", {}, element("th", {scope: "col"}, title),
        ...names.map((name) => element("th", {scope: "col"}, name)));
    const made = element("table", {className}, element("thead", {}, head));
    for (const [group, values] of groups) {
        made.append(element("tr", {}, element("th", {scope: "row"}, group),
            ...names.map((name) => element("td", {}, values.get(name) ?? ""))));
    }
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
        const groups = group === "census" ? census : builds;
        if (!groups.has(group))
            groups.set(group, new Map());
        groups.get(group).set(name.slice(colon + 2), value);
    }
    return {builds, census};
}

function showFacts() {
    const {builds, census} = groupFacts();
    const plain = element("table", {className: "plain"});
    for (const [name, value] of plainFacts()) {
        plain.append(element("tr", {}, element("th", {scope: "row"}, name),
            element("td", {}, value)));
    }
    const tables = [plain];
    if (builds.size)
        tables.push(factTable("Build", builds));
    if (census.size)
        tables.push(censusTable(census.get("census")));
    $("fact-tables").replaceChildren(...tables);
}

function censusTable(sums) {
    return factTable("Occurrences of the names", new Map([["in the tree", sums]]));
}

const plainFacts = () => data.facts.filter(([name]) =>
    name !== "failed" && !name.includes(": "));

function showSummary() {
    const facts = new Map(plainFacts());
    const tree = [facts.get("Tree"), facts.get("Version")].filter(Boolean).join(" ");
    const builds = new Set(sites.flatMap((site) => site.rows.map(buildName)));
    const rows = sites.reduce((sum, site) => sum + site.rows.length, 0);
    const parts = [tree, plural(sites.length, "site"),
        `${plural(rows, "row")} in ${plural(builds.size, "build")}`,
        [...builds].join(", ")];
    $("summary").textContent = visible(parts.filter(Boolean).join(" · "));
    document.title = visible(tree ? `FMEA worksheet – ${tree}` : "FMEA worksheet");
}

function showAlarms() {
    const failed = data.facts.filter(([name]) => name === "failed");
    if (!failed.length)
        return;
    const alarms = $("alarms");
    alarms.hidden = false;
    alarms.open = failed.length <= 3;
    alarms.querySelector("summary").textContent =
        `Incomplete: ${plural(failed.length, "failure")}. Sites may be missing.`;
    alarms.querySelector("ul").replaceChildren(
        ...failed.map(([, value]) => element("li", {}, value)));
}

const filterFields = () => [...$("filters").elements].filter((e) => e.name);

function fillSelect(name, filter) {
    const counts = new Map();
    for (const site of sites) {
        for (const value of new Set(filter.of(site)))
            counts.set(value, (counts.get(value) ?? 0) + 1);
    }
    $("filters").elements[name].replaceChildren(
        element("option", {value: ""}, "all"),
        ...[...counts].sort(([a], [b]) => (a < b ? -1 : 1)).map(([value, count]) =>
            element("option", {value}, `${value} (${number(count)})`)));
}

function showFilters() {
    for (const field of filterFields()) {
        const value = state[field.name];
        if (field.value !== value)
            field.value = value;
        // A value of the address that this worksheet does not have.
        if (field.value !== value) {
            field.value = "";
            state[field.name] = "";
        }
        field.classList.toggle("on", value !== "");
    }
}

function showCount() {
    const all = sites.length;
    $("count").textContent = view.length === all ? plural(all, "site")
        : `${number(view.length)} of ${plural(all, "site")}`;
    const active = filterFields().filter((field) => state[field.name])
        .map((field) => `${field.name}: ${state[field.name]}`);
    $("printed").textContent = visible(`${$("count").textContent}${active.length
        ? `; filters: ${active.join(", ")}` : ""}`);
    $("empty").hidden = view.length > 0;
    $("empty").textContent = all ? "No site passes the filters."
        : "This worksheet has no sites.";
    table.setAttribute("aria-rowcount", view.length + 1);
}

function makeHead() {
    const columns = element("colgroup", {});
    let sum = 0;
    for (const column of COLUMNS) {
        const col = element("col", {className: `col-${column.key}`});
        const width = columnWidth(column);
        col.style.width = column.chars ? `${width}em` : "auto";
        sum += width;
        columns.append(col);
        const button = element("button", {type: "button"}, column.title);
        button.addEventListener("click", () => sortBy(column.key));
        table.tHead.rows[0].append(element("th", {scope: "col"}, button));
    }
    table.style.minWidth = `${sum}em`;
    table.prepend(columns);
}

function sortBy(key) {
    state.sort = state.sort === key ? `-${key}` : key;
    changed();
}

function showOrder() {
    const key = state.sort.replace(/^-/, "");
    COLUMNS.forEach((column, i) => {
        const th = table.tHead.rows[0].cells[i];
        if (column.key !== key)
            th.removeAttribute("aria-sort");
        else
            th.setAttribute("aria-sort",
                state.sort.startsWith("-") ? "descending" : "ascending");
    });
}

// ---- Keys ------------------------------------------------------------------------

const letterKeys = {
    j: () => move(1),
    n: () => move(1),
    k: () => move(-1),
    p: () => move(-1),
    "/": () => {
        $("q").focus();
        $("q").select();
    },
    "?": () => $("help").showModal(),
};

const isField = (target) => target.matches?.("input, select, textarea");

// Where a key already does something, that is left alone.
const isOwnKeyboard = (target) => target.matches?.("a, button, summary");

function onField(event) {
    if (event.key === "Escape" || (event.key === "Enter" &&
        event.target === $("q"))) {
        event.preventDefault();
        event.target.blur();
    }
}

function onNamedKey(event) {
    const inRows = body.contains(event.target) ||
        event.target === document.body;
    if (event.key === "Enter" && !isOwnKeyboard(event.target))
        openSelected();
    else if (event.key === "ArrowDown" && inRows)
        move(1);
    else if (event.key === "ArrowUp" && inRows)
        move(-1);
    else if (event.key === "Escape" && isOpen())
        closeDetail();
    else
        return false;
    return true;
}

function onKey(event) {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing ||
        $("help").open)
        return;
    if (isField(event.target)) {
        onField(event);
        return;
    }
    const act = state.keys !== "off" && Object.hasOwn(letterKeys, event.key) &&
        letterKeys[event.key];
    if (act)
        act();
    if (act || onNamedKey(event))
        event.preventDefault();
}

// ---- Start -------------------------------------------------------------------------

function onRowClick(event) {
    const tr = event.target.closest("tr");
    if (tr && String(getSelection()) === "")
        select(Number(tr.dataset.index), {open: true});
}

function onFilter(event) {
    state[event.target.name] = event.target.value;
    event.target.classList.toggle("on", event.target.value !== "");
    changed();
}

function resetFilters() {
    for (const field of filterFields())
        state[field.name] = "";
    showFilters();
    changed();
}

function print(on) {
    if (on && !printing)
        $("facts").dataset.open = $("facts").open ? "yes" : "";
    printing = on;
    $("facts").open = on || $("facts").dataset.open === "yes";
    renderRows();
}

function applyAddress() {
    readAddress();
    showFilters();
    $("keys").checked = state.keys !== "off";
    updateView();
    const site = siteById.get(state.site);
    if (site)
        showDetail(site);
    else
        detail.hidden = true;
    renderRows();
    measure();
    const at = selectedIndex();
    if (at >= 0)
        scrollToRow(at);
    renderRows();
    if (state.site && !site)
        $("count").textContent += visible(`; there is no site ${state.site}`);
}

function listen() {
    $("filters").addEventListener("input", onFilter);
    $("filters").addEventListener("submit", (event) => event.preventDefault());
    $("reset").addEventListener("click", resetFilters);
    body.addEventListener("click", onRowClick);
    scroller.addEventListener("scroll", renderRows, {passive: true});
    new ResizeObserver(measure).observe(scroller);
    $("previous").addEventListener("click", () => move(-1));
    $("next").addEventListener("click", () => move(1));
    $("close").addEventListener("click", closeDetail);
    $("show-help").addEventListener("click", () => $("help").showModal());
    $("keys").addEventListener("change", () => {
        state.keys = $("keys").checked ? "" : "off";
        writeAddress();
    });
    document.addEventListener("keydown", onKey);
    addEventListener("hashchange", applyAddress);
    addEventListener("beforeprint", () => print(true));
    addEventListener("afterprint", () => print(false));
}

for (const [name, filter] of Object.entries(FILTERS))
    fillSelect(name, filter);
makeHead();
showAlarms();
showSummary();
showFacts();
listen();
applyAddress();

})();
