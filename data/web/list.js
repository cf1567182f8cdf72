// SPDX-License-Identifier: GPL-2.0-only
//
// The list: what the filters leave, in groups, of which only the lines in view
// are in the document.

// ---- Columns -------------------------------------------------------------

// key: name in the address. text: what the cell says. by: what sorts it, a
// string or number; the text unless given. chars: widest that the column gets,
// none for the one that takes what is left. fill: puts the cell's content.
// wide: only there while no site is open.
const COLUMNS = [
    {key: "ap", title: "AP", className: "small", chars: 8,
        text: (s) => PRIORITIES.join(" "),
        by: (s) => PRIORITIES.indexOf(s.priority),
        fill: fillPriority},
    {key: "place", title: "File:line", className: "place", chars: 31,
        rowHeader: true, text: (s) => s.place, by: (s) => s.order,
        fill: fillPlace},
    {key: "kind", title: "Kind", className: "small", chars: 14, wide: true,
        text: (s) => s.kind},
    {key: "function", title: "Function", className: "code", chars: 20,
        wide: true, text: (s) => s.function},
    {key: "what", title: "Condition or message", className: "code",
        text: (s) => s.what, fill: fillWhat},
    {key: "role", title: "Least role", className: "small", chars: 12,
        wide: true, text: (s) => allOf(s, "least_role")},
    {key: "cause", title: "Cause", className: "small", chars: 15, wide: true,
        text: (s) => allOf(s, "cause")},
    {key: "disposition", title: "Disposition", className: "small", chars: 14,
        text: dispositionOf, fill: fillDisposition},
    {key: "status", title: "Status", className: "small dim", chars: 9,
        wide: true, text: statusOf},
];

// What the builds say, which may differ.
function allOf(site, name) {
    const first = site.rows[0][name];
    return site.rows.every((row) => row[name] === first) ? first
        : [...new Set(site.rows.map((row) => row[name]))].join(", ");
}

for (const column of COLUMNS) {
    column.by ??= (site) => column.text(site).toLowerCase();
    column.fill ??= (cell, site) => put(cell, column.text(site));
}

const WHAT_WIDTH = 15; // em: least of the column that takes what is left

// In em, of what the column holds in this worksheet.
function columnWidth({title, text, chars}) {
    const longest = sites.reduce((most, site) =>
        Math.max(most, text(site).length), title.length + 2);
    return chars ? 0.55 * Math.min(chars, longest) + 1.4 : WHAT_WIDTH;
}

// Of all failure modes: what only debug builds check often has two.
function fillPriority(cell, site) {
    cell.append(...PRIORITIES.filter((one) => site.rows.some((row) =>
        row.priorities.includes(one))).map(badge));
}

const PRIORITY_WORDS = {"?": "not rated", H: "high", M: "medium", L: "low"};

function badge(priority) {
    return element("span", {className: `badge ap-${PRIORITIES.indexOf(priority)}`,
        title: `Action Priority: ${PRIORITY_WORDS[priority]}`}, priority);
}

function fillPlace(cell, site) {
    const slash = site.file.lastIndexOf("/") + 1;
    const made = element("button", {type: "button", tabIndex: -1},
        element("span", {className: "folder"}, site.file.slice(0, slash)),
        element("span", {}, `${site.file.slice(slash)}:${site.line}`));
    made.title = visible(site.place);
    cell.append(made);
}

function fillWhat(cell, site) {
    put(cell, site.what);
    if (!site.condition && site.message)
        cell.classList.add("said");
}

function fillDisposition(cell, site) {
    const status = statusOf(site);
    const mark = {decided: "✓ ", stale: "⚠ ", moved: "⇄ "}[status] ?? "";
    cell.classList.toggle("decided", status === "decided");
    cell.classList.toggle("stale", status === "stale" || status === "moved");
    put(cell, `${mark}${dispositionOf(site)}${status === "proposed" ? " ?" : ""}`);
    cell.title = `${status}: ${dispositionOf(site)}`;
}

// ---- State: what the address holds ----------------------------------------

