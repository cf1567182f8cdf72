// SPDX-License-Identifier: GPL-2.0-only
//
// A witness path as a picture: boxes from left to right, row below row. The
// list beside it says the same in words.

const MOST_BOXES = 40, BOX_HEIGHT = 34, BOX_GAP = 26, ROW_GAP = 24;
const CHARACTER = 6.7; // width of one in a box, px

const colourOf = (name) =>
    contexts.find((context) => context.name === name)?.colour ?? "";

// Of a long path the middle is left out.
function cappedSteps(steps) {
    if (steps.length <= MOST_BOXES)
        return steps.map((step) => ({step}));
    const head = MOST_BOXES / 2, tail = MOST_BOXES / 2 - 1;
    return [...steps.slice(0, head).map((step) => ({step})),
        {missing: steps.length - head - tail},
        ...steps.slice(-tail).map((step) => ({step}))];
}

function placeBoxes(boxes, width) {
    let x = 0, y = 0;
    for (const box of boxes) {
        box.text = box.missing ? `… ${box.missing} more …` : box.site
            ? visible(box.site.kind) : `${visible(box.step.function)}()`;
        box.width = Math.min(width, box.text.length * CHARACTER + 22);
        if (x && x + box.width > width) {
            x = 0;
            y += BOX_HEIGHT + ROW_GAP;
        }
        Object.assign(box, {x, y});
        x += box.width + BOX_GAP;
    }
    return y + BOX_HEIGHT;
}

function drawArrow(from, to, dashed) {
    const x1 = from.x + from.width, y1 = from.y + BOX_HEIGHT / 2;
    const x2 = to.x, y2 = to.y + BOX_HEIGHT / 2;
    const turn = to.y - ROW_GAP / 2;
    const path = from.y === to.y ? `M${x1} ${y1}H${x2 - 5}`
        : `M${x1} ${y1}h8V${turn}H${x2 + 12}V${to.y - 5}`;
    const tip = from.y === to.y
        ? `M${x2} ${y2}l-7 -4v8z` : `M${x2 + 12} ${to.y}l-4 -7h8z`;
    return drawing("g", {class: dashed ? "edge indirect" : "edge"},
        drawing("path", {d: path, fill: "none"}),
        drawing("path", {d: tip, class: "tip"}));
}

function drawBox(box) {
    const middle = box.y + BOX_HEIGHT / 2;
    const group = drawing("g", {class: box.site ? "box stop" : box.missing
        ? "box missing" : "box"});
    group.append(drawing("rect", {x: box.x + 0.5, y: box.y + 0.5, rx: 4,
        width: box.width - 1, height: BOX_HEIGHT - 1}));
    if (box.step?.within) {
        group.append(drawing("rect", {x: box.x + 1, y: box.y + 4, width: 5,
            height: BOX_HEIGHT - 8, class: "within",
            fill: colourOf(box.step.within) || "currentColor"}));
    }
    group.append(drawing("text", {x: box.x + box.width / 2 + 2, y: middle + 4,
        "text-anchor": "middle"}, box.text),
    drawing("title", {}, box.missing ? box.text : box.site
        ? box.site.place : stepWords(box.step)));
    return group;
}

function stepWords(step) {
    const parts = [];
    if (step.kind !== "entry")
        parts.push(`${step.kind === "direct" ? "called" : step.kind} at ${
            step.file}:${step.line}`);
    else
        parts.push(`entered at ${step.file}:${step.line}`);
    if (step.via)
        parts.push(`through ${step.via}`);
    if (step.checked)
        parts.push(`behind ${step.checked}`);
    if (step.within)
        parts.push(step.within);
    if (step.uncertain)
        parts.push("may be wrong");
    return parts.join(", ");
}

function drawPath(path, site, width) {
    const boxes = [...cappedSteps(path.steps), {site}];
    const height = placeBoxes(boxes, width - 10);
    const svg = drawing("svg", {width, height: height + 2, role: "img",
        viewBox: `-1 -1 ${width} ${height + 2}`, class: "path",
        "aria-label": `Calls from ${path.steps[0].function} to the ${site.kind}` +
            "; the list says the same"});
    boxes.forEach((box, i) => {
        if (i) {
            svg.append(drawArrow(boxes[i - 1], box, box.step &&
                box.step.kind !== "direct"));
        }
    });
    svg.append(...boxes.map(drawBox));
    return svg;
}
