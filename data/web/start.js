// SPDX-License-Identifier: GPL-2.0-only
//
// Keys, events, and the start of the page.

// ---- Keys ------------------------------------------------------------------------

function focusField(field) {
    if (!panel.hidden) {
        field.focus();
        field.select();
    }
}

const letterKeys = {
    j: () => move(1),
    n: () => move(1),
    k: () => move(-1),
    p: () => move(-1),
    x: () => currentIndex() >= 0 && pick(currentIndex()),
    u: undo,
    r: () => focusField(rationaleField),
    a: () => focusField(aouField),
    s: () => switchView(state.view ? "" : "summary"),
    w: askName,
    "/": () => {
        switchView("");
        $("q").focus();
        $("q").select();
    },
    "?": () => $("help").showModal(),
    0: () => decide("open"),
};
DISPOSITIONS.forEach(([name], i) => {
    letterKeys[i + 1] = () => decide(name);
});

const isField = (target) => target.matches?.(
    "input:not([type=checkbox]), select, textarea");

// Where a key already does something, that is left alone.
const isOwnKeyboard = (target) => target.matches?.("a, button, summary, input");

function onField(event) {
    if (event.key === "Escape") {
        event.preventDefault();
        wanted = "";
        event.target.blur();
        if (target)
            showTarget();
        focusCurrent();
    } else if (event.key === "Enter" && !event.shiftKey &&
        event.target === $("q")) {
        event.preventDefault();
        event.target.blur();
    } else if (event.key === "Enter" && !event.shiftKey &&
        (event.target === rationaleField || event.target === aouField)) {
        event.preventDefault();
        saveRationale();
        focusCurrent();
    }
}

function onEnter() {
    const item = currentItem();
    if (item && !item.site && isOpen())
        fold(item, !isFolded(item.name));
    else if (items.length)
        goTo(Math.max(0, currentIndex()), {open: true});
}

function onSideways(folded) {
    const item = currentItem();
    if (item && !item.site && isFolded(item.name) !== folded) {
        fold(item, folded);
        focusCurrent();
    }
}

function onNamedKey(event) {
    const inRows = body.contains(event.target) ||
        event.target === document.body;
    if (event.key === "Enter" && (inRows || !isOwnKeyboard(event.target)))
        onEnter();
    else if (event.key === "ArrowDown" && inRows)
        move(1);
    else if (event.key === "ArrowUp" && inRows)
        move(-1);
    else if (event.key === "ArrowRight" && inRows)
        onSideways(false);
    else if (event.key === "ArrowLeft" && inRows)
        onSideways(true);
    else if (event.key === "Escape" && isOpen())
        closeDetail();
    else
        return false;
    return true;
}

function onKey(event) {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing ||
        document.querySelector("dialog[open]"))
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

// ---- The head --------------------------------------------------------------------