const HOLES = {
    "no rationale": (site) => !rationaleOf(site),
    "removed without AoU": (site) => dispositionOf(site) === "remove-by-AoU" &&
        !aouOf(site).length,
    "no test": (site) => !site.verification,
    "not rated": (site) => site.priority === "?",
    "open question": (site) => site.question !== "" &&
        !isDecided(decisionOf(site)),
    // Most sites have none: no hole by itself.
    "no AoU": (site) => !aouOf(site).length,
};
const HOLE_NAMES = ["any hole", ...Object.keys(HOLES)];

function holesOf(site) {
    const found = Object.keys(HOLES).filter((name) => HOLES[name](site));
    return found.some((name) => name !== "no AoU") ? ["any hole", ...found]
        : found;
}

// of: the values of a row of a site; a site passes when one row has them all.
const FILTERS = {
    context: {of: (row) => row.contextList},
    cause: {of: (row) => [row.cause || "unknown"]},
    disposition: {of: (row, site) => [dispositionOf(site)], moves: true},
    status: {of: (row, site) => statusesOf(site), moves: true},
    ap: {of: (row) => row.priorities, order: PRIORITIES},
    subsystem: {of: (row) => [row.subsystem || "none"]},
    maintainer: {of: (row) => row.maintainers},
    aou: {of: (row, site) => aousInReach(row, site), moves: true},
    holes: {of: (row, site) => holesOf(site), order: HOLE_NAMES, moves: true},
    kind: {of: (row) => [row.kind]},
    build: {of: (row) => [row.buildName]},
    debug: {of: (row) => [row.in_debug_only ? "yes" : "no"]},
};

function statusesOf(site) {
    const edit = decisionOf(site);
    const found = [statusOf(site)];
    if (edit?.date === today())
        found.push("decided today");
    if (edit && isOfGroup(edit))
        found.push("with its group");
    return found;
}

// Those that a decision or proposal names, and those that would take away a
// part of what makes the site fire.
function aousInReach(row, site) {
    return [...new Set([...aouOf(site), ...aousOf(row.n).map((one) => one.aou)])];
}

const GROUPINGS = {
    groups: (site) => site.decision_group,
    subsystem: (site) => site.subsystem,
    file: (site) => site.file,
    "": () => "",
};

const INITIAL = {q: "", context: "", cause: "", disposition: "", status: "",
    ap: "", subsystem: "", maintainer: "", aou: "", holes: "", kind: "",
    build: "", debug: "", by: "groups", folded: "yes", sort: "ap", at: "",
    keys: "", view: ""};
const state = {...INITIAL};
const folds = new Map(); // group -> whether it is open, when somebody said so
const picked = new Set(); // ids of sites
let view = [];    // sites that pass the filters, in order
let items = [];   // lines of the list: {site, inside} or {group, sites, all}
let addressTimer = 0;

