"use strict";
const words = new Intl.Collator(undefined, { numeric: true, sensitivity: "base" });

function sorter(button) {
  const header = button.parentElement;
  const table = header.closest("table");
  const body = table.tBodies[0];
  const column = header.cellIndex;
  button.addEventListener("click", () => {
    const now = header.getAttribute("aria-sort");
    const up = now ? now === "descending" : button.dataset.first !== "down";
    for (const each of table.tHead.rows[0].cells) each.removeAttribute("aria-sort");
    header.setAttribute("aria-sort", up ? "ascending" : "descending");
    const keyed = Array.from(body.rows, (row) => {
      const cell = row.cells[column];
      if (button.dataset.first === "up") return [row, cell.textContent];
      const value = parseFloat(cell.dataset.v ?? cell.textContent);
      return [row, Number.isNaN(value) ? -1 : value]; // what has no number comes below zero points
    });
    keyed.sort(([, a], [, b]) => (typeof a === "number" ? a - b : words.compare(a, b)) * (up ? 1 : -1));
    body.append(...keyed.map(([row]) => row));
  });
}

function filter(form) {
  const table = document.getElementById(form.dataset.for);
  const rows = Array.from(table.tBodies[0].rows);
  const texts = rows.map((row) => row.cells[0].textContent.toLowerCase());
  const tags = rows.map((row) => new Set(row.dataset.is.split(" ")));
  const [search, choice, tally] = ["input", "select", "output"].map((name) => form.querySelector(name));
  const chip = form.querySelector(".chip");
  let tag = "";
  const apply = () => {
    const wanted = search.value.trim().toLowerCase();
    let shown = 0;
    rows.forEach((row, index) => {
      const fits = texts[index].includes(wanted) && (!choice.value || tags[index].has(choice.value))
        && (!tag || tags[index].has(tag));
      row.hidden = !fits;
      shown += fits;
    });
    tally.textContent = form.dataset.tally
      .replace("{shown}", shown.toLocaleString("en")).replace("{all}", rows.length.toLocaleString("en"));
  };
  const only = (wanted, name) => {
    tag = wanted;
    chip.hidden = !tag;
    chip.textContent = tag ? `${name} ✕` : "";
    chip.setAttribute("aria-label", tag ? form.dataset.more.replace("{name}", () => name) : "");
    apply();
  };
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("input", apply);
  if (chip) {
    chip.addEventListener("click", () => { only("", ""); search.focus(); });
    for (const button of document.querySelectorAll("button.show")) {
      button.hidden = false;
      button.addEventListener("click", () => {
        search.value = choice.value = "";
        only(button.dataset.tag, button.dataset.name);
        table.closest("section").scrollIntoView();
        chip.focus({ preventScroll: true });
      });
    }
  }
  form.hidden = false;
  apply();
}

// What the page would be too large with: its own markup, escaped like the rest of it.
async function unfold(template) {
  const bytes = Uint8Array.from(atob(template.content.textContent), (char) => char.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"));
  const holder = document.createElement("template");
  holder.innerHTML = await new Response(stream).text();
  template.replaceWith(holder.content);
}

Promise.all(Array.from(document.querySelectorAll("template[data-folded]"), unfold))
  .then(() => document.querySelectorAll(".unfolded").forEach((each) => { each.hidden = true; }), () => {})
  .then(() => {
    document.querySelectorAll("button.sort").forEach(sorter);
    document.querySelectorAll("form.controls").forEach(filter);
  });
const folded = () => document.querySelectorAll("details:not([open])");
addEventListener("beforeprint", () => folded().forEach((each) => { each.open = true; each.dataset.again = ""; }));
addEventListener("afterprint", () => document.querySelectorAll("details[data-again]").forEach((each) => {
  each.open = false;
  delete each.dataset.again;
}));