function showTitle() {
    const facts = new Map(plainFacts());
    const tree = [facts.get("Tree"), facts.get("Version")].filter(Boolean).join(" ");
    const builds = new Set(rows.map((row) => row.buildName));
    $("title").title = $("title").textContent = visible([tree, [...builds].join(", ")]
        .filter(Boolean).join(" · "));
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

// ---- Events ------------------------------------------------------------------------

function showView() {
    const inSummary = state.view === "summary";
    document.body.classList.toggle("in-summary", inSummary);
    summary.hidden = !inSummary;
    $("filters").hidden = inSummary;
    $("work").hidden = inSummary;
    $("show-list").setAttribute("aria-pressed", !inSummary);
    $("show-summary").setAttribute("aria-pressed", inSummary);
    showSummary();
}

function switchView(name) {
    if (state.view === name)
        return;
    state.view = name;
    showView();
    measure();
    writeAddress();
}

function onRowClick(event) {
    const tr = event.target.closest("tr");
    if (!tr || String(getSelection()) !== "")
        return;
    const at = Number(tr.dataset.index);
    if (event.target.closest(".pick")) {
        pick(at);
        return;
    }
    const item = items[at];
    if (!item.site && event.target.closest(".arrow, .title") &&
        (keyOf(item) === state.at || !isOpen()))
        fold(item, !isFolded(item.name));
    goTo(at, {open: Boolean(item.site) || isOpen()});
}

function onFilter(event) {
    if (!Object.hasOwn(INITIAL, event.target.name))
        return;
    state[event.target.name] = event.target.value;
    showFilters();
    changed();
}

function resetFilters() {
    for (const name of ["q", ...Object.keys(FILTERS)])
        state[name] = "";
    fillSelects(true);
    showFilters();
    changed();
}

function toggleFold() {
    state.folded = state.folded ? "" : "yes";
    folds.clear();
    showFilters();
    changed();
}

function pickAll() {
    picked.clear();
    if ($("pick-all").checked) {
        for (const site of view)
            picked.add(site.site_id);
    }
    renderRows();
    showTarget();
}

function applyAddress() {
    readAddress();
    fillSelects(true);
    showFilters();
    showView();
    $("keys").checked = state.keys !== "off";
    updateView();
    reveal(state.at);
    const item = currentItem();
    if (item)
        showDetail(item);
    else
        closeDetail();
    measure();
    if (item)
        scrollToRow(currentIndex());
    renderRows();
    if (state.at && !item)
        $("count").textContent += visible(`; there is no ${state.at} here`);
}

// The list stays as it is: a site that no longer passes the filters leaves it
// when they are changed the next time.
function onDecisions() {
    fillSelects(true);
    refreshRows();
    showProgress();
    showTarget();
    showSummary();
    const item = currentItem();
    if (item && isOpen() && !item.site)
        showGroup(item);
}

function listenToPanel() {
    rationaleField.addEventListener("input", () =>
        drafts.set(target.key, rationaleField.value));
    $("save").addEventListener("click", saveRationale);
    $("undo").addEventListener("click", undo);
    $("unpick").addEventListener("click", () => {
        pickNone();
        renderRows();
        showTarget();
    });
    $("show-who").addEventListener("click", askName);
    $("who").addEventListener("close", () => {
        if ($("who").returnValue === "ok")
            nameGiven();
        else
            afterName = null;
    });
    $("export").addEventListener("click", exportEdits);
    $("import").addEventListener("click", () => $("file").click());
    $("file").addEventListener("change", importEdits);
    $("minutes").addEventListener("click", async () => {
        try {
            await navigator.clipboard.writeText(await server.minutes());
            say("The minutes are in the clipboard.");
        } catch (error) {
            say(`No minutes: ${error.message}`);
        }
    });
    for (const name of ["export", "import"])
        $(name).hidden = storage !== offline;
    $("minutes").hidden = storage === offline;
}

function listen() {
    $("filters").addEventListener("input", onFilter);
    $("filters").addEventListener("submit", (event) => event.preventDefault());
    $("reset").addEventListener("click", resetFilters);
    $("fold").addEventListener("click", toggleFold);
    $("pick-all").addEventListener("change", pickAll);
    body.addEventListener("click", onRowClick);
    scroller.addEventListener("scroll", renderRows, {passive: true});
    new ResizeObserver(measure).observe(scroller);
    let width = 0;
    new ResizeObserver(() => {
        if (evidence.clientWidth !== width)
            drawPaths();
        width = evidence.clientWidth;
    }).observe(evidence);
    $("previous").addEventListener("click", () => move(-1));
    $("next").addEventListener("click", () => move(1));
    $("close").addEventListener("click", closeDetail);
    $("show-help").addEventListener("click", () => $("help").showModal());
    $("show-list").addEventListener("click", () => switchView(""));
    $("show-summary").addEventListener("click", () => switchView("summary"));
    $("keys").addEventListener("change", () => {
        state.keys = $("keys").checked ? "" : "off";
        writeAddress();
    });
    document.addEventListener("keydown", onKey);
    addEventListener("hashchange", applyAddress);
    addEventListener("beforeprint", fillPaper);
    addEventListener("afterprint", () => $("paper").replaceChildren());
    addEventListener("beforeunload", (event) => {
        if (storage === offline && !offline.kept && decisions.journal.length)
            event.preventDefault();
    });
}

makeHead();
makeButtons();
loadSession();
showSession();
showAlarms();
showTitle();
listen();
listenToPanel();
storage.start().then(() => {
    readAddress();
    fillSelects(false);
    showProgress();
    applyAddress();
    decisions.listeners.push(onDecisions);
});
