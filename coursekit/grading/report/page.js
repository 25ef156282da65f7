// Trier la table et choisir les copies montrées, au clavier comme à la souris.
const body = document.querySelector("tbody");
const rows = [...body.rows];
const collator = new Intl.Collator("fr", { numeric: true });
const status = document.getElementById("shown");

function keyOf(row, column) {
  const cell = row.cells[column];
  return cell.dataset.sort === undefined ? cell.textContent : Number(cell.dataset.sort);
}

function compare(a, b) {
  return typeof a === "number" ? a - b : collator.compare(a, b);
}

function sortBy(header) {
  const column = header.cellIndex;
  const descending = header.getAttribute("aria-sort") === "ascending";
  for (const other of header.parentNode.cells) other.removeAttribute("aria-sort");
  header.setAttribute("aria-sort", descending ? "descending" : "ascending");
  rows.sort((a, b) => compare(keyOf(a, column), keyOf(b, column)) * (descending ? -1 : 1));
  body.append(...rows);
}

function filter() {
  const kept = new Set([...document.querySelectorAll("input[name=verdict]:checked")].map((box) => box.value));
  const check = document.querySelector("input[name=check]").checked;
  let count = 0;
  for (const row of rows) {
    row.hidden = !kept.has(row.dataset.verdict) || (check && !("check" in row.dataset));
    count += !row.hidden;
  }
  status.textContent = `${count} sur ${rows.length}`;
}

for (const header of document.querySelectorAll("th[data-key]")) {
  header.querySelector("button").addEventListener("click", () => sortBy(header));
}
document.querySelector(".filters").addEventListener("change", filter);
filter();
