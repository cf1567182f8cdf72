// SPDX-License-Identifier: GPL-2.0-only
//
// Deciding: the panel below the evidence, for the current site, the current
// group or the sites that were picked.

const panel = $("decide"), rationaleField = $("rationale"), aouField = $("aou");
const drafts = new Map(); // key of the target -> text that was not saved yet
const session = {by: "", meeting: ""};
let target = null;  // {key, title, sites, group}
let wanted = "";    // disposition that waits for a rationale
let afterName = null; // what waits for the name of who decides

function findTarget() {
    if (!isOpen())
        return null;
    if (picked.size) {
        const chosen = sites.filter((site) => picked.has(site.site_id));
        return {key: "picked", sites: chosen, title: plural(chosen.length,
            "picked site")};
    }
    const item = currentItem();
    if (!item)
        return null;
    if (item.site)
        return {key: item.site.site_id, sites: [item.site], title: "this site"};
    const members = wholeGroup(item);
    return {key: item.key, sites: members, title: `all ${members.length} sites of ${
        state.by === "groups" ? "this group" : item.title}`,
    group: state.by === "groups" ? item.name : undefined};
}

function commonText(texts) {
    return new Set(texts).size === 1 ? texts[0] : "";
}

// The edit that the fields begin with: what counts for the target already.
function currentEdit() {
    if (target.group !== undefined)
        return decisions.groups.get(target.group) ?? null;
    return target.sites.length === 1 ? decisionOf(target.sites[0]) : null;
}

function showTarget() {
    const before = target?.key;
    target = findTarget();
    panel.hidden = !target;
    if (!target)
        return;
    const edit = currentEdit();
    if (target.key !== before) {
        wanted = "";
        storage.look();
    }
    $("target").textContent = visible(`Decide ${target.title}`);
    $("unpick").hidden = !picked.size;
    rationaleField.value = drafts.get(target.key) ?? edit?.rationale ?? "";
    rationaleField.placeholder = visible(oneLine(proposedRationale()));
    aouField.value = (edit?.aou ?? []).join(", ");
    aouField.placeholder = commonText(target.sites.map((site) => site.aou));
    showButtons(edit);
}

function showButtons(edit) {
    for (const made of panel.querySelectorAll("[data-disposition]")) {
        const name = made.dataset.disposition;
        made.setAttribute("aria-pressed", edit?.disposition === name);
        made.classList.toggle("wanted", wanted === name);
        made.classList.toggle("proposed", !edit &&
            commonText(target.sites.map((site) => site.disposition)) === name);
    }
    $("state").textContent = visible(wanted
        ? `Say why, then Enter: ${wanted}` : editWords(edit));
    $("state").classList.toggle("asking", wanted !== "");
}

function editWords(edit) {
    if (!edit || !edit.disposition)
        return "Not decided";
    const [site] = target.sites;
    const status = target.group === undefined ? statusOf(site) : "decided";
    const why = decisions.sites.get(site.site_id)?.why ?? "";
    return [edit.disposition === "open" ? "Left open"
        : {stale: "Stale", moved: "Moved, confirm"}[status] ?? "Decided",
    isOfGroup(edit) && target.group === undefined ? "with its group" : "",
    edit.by && `by ${edit.by}`, edit.date && `on ${edit.date}`,
    edit.meeting && `(${edit.meeting})`,
    target.group === undefined && why && `– ${why}`].filter(Boolean).join(" ");
}

function proposedRationale() {
    if (target.group === undefined)
        return commonText(target.sites.map((site) => site.rationale)) ||
            "each site's own proposal";
    return commonText(target.sites.map((site) => site.rationale)) ||
        groups.get(target.group).why;
}

// What is said when nobody wrote a rationale: the proposal's, where it
// proposes the same.
function rationaleFor(site, disposition) {
    return rationaleField.value.trim() ||
        (site.disposition === disposition ? site.rationale : "");
}

function aouFor(site, disposition) {
    const text = aouField.value.trim();
    const ids = text ? text.split(/[,\s]+/).filter(Boolean) : [];
    return ids.length || disposition !== site.disposition ? ids : site.aouList;
}

function makeEdits(disposition) {
    const stamp = {by: session.by, date: today(), meeting: session.meeting};
    if (target.group !== undefined) {
        const same = target.sites.every((site) =>
            site.disposition === disposition);
        return [{group: target.group,
            sites: target.sites.map((site) => site.site_id), disposition,
            rationale: rationaleField.value.trim() ||
                (same ? proposedRationale() : ""),
            aou: aouFor(target.sites[0], disposition), ...stamp}];
    }
    return target.sites.map((site) => ({site: site.site_id, disposition,
        rationale: rationaleFor(site, disposition),
        aou: aouFor(site, disposition), ...stamp}));
}

async function decide(disposition) {
    if (!isOpen() && currentItem()) // nobody decides what is not shown
        goTo(currentIndex(), {open: true});
    else if (target)
        await decideShown(disposition);
}