function readAddress() {
    const found = new URLSearchParams(location.hash.slice(1));
    for (const name of Object.keys(INITIAL))
        state[name] = found.get(name) ?? INITIAL[name];
    if (found.has("site")) // as earlier pages wrote it
        state.at = found.get("site");
    if (!COLUMNS.some((column) => column.key === state.sort.replace(/^-/, "")))
        state.sort = INITIAL.sort;
    if (!Object.hasOwn(GROUPINGS, state.by))
        state.by = INITIAL.by;
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

function passes(site, words, active) {
    return words.every((word) => wordsOf(site).includes(word)) &&
        (!active.length || site.rows.some((row) =>
            active.every(([filter, value]) =>
                filter.of(row, site).includes(value))));
}

function compareBy(column, direction) {
    return ([a, x], [b, y]) =>
        (x < y ? -direction : x > y ? direction : 0) || a.order - b.order;
}

function filterSites() {
    const words = state.q.toLowerCase().split(/\s+/).filter(Boolean);
    const active = Object.entries(FILTERS).filter(([name]) => state[name])
        .map(([name, filter]) => [filter, state[name]]);
    const column = COLUMNS.find((one) => one.key === state.sort.replace(/^-/, ""));
    return sites.filter((site) => passes(site, words, active))
        .map((site) => [site, column.by(site)])
        .sort(compareBy(column, state.sort.startsWith("-") ? -1 : 1))
        .map(([site]) => site);
}

const isFolded = (name) => !(folds.get(name) ??
    (state.folded === "" || state.q !== ""));

const keyOf = (item) => (item.site ? item.site.site_id : item.key);

// Groups in the order of their first site; of a single site only that.
function makeItems() {
    const of = GROUPINGS[state.by], byName = new Map();
    for (const site of view) {
        const name = of(site) || `\n${site.site_id}`;
        if (!byName.has(name))
            byName.set(name, []);
        byName.get(name).push(site);
    }
    items = state.by === "" ? view.map((site) => ({site})) : [];
    if (state.by === "")
        return;
    for (const [name, members] of byName) {
        const all = sizeOf(name);
        if (all > 1) {
            items.push({key: `${state.by}:${name}`, name, sites: members, all,
                title: titleOf(name)});
        }
        if (all < 2 || !isFolded(name))
            items.push(...members.map((site) => ({site, inside: all > 1})));
    }
}

const sizes = new Map(); // grouping -> name -> how many sites it has

function sizeOf(name) {
    if (!sizes.has(state.by)) {
        const counts = new Map();
        for (const site of sites) {
            const one = GROUPINGS[state.by](site);
            counts.set(one, (counts.get(one) ?? 0) + 1);
        }
        sizes.set(state.by, counts);
    }
    return name.startsWith("\n") ? 1 : sizes.get(state.by).get(name);
}

const titleOf = (name) =>
    (state.by === "groups" ? groups.get(name)?.title : "") || name;

function updateView() {
    view = filterSites();
    makeItems();
    showOrder();
    showCount();
    resetRows();
}

function changed() {
    updateView();
    const at = currentIndex();
    if (at >= 0)
        scrollToRow(at);
    else
        scroller.scrollTop = 0;
    renderRows();
    writeAddress();
}

// Open or close a group without moving what is above it.
function fold(item, folded) {
    folds.set(item.name, !folded);
    makeItems();
    resetRows();
    renderRows();
    table.setAttribute("aria-rowcount", items.length + 1);
}

// ---- Rows: only those in view are in the document ---------------------------

const OVERSCAN = 12;
const scroller = $("scroller"), canvas = $("canvas"), table = $("sites");
const body = table.tBodies[0];
const live = new Map(); // index in items -> its <tr>
let rowHeight = 25;

function makeSiteRow(item) {
    const {site} = item;
    const tr = document.createElement("tr");
    const box = element("input", {type: "checkbox", tabIndex: -1});
    box.setAttribute("aria-label", `Pick ${visible(site.place)}`);
    tr.classList.toggle("inside", Boolean(item.inside));
    tr.append(element("td", {className: "pick"}, box));
    for (const column of COLUMNS) {
        const cell = document.createElement(column.rowHeader ? "th" : "td");
        cell.className = `${column.className ?? ""} ${column.wide ? "wide" : ""}`;
        if (column.rowHeader)
            cell.scope = "row";
        column.fill(cell, site);
        tr.append(cell);
    }
    return tr;
}

function groupSummary({sites: members, all}) {
    const counts = new Map();
    for (const site of members) {
        const name = dispositionOf(site);
        counts.set(name, (counts.get(name) ?? 0) + 1);
    }
    const done = members.filter((site) => isDecided(decisionOf(site))).length;
    return [
        members.length === all ? plural(all, "site")
            : `${number(members.length)} of ${plural(all, "site")}`,
        [...counts].map(([name, n]) => (counts.size > 1 ? `${n} ${name}` : name))
            .join(", "),
        done === members.length ? "✓ decided" : done ? `${done} decided` : "",
    ].filter(Boolean).join(" · ");
}

function makeGroupRow(item) {
    const open = !isFolded(item.name);
    const [, where, what] = /^(.*): (.*)$/.exec(item.title) ?? ["", "", item.title];
    const made = element("button", {type: "button", tabIndex: -1},
        element("span", {className: "arrow"}, open ? "▾" : "▸"),
        badge(worst(item.sites.map((site) => site.priority)) || "?"),
        element("span", {className: "title"}, ...prose(what)),
        where && element("span", {className: "where"}, where),
        element("span", {className: "sum"}, groupSummary(item)));
    made.setAttribute("aria-expanded", open);
    made.title = visible(item.title);
    const shown = COLUMNS.filter((column) => !column.wide || !isOpen());
    return element("tr", {className: "group"}, element("th",
        {scope: "row", colSpan: shown.length + 1}, made));
}

function makeRow(at) {
    const item = items[at];
    const tr = item.site ? makeSiteRow(item) : makeGroupRow(item);
    tr.setAttribute("aria-rowindex", at + 2);
    tr.dataset.index = at;
    return tr;
}

function markRow(tr, item) {
    const current = keyOf(item) === state.at;
    if (current)
        tr.setAttribute("aria-current", "true");
    else
        tr.removeAttribute("aria-current");
    tr.querySelector("button").tabIndex = current ? 0 : -1;
    const box = tr.querySelector("input");
    if (box) {
        box.checked = picked.has(item.site.site_id);
        box.tabIndex = current ? 0 : -1;
    }
}

function resetRows() {
    const focused = body.contains(document.activeElement);
    live.clear();
    body.replaceChildren();
    if (focused)
        scroller.focus({preventScroll: true});
}

function range() {
    const first = Math.floor(scroller.scrollTop / rowHeight) - OVERSCAN;
    const count = Math.ceil(scroller.clientHeight / rowHeight) + 2 * OVERSCAN;
    return [Math.max(0, Math.min(first, items.length - count)),
        Math.min(items.length, Math.max(first, 0) + count)];
}

function renderRows() {
    const [first, last] = range();
    for (const [at, tr] of live) {
        if (at < first || at >= last) {
            tr.remove();
            live.delete(at);
        }
    }
    let cursor = body.firstChild;
    for (let at = first; at < last; at++) {
        let tr = live.get(at);
        if (tr) {
            cursor = tr.nextSibling;
        } else {
            tr = makeRow(at);
            body.insertBefore(tr, cursor);
            live.set(at, tr);
        }
        markRow(tr, items[at]);
    }
    canvas.style.paddingTop = `${first * rowHeight}px`;
    canvas.style.paddingBottom = `${(items.length - last) * rowHeight}px`;
}

// After decisions: the lines say something else, but stay where they are.
function refreshRows() {
    const focused = body.contains(document.activeElement);
    for (const [at, tr] of live) {
        const fresh = makeRow(at);
        tr.replaceWith(fresh);
        live.set(at, fresh);
    }
    renderRows();
    if (focused)
        focusCurrent();
}

// Zoom and text size change what a row takes.
function measure() {
    const height = body.firstChild?.getBoundingClientRect().height;
    if (height && Math.abs(height - rowHeight) > 0.01)
        rowHeight = height;
    renderRows();
}

function scrollToRow(at) {
    const head = Math.ceil(table.tHead.getBoundingClientRect().height) + 1;
    const top = at * rowHeight;
    const room = scroller.clientHeight - head - rowHeight;
    if (top < scroller.scrollTop)
        scroller.scrollTop = top;
    else if (top > scroller.scrollTop + room)
        scroller.scrollTop = top - room;
}

// ---- The current line --------------------------------------------------------

const currentIndex = () => items.findIndex((item) => keyOf(item) === state.at);
const currentItem = () => items[currentIndex()] ?? null;

function focusCurrent() {
    live.get(currentIndex())?.querySelector("button")
        .focus({preventScroll: true});
}

function goTo(at, {focus = true, open = isOpen()} = {}) {
    state.at = keyOf(items[at]);
    if (open)
        showDetail(items[at]);
    scrollToRow(at);
    renderRows();
    if (focus)
        focusCurrent();
    writeAddress();
}

function move(step) {
    const at = currentIndex();
    if (!items.length)
        return;
    goTo(at < 0 ? (step > 0 ? 0 : items.length - 1)
        : Math.min(items.length - 1, Math.max(0, at + step)));
}

// A site that was asked for by its id, whatever is folded.
function reveal(id) {
    const site = siteById.get(id);
    const name = site && GROUPINGS[state.by](site);
    if (name && isFolded(name) && view.includes(site)) {
        folds.set(name, true);
        makeItems();
        resetRows();
    }
}

function pick(at) {
    const {site} = items[at];
    if (!site)
        return;
    if (!picked.delete(site.site_id))
        picked.add(site.site_id);
    renderRows();
    showTarget();
}

function pickNone() {
    picked.clear();
    $("pick-all").checked = false;
}

// ---- Filters and head of the table ---------------------------------------------

const filterFields = () => [...$("filters").elements].filter((e) =>
    Object.hasOwn(INITIAL, e.name));

// How many sites have each value.
function countValues(filter) {
    const counts = new Map(), last = new Map(); // value -> last site that has it
    for (const site of sites) {
        for (const row of site.rows) {
            for (const value of filter.of(row, site)) {
                if (last.get(value) !== site) {
                    last.set(value, site);
                    counts.set(value, (counts.get(value) ?? 0) + 1);
                }
            }
        }
    }
    return counts;
}

function fillSelect(name, filter) {
    const counts = countValues(filter);
    const field = $("filters").elements[name];
    if (filter.moves && state[name] && !counts.has(state[name]))
        counts.set(state[name], 0); // no more, or not yet
    const order = (value) => filter.order?.indexOf(value) ?? 0;
    const fresh = [element("option", {value: ""}, "all"),
        ...[...counts].filter(([value]) => value).sort(([a], [b]) =>
            order(a) - order(b) || (a < b ? -1 : 1)).map(([value, count]) =>
            element("option", {value}, `${value} (${number(count)})`))];
    field.replaceChildren(...fresh);
    field.value = state[name];
}

// moving: those whose values change with decisions, else the others.
function fillSelects(moving) {
    for (const [name, filter] of Object.entries(FILTERS)) {
        if (Boolean(filter.moves) === moving)
            fillSelect(name, filter);
    }
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
        field.classList.toggle("on",
            Object.hasOwn(FILTERS, field.name) && value !== "");
        if (field !== $("q"))
            field.title = visible(value);
    }
    $("fold").textContent = state.folded ? "Open groups" : "Close groups";
    $("fold").disabled = state.by === "";
}

