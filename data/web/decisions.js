// SPDX-License-Identifier: GPL-2.0-only
//
// What was decided, and where it is kept: by the browser when the page was
// opened from disk, by `xenfmea review` when that serves it. The contract is
// in fmea/sheet/page.h.

const DISPOSITIONS = [
    ["keep", "Keep"], ["remove-by-AoU", "Remove by AoU"],
    ["propagate", "Propagate"], ["domain-crash", "Domain crash"],
    ["not-applicable", "Not applicable"],
];

const itemOf = (edit) => (edit.site !== undefined ? `site ${edit.site}`
    : `group ${edit.group}`);

const decisions = {
    sites: new Map(),  // id -> what was decided last; {site, group} alone when
    groups: new Map(), // that was done with its group, by name
    journal: [],       // of this page: [[edit, ...], ...], undone from the end
    listeners: [],
    changed() {
        for (const listener of this.listeners)
            listener();
    },
};

const isDecided = (edit) => Boolean(edit && edit.disposition &&
    edit.disposition !== "open");

const isOfGroup = (edit) => edit.site === undefined;

// The edit that counts for a site, its own or that of the group it is a member
// of, or null. A site that is only proposed for the group is no member.
function decisionOf(site) {
    const own = decisions.sites.get(site.site_id);
    if (!own || own.disposition)
        return own ?? null;
    return decisions.groups.get(own.group) ?? null;
}

const dispositionOf = (site) => decisionOf(site)?.disposition ??
    site.disposition;

// "proposed", "decided", "open", or "stale", "moved": decided once, for a site
// that has changed.
function statusOf(site) {
    const edit = decisionOf(site);
    if (!edit)
        return "proposed";
    return edit.disposition === "open" ? "open"
        : decisions.sites.get(site.site_id).status || "decided";
}

const holds = (site) => ["decided", "moved"].includes(statusOf(site));

const rationaleOf = (site) => decisionOf(site)?.rationale ?? site.rationale;
const aouOf = (site) => decisionOf(site)?.aou ?? site.aouList;

// Texts and lists only: what comes from a file or a server is foreign.
function cleanEdit(edit) {
    const text = (name) => (typeof edit[name] === "string" ? edit[name] : "");
    const list = (name) => (Array.isArray(edit[name])
        ? edit[name].filter((one) => typeof one === "string") : []);
    const made = typeof edit.site === "string" ? {site: edit.site}
        : {group: text("group"), sites: list("sites")};
    for (const name of ["group", "status", "why"]) {
        if (text(name))
            made[name] = text(name);
    }
    return {...made, disposition: text("disposition"),
        rationale: text("rationale"), aou: list("aou"), by: text("by"),
        date: text("date"), meeting: text("meeting")};
}

function applyToGroup(edit) {
    for (const [id, own] of decisions.sites) {
        if (own.group === edit.group && !own.disposition)
            decisions.sites.delete(id);
    }
    if (!edit.disposition) {
        decisions.groups.delete(edit.group);
        return;
    }
    decisions.groups.set(edit.group, edit);
    for (const id of edit.sites) {
        if (!decisions.sites.get(id)?.disposition)
            decisions.sites.set(id, {site: id, group: edit.group});
    }
}

function applyEdit(edit) {
    if (isOfGroup(edit))
        applyToGroup(edit);
    else if (edit.disposition || edit.group)
        decisions.sites.set(edit.site, edit);
    else
        decisions.sites.delete(edit.site);
}

function forget() {
    decisions.sites.clear();
    decisions.groups.clear();
}

// What the file of decisions said when the page was written.
function recorded() {
    return readTable(data.decisions).map((one) => cleanEdit({
        ...one.site_id ? {site: one.site_id} : {},
        group: one.decided_group, status: one.state, why: one.why,
        // Of a site that was decided with its group the group's line counts.
        ...one.site_id && one.decided_group ? {} : {
            disposition: one.disposition, rationale: one.rationale,
            aou: one.aou ? one.aou.split(", ") : [], by: one.who,
            date: one.decided_on, meeting: one.meeting},
    })).filter((edit) => edit.site !== undefined || edit.group);
}

// ---- Kept by the browser -----------------------------------------------------

