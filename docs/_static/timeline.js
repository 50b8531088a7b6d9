"use strict";
// The timeline: a table of a framework's calls by release. halfpixelTimeline comes from timeline_data.js.
document.addEventListener("DOMContentLoaded", () => {
  const page = document.getElementById("timeline");
  if (!page) return;
  const make = (tag, attributes = {}, ...children) => {
    const node = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
    node.append(...children);
    return node;
  };

  const choice = make("select", { id: "timeline-framework" });
  for (const [i, one] of halfpixelTimeline.entries()) choice.append(make("option", { value: i }, one.title));
  const changes = make("input", { type: "checkbox", id: "timeline-changes", checked: "" });
  const aliases = make("input", { type: "checkbox", id: "timeline-aliases" });
  const count = make("p", { class: "timeline-count", role: "status" });
  const holder = make("div", { class: "timeline-scroll", tabindex: "0", role: "region", "aria-label": "Timeline" });
  const legend = make("p", { class: "timeline-legend" });
  const details = make("div", { class: "timeline-details", role: "status" }, "Choose a cell to see what holds there.");
  const label = (text, control, after) => make("label", {}, ...(after ? [control, " ", text] : [text, " ", control]));
  page.replaceChildren(
    make("div", { class: "timeline-controls" },
      label("Framework", choice), label("changes only", changes, true), label("aliases too", aliases, true)),
    count, holder, details, legend,
  );

  const range = (releases, start, length) =>
    length === 1 ? releases[start] : `${releases[start]} to ${releases[start + length - 1]}`;

  function show(framework, row, start, span) {
    const [length, place, lines] = span;
    const convention = place < 0 ? "not there" : framework.conventions[place][0];
    const list = make("ul");
    for (const line of place < 0 ? [] : lines) list.append(make("li", {}, line));
    details.replaceChildren(
      make("code", {}, row.code), make("p", {}, `${range(framework.releases, start, length)}: ${convention}`), list);
  }

  function cell(framework, row, start, span) {
    const [length, place, , marks] = span;
    const convention = place < 0 ? "" : framework.conventions[place][0];
    const where = range(framework.releases, start, length);
    const button = make("button", {
      type: "button",
      "aria-label": `${row.call}, ${where}: ${convention || "not there"}${marks ? `, ${marks}` : ""}`,
      title: `${where}: ${convention || "not there"}`,
    }, marks);
    button.addEventListener("click", () => show(framework, row, start, span));
    const node = make("td", { colspan: length }, button);
    if (place < 0) node.className = "timeline-absent";
    else {
      node.style.setProperty("--hue", framework.conventions[place][1]);
      node.style.setProperty("--shade", Math.min(span[4], 3));
    }
    return node;
  }

  function draw() {
    const framework = halfpixelTimeline[choice.value];
    const rows = framework.rows.filter(
      (row) => (aliases.checked || !row.alias) && (!changes.checked || row.changes));
    const head = make("tr", {}, make("th", { scope: "col" }, "call"));
    for (const release of framework.releases) head.append(make("th", { scope: "col" }, make("span", {}, release)));
    const body = make("tbody");
    const used = new Set();
    for (const row of rows) {
      const line = make("tr", {}, make("th", { scope: "row", title: row.code }, row.call));
      let start = 0;
      for (const span of row.spans) {
        line.append(cell(framework, row, start, span));
        if (span[1] >= 0) used.add(span[1]);
        start += span[0];
      }
      body.append(line);
    }
    holder.replaceChildren(make("table", {}, make("thead", {}, head), body));
    count.textContent = `${rows.length} of ${framework.rows.length} calls, ${framework.releases.length} releases`;
    legend.replaceChildren();
    for (const [i, [convention, hue]] of framework.conventions.entries()) {
      if (!used.has(i)) continue;
      const swatch = make("span", { class: "timeline-swatch" });
      swatch.style.setProperty("--hue", hue);
      legend.append(make("span", { class: "timeline-entry" }, swatch, convention), " ");
    }
  }

  for (const control of [choice, changes, aliases]) control.addEventListener("change", draw);
  draw();
});