const activeFilters = () => filterFields().filter((field) =>
    state[field.name] !== INITIAL[field.name] && field.name !== "by");

function showCount() {
    const all = sites.length;
    $("count").textContent = view.length === all ? plural(all, "site")
        : `${number(view.length)} of ${plural(all, "site")}`;
    $("empty").hidden = view.length > 0;
    $("empty").textContent = all ? "No site passes the filters."
        : "This worksheet has no sites.";
    $("reset").disabled = !activeFilters().length;
    table.setAttribute("aria-rowcount", items.length + 1);
}

function makeHead() {
    const columns = element("colgroup", {}, element("col", {className: "col-pick"}));
    let sum = 3;
    for (const column of COLUMNS) {
        const col = element("col",
            {className: `col-${column.key} ${column.wide ? "wide" : ""}`});
        const width = columnWidth(column);
        col.style.width = column.chars ? `${width}em` : "auto";
        sum += width;
        columns.append(col);
        table.tHead.rows[0].append(element("th",
            {scope: "col", className: column.wide ? "wide" : ""},
            button(column.title, () => sortBy(column.key))));
    }
    table.style.setProperty("--least", `${sum}em`);
    table.prepend(columns);
}

function sortBy(key) {
    state.sort = state.sort === key ? `-${key}` : key;
    changed();
}

function showOrder() {
    const key = state.sort.replace(/^-/, "");
    COLUMNS.forEach((column, i) => {
        const th = table.tHead.rows[0].cells[i + 1];
        if (column.key !== key)
            th.removeAttribute("aria-sort");
        else
            th.setAttribute("aria-sort",
                state.sort.startsWith("-") ? "descending" : "ascending");
    });
}
