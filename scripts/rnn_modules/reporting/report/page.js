"use strict";

// The first number of a text, with the true minus sign; NaN where there is none.
function figure(text) {
  const match = text.replace(/−/g, "-").replace(/,(?=\d{3})/g, "").match(/^[^\d+\-]{0,2}([+-]?\d+(\.\d+)?)/);
  return match ? Number(match[1]) : NaN;
}

function sort(table, column, descending) {
  const body = table.tBodies[0];
  const rows = [...body.rows].map((row) => ({ row, text: row.cells[column].textContent.trim() }));
  const numbers = rows.every(({ text }) => !text || text.startsWith("–") || !Number.isNaN(figure(text)));
  const missing = ({ text }) => !text || (numbers && Number.isNaN(figure(text)));
  rows.sort((one, other) => {
    if (missing(one) || missing(other)) return missing(one) - missing(other);
    const order = numbers ? figure(one.text) - figure(other.text) : one.text.localeCompare(other.text, "en");
    return descending ? -order : order;
  });
  body.append(...rows.map(({ row }) => row));
}

for (const table of document.querySelectorAll("table.sortable")) {
  const headings = [...table.tHead.rows[0].cells];
  headings.forEach((heading, column) => {
    const button = document.createElement("button");
    button.type = "button";
    button.title = "Sort by this column";
    button.append(...heading.childNodes);
    heading.append(button);
    button.addEventListener("click", () => {
      const descending = heading.getAttribute("aria-sort") === "ascending";
      for (const other of headings) other.removeAttribute("aria-sort");
      heading.setAttribute("aria-sort", descending ? "descending" : "ascending");
      sort(table, column, descending);
    });
  });
}

// Tables with verdicts can show one verdict alone.
for (const table of document.querySelectorAll("table.sortable")) {
  const verdict = (row) => row.querySelector(".verdict")?.classList[1] ?? "";
  const rows = [...table.tBodies[0].rows];
  const kinds = [...new Set(rows.map(verdict))].filter(Boolean);
  if (kinds.length < 2) continue;
  const bar = document.createElement("div");
  bar.className = "filter";
  bar.setAttribute("role", "group");
  bar.setAttribute("aria-label", "Show one verdict");
  for (const kind of ["", ...kinds]) {
    const button = document.createElement("button");
    button.type = "button";
    const count = rows.filter((row) => !kind || verdict(row) === kind).length;
    button.textContent = `${kind ? kind.replace(/-/g, " ") : "all"} (${count})`;
    button.className = `verdict ${kind}`.trim();
    button.setAttribute("aria-pressed", String(!kind));
    button.addEventListener("click", () => {
      for (const other of bar.children) other.setAttribute("aria-pressed", String(other === button));
      for (const row of rows) row.hidden = Boolean(kind) && verdict(row) !== kind;
    });
    bar.append(button);
  }
  table.closest(".scroll").before(bar);
}

// On paper nothing is folded.
addEventListener("beforeprint", () => {
  for (const details of document.querySelectorAll("details.fold")) details.open = true;
});

// A link to a model opens its section.
function openTarget() {
  const target = location.hash && document.getElementById(decodeURIComponent(location.hash.slice(1)));
  if (!target) return;
  for (let place = target; place; place = place.parentElement) if (place.tagName === "DETAILS") place.open = true;
  target.scrollIntoView();
}
addEventListener("hashchange", openTarget);
openTarget();
