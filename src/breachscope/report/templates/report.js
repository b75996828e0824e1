"use strict";
// Sorting and finding in tables. The page is whole without it, and it asks nothing of anybody.
for (const table of document.querySelectorAll("main .box > table:not(.tiers)")) {
  const body = table.tBodies[0];
  const rows = [...body.rows];
  if (!table.tHead || rows.length < 2) continue;
  const key = (row, at) => row.cells[at].textContent.trim();
  const number = (text) => (/^-?[\d,]+/.test(text) ? Number(text.match(/^-?[\d,]+/)[0].replaceAll(",", "")) : NaN);
  [...table.tHead.rows[0].cells].forEach((head, at) => {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "sort";
    button.append(...head.childNodes);
    head.append(button);
    button.addEventListener("click", () => {
      const down = head.getAttribute("aria-sort") === "ascending";
      for (const other of table.tHead.rows[0].cells) other.removeAttribute("aria-sort");
      head.setAttribute("aria-sort", down ? "descending" : "ascending");
      const byNumber = head.classList.contains("number");
      const sorted = rows.slice().sort((a, b) => {
        const [x, y] = [key(a, at), key(b, at)];
        if (!byNumber) return x < y ? -1 : x > y ? 1 : 0;
        const [m, n] = [number(x), number(y)];
        return (Number.isNaN(m) ? -1 : m) - (Number.isNaN(n) ? -1 : n);
      });
      if (down) sorted.reverse();
      body.append(...sorted);
    });
  });
  if (rows.length < 8) continue;
  const find = document.createElement("input");
  find.type = "search";
  find.className = "find";
  find.placeholder = "この表の中を探す / find";
  const said = (code) => (table.caption.querySelector(`[lang=${code}]`) ?? table.caption).textContent;
  find.setAttribute("aria-label", `${said("ja")}の中を探す / find in ${said("en")}`);
  const told = document.createElement("span");
  told.className = "told";
  told.setAttribute("role", "status");
  const line = document.createElement("p");
  line.className = "finding";
  line.append(find, told);
  table.parentElement.before(line);
  find.addEventListener("input", () => {
    const wanted = find.value.trim().toLowerCase();
    let shown = 0;
    for (const row of rows) {
      const hit = row.textContent.toLowerCase().includes(wanted);
      row.hidden = !hit;
      shown += hit;
    }
    told.textContent = wanted ? `${shown} / ${rows.length}` : "";
  });
}