const offline = {
    key: `xenfmea-edits ${location.pathname}`,
    kept: true, // whether the browser lets us
    exported: 0, // batches of the journal that are in an exported file

    async start() {
        this.base = recorded();
        try {
            const stored = JSON.parse(localStorage.getItem(this.key) ?? "{}");
            decisions.journal = (stored.journal ?? []).map((batch) =>
                batch.map(cleanEdit));
            this.exported = stored.exported ?? 0;
        } catch {
            this.kept = false;
        }
        addEventListener("storage", (event) => {
            if (event.key === this.key)
                this.reload();
        });
        this.rebuild();
    },

    // Another tab with the same page wrote.
    reload() {
        const stored = JSON.parse(localStorage.getItem(this.key) ?? "{}");
        decisions.journal = (stored.journal ?? []).map((batch) =>
            batch.map(cleanEdit));
        this.exported = stored.exported ?? 0;
        this.rebuild();
    },

    // Groups first: a member's line says only that it is one.
    rebuild(journal = decisions.journal) {
        forget();
        this.base.filter(isOfGroup).forEach(applyEdit);
        this.base.filter((edit) => !isOfGroup(edit)).forEach(applyEdit);
        journal.flat().forEach(applyEdit);
        decisions.changed();
    },

    keep() {
        try {
            localStorage.setItem(this.key, JSON.stringify(
                {journal: decisions.journal, exported: this.exported}));
            this.kept = true;
        } catch {
            this.kept = false;
        }
    },

    async add(edits) {
        decisions.journal.push(edits);
        this.keep();
        this.rebuild();
        return edits.length;
    },

    look() {},

    async undo() {
        const batch = decisions.journal.pop();
        this.exported = Math.min(this.exported, decisions.journal.length);
        this.keep();
        this.rebuild();
        return batch ?? null;
    },

    status() {
        const fresh = decisions.journal.slice(this.exported).flat().length;
        return {
            text: !decisions.journal.length ? "no decisions made here yet"
                : fresh ? `${plural(fresh, "edit")} not exported`
                    : "all edits exported",
            warning: !this.kept ? "This browser keeps nothing: export before " +
                "you close the page." : "",
        };
    },

    // The last edit of each item, in order, with what it was before.
    exportText() {
        const last = new Map();
        for (const edit of decisions.journal.flat()) {
            last.delete(itemOf(edit));
            last.set(itemOf(edit), edit);
        }
        this.rebuild([]);
        for (const [item, edit] of last)
            last.set(item, {...edit, was: wordsOfEdit(edit)});
        this.rebuild();
        return `{"format": "xenfmea-edits", "version": 1, "edits": [\n${
            [...last.values()].map((edit) => JSON.stringify(edit)).join(",\n")
        }\n]}\n`;
    },

    markExported() {
        this.exported = decisions.journal.length;
        this.keep();
        decisions.changed();
    },
};

// What counts now for the item of an edit, for who takes it in elsewhere.
function wordsOfEdit(edit) {
    const now = isOfGroup(edit) ? decisions.groups.get(edit.group)
        : decisionOf(siteById.get(edit.site));
    return now ? {disposition: now.disposition, rationale: now.rationale,
        aou: now.aou, by: now.by, date: now.date, meeting: now.meeting} : null;
}

// The edits of an exported file, or an Error that says what is wrong with it.
function parseEdits(text) {
    let file;
    try {
        file = JSON.parse(text);
    } catch (error) {
        throw new Error(`not a file of edits: ${error.message}`);
    }
    if (file?.format !== "xenfmea-edits" || file.version !== 1 ||
        !Array.isArray(file.edits))
        throw new Error("not a file of edits that this page exports");
    const edits = file.edits.map(cleanEdit);
    const unknown = edits.filter((edit) => isOfGroup(edit)
        ? !groups.has(edit.group) || !edit.sites.every((id) => siteById.has(id))
        : !siteById.has(edit.site));
    if (unknown.length) {
        throw new Error(`nothing was taken: this worksheet does not have ${
            unknown.slice(0, 3).map(itemOf).join(", ")}${
            unknown.length > 3 ? ` and ${unknown.length - 3} more` : ""}`);
    }
    return edits;
}

// ---- Kept by a server --------------------------------------------------------

