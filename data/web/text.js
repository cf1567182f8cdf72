// SPDX-License-Identifier: GPL-2.0-only
//
// Text and elements. Text reaches the document through textContent only; the
// page's policy forbids everything else.

const $ = (id) => document.getElementById(id);

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

// element("td", {className: "code"}, "text", child, ...); what is null or ""
// among the children is left out.
function element(tag, properties, ...children) {
    const made = Object.assign(document.createElement(tag), properties);
    for (const child of children) {
        if (child)
            made.append(typeof child === "string" ? visible(child) : child);
    }
    return made;
}

function button(text, act, properties = {}) {
    const made = element("button", {type: "button", ...properties}, text);
    made.addEventListener("click", act);
    return made;
}

// The same for SVG, whose properties are attributes.
function drawing(tag, attributes, ...children) {
    const made = document.createElementNS("http://www.w3.org/2000/svg", tag);
    for (const [name, value] of Object.entries(attributes))
        made.setAttribute(name, value);
    for (const child of children)
        made.append(typeof child === "string" ? visible(child) : child);
    return made;
}

// Text with `code` in back quotes.
function prose(text) {
    return text === "" ? [] : text.split("`").map((part, i) => (i % 2
        ? element("code", {}, part) : document.createTextNode(visible(part))));
}

// Text that may be cut off, with the whole of it in the tooltip.
function put(cell, text) {
    cell.textContent = visible(oneLine(text));
    if (text)
        cell.title = visible(text);
}

function today() {
    const now = new Date();
    const two = (n) => String(n).padStart(2, "0");
    return `${now.getFullYear()}-${two(now.getMonth() + 1)}-${two(now.getDate())}`;
}