async function decideShown(disposition) {
    if (storage === server && !server.token) {
        say("Read only.");
        return;
    }
    if (!session.by) {
        afterName = () => decideShown(disposition);
        askName();
        return;
    }
    const edits = makeEdits(disposition);
    if (disposition !== "open" && edits.some((edit) => !edit.rationale)) {
        wanted = disposition;
        showButtons(currentEdit());
        rationaleField.focus();
        return;
    }
    wanted = "";
    drafts.delete(target.key);
    pickNone();
    rationaleField.blur();
    const own = edits.flatMap((edit) => edit.sites ?? []).filter((id) =>
        decisions.sites.get(id)?.disposition).length;
    const saved = await storage.add(edits);
    say(!saved ? "Nothing was changed." : `${disposition} saved${
        edits[0].sites ? ` for ${plural(edits[0].sites.length - own, "site")}`
            : edits.length > 1 ? ` for ${plural(saved, "site")}` : ""}${
        own ? `; ${own} keep their own decision` : ""}`);
}

// Enter in the rationale: with the disposition that waits for it, or the one
// that counts already.
function saveRationale() {
    const disposition = wanted || currentEdit()?.disposition;
    if (!disposition) {
        say("The text is kept; press 1, 2 or 3 to decide.");
        rationaleField.blur();
        return;
    }
    decideShown(disposition);
}

async function undo() {
    const batch = await storage.undo();
    if (!batch) {
        say("There is nothing to undo.");
        return;
    }
    say(`Undone: ${plural(batch.length, "edit")}.`);
    const last = batch.at(-1);
    if (last.site !== undefined)
        goToSite(last.site);
}

function takeRationale(edit) {
    rationaleField.value = edit.rationale;
    drafts.set(target.key, edit.rationale);
    aouField.value = edit.aou.join(", ");
    rationaleField.focus();
}

// ---- Who decides, where decisions are --------------------------------------------

function askName() {
    $("by").value = session.by;
    $("meeting").value = session.meeting;
    $("who").showModal();
    $("by").focus();
}

function nameGiven() {
    session.by = $("by").value.trim();
    session.meeting = $("meeting").value.trim();
    try {
        localStorage.setItem("xenfmea-session", JSON.stringify(session));
    } catch {
        // then it is asked for again next time
    }
    showSession();
    const next = afterName;
    afterName = null;
    if (session.by)
        next?.();
}

function loadSession() {
    try {
        const stored = JSON.parse(localStorage.getItem("xenfmea-session") ?? "{}");
        session.by = String(stored.by ?? "");
        session.meeting = String(stored.meeting ?? "");
    } catch {
        // a browser that keeps nothing
    }
}

function showSession() {
    $("show-who").textContent = visible(session.by
        ? `${session.by}${session.meeting ? ` · ${session.meeting}` : ""}`
        : "Who decides?");
}

let sayTimer = 0;

function say(text) {
    $("said").textContent = visible(text);
    clearTimeout(sayTimer);
    sayTimer = setTimeout(() => {
        $("said").textContent = "";
    }, 6000);
}

function showProgress() {
    let done = 0, now = 0;
    for (const site of sites) {
        const edit = decisionOf(site);
        if (isDecided(edit) && holds(site)) {
            done++;
            now += edit.date === today() ? 1 : 0;
        }
    }
    $("progress").value = done;
    $("progress").max = Math.max(1, sites.length);
    $("progress-text").textContent =
        `${number(done)} of ${number(sites.length)} decided, ${number(now)} today`;
    const {text, warning} = storage.status();
    $("store").textContent = visible(text);
    $("warning").hidden = !warning;
    $("warning").textContent = visible(warning);
}

function exportEdits() {
    const blob = new Blob([offline.exportText()], {type: "application/json"});
    const link = element("a", {href: URL.createObjectURL(blob),
        download: "xenfmea-edits.json"});
    link.click();
    URL.revokeObjectURL(link.href);
    offline.markExported();
    say("Now: xenfmea decide --import xenfmea-edits.json");
}

async function importEdits(event) {
    const [file] = event.target.files;
    event.target.value = "";
    if (!file)
        return;
    try {
        const edits = parseEdits(await file.text());
        await storage.add(edits);
        say(`${plural(edits.length, "edit")} taken from ${file.name}.`);
    } catch (error) {
        say(`${file.name}: ${error.message}`);
    }
}

// Two browsers decided the same: true to put ours in place of theirs.
function askConflict(ours, theirs) {
    const box = $("conflict");
    $("ours").textContent = visible(`${ours.disposition}: ${ours.rationale}`);
    $("theirs").textContent = visible(`${theirs.disposition}: ${
        theirs.rationale} – ${theirs.by} ${theirs.date}`);
    $("conflict-item").textContent = visible(ours.site !== undefined
        ? siteById.get(ours.site)?.place ?? ours.site
        : groups.get(ours.group)?.title ?? ours.group);
    box.returnValue = "theirs";
    box.showModal();
    return new Promise((resolve) => {
        box.addEventListener("close", () => resolve(box.returnValue === "ours"),
            {once: true});
    });
}

function makeButtons() {
    const made = DISPOSITIONS.map(([name, title], i) => {
        const one = button(title, () => decide(name));
        one.dataset.disposition = name;
        one.append(" ", element("kbd", {}, String(i + 1)));
        one.setAttribute("aria-keyshortcuts", String(i + 1));
        return one;
    });
    const open = button("Leave open", () => decide("open"));
    open.dataset.disposition = "open";
    open.append(" ", element("kbd", {}, "0"));
    $("buttons").append(...made, open);
}