const server = {
    token: "",
    revision: 0,
    problem: "",
    waiting: 0, // edits on their way
    looked: 0,          // revision when somebody began to look at the target
    own: new Set(),     // revisions that this page made
    seen: new Map(),    // item -> revision of what this page made or was shown
    queue: Promise.resolve(), // edits, one after the other

    async minutes() {
        const answer = await fetch("/api/minutes", {cache: "no-store",
            headers: {"X-Xenfmea-Token": this.token}});
        if (!answer.ok)
            throw new Error(`the server says ${answer.status}`);
        return answer.text();
    },

    async call(method, path, body) {
        const answer = await fetch(path, {method, cache: "no-store",
            headers: {"X-Xenfmea-Token": this.token,
                ...body ? {"Content-Type": "application/json"} : {}},
            body: body && JSON.stringify(body)});
        const result = await answer.json();
        if (!answer.ok && answer.status !== 409)
            throw new Error(result.error ?? `the server says ${answer.status}`);
        return {status: answer.status, ...result};
    },

    take({revision, decisions: found = []}) {
        const changed = found.map(cleanEdit);
        for (const edit of [...changed.filter(isOfGroup),
            ...changed.filter((one) => !isOfGroup(one))])
            applyEdit(edit);
        this.revision = revision;
        if (changed.length)
            decisions.changed();
    },

    async start() {
        await this.refresh("/api/state");
        this.look();
        this.follow();
    },

    // Somebody looks at another target, and sees what is decided by now. What
    // others decide from here on is a conflict, even when it is on the screen.
    look() {
        this.looked = this.revision;
    },

    // What this page did itself since then was seen as well.
    pass(revision) {
        while (this.own.has(revision + 1))
            revision++;
        return revision;
    },

    // The server answers when there is something.
    async follow() {
        for (;;) {
            await this.refresh(`/api/changes?since=${this.revision}&wait=20`);
            if (this.problem)
                await new Promise((again) => setTimeout(again, 2000));
        }
    },

    async refresh(path) {
        const before = this.problem;
        try {
            const answer = await this.call("GET", path);
            if (path === "/api/state")
                forget();
            this.take(answer);
            this.problem = "";
        } catch (error) {
            this.problem = `The server does not answer (${error.message}). ` +
                "Decisions cannot be saved.";
        }
        if (this.problem !== before)
            decisions.changed();
    },

    // Saved is only what the server has confirmed. The promise is how many were.
    add(edits) {
        this.waiting += edits.length;
        decisions.changed();
        const {looked} = this;
        this.queue = this.queue.then(() => this.send(edits, looked));
        return this.queue;
    },

    async send(edits, looked) {
        const saved = [];
        try {
            for (const edit of edits) {
                if (await this.save(edit, looked))
                    saved.push(edit);
            }
        } catch (error) {
            this.problem = `Not saved: ${error.message}`;
        }
        this.waiting -= edits.length;
        if (saved.length)
            decisions.journal.push(saved);
        decisions.changed();
        return saved.length;
    },

    async save(edit, looked) {
        const base = this.pass(Math.max(looked,
            this.seen.get(itemOf(edit)) ?? 0));
        const answer = await this.call("POST", "/api/edit", {...edit, base});
        if (answer.status === 409) {
            const theirs = cleanEdit(answer.current ?? {});
            this.seen.set(itemOf(edit), answer.revision);
            if (await askConflict(edit, theirs))
                return this.save(edit, looked);
            if (answer.current)
                applyEdit(theirs);
            return false;
        }
        applyEdit(edit);
        this.seen.set(itemOf(edit), answer.revision);
        this.own.add(answer.revision);
        this.problem = "";
        return true;
    },

    async undo() {
        const batch = decisions.journal.pop();
        try {
            for (let left = batch?.length ?? 0; left > 0; left--)
                await this.call("POST", "/api/undo", {});
            await this.refresh("/api/state");
            this.look();
        } catch (error) {
            this.problem = `Not undone: ${error.message}`;
        }
        decisions.changed();
        return batch ?? null;
    },

    status() {
        return {
            text: !this.token ? "read only: open the address that xenfmea review " +
                "printed" : this.waiting ? `saving ${plural(this.waiting, "edit")}…`
                : `all saved (revision ${this.revision})`,
            warning: this.problem,
        };
    },
};

const bootstrap = JSON.parse($("server").textContent);
const storage = bootstrap ? Object.assign(server, bootstrap) : offline;
