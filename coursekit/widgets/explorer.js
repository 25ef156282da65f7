// Le cadre d’un explorateur et ses réglages : des champs ordinaires du navigateur, donc au clavier comme au doigt.

import { fr, h, range } from "./dom.js";
// Plusieurs explorateurs s’en servent : une page les charge avec le cadre, une fois pour tous.
import {} from "./chart.js";
import {} from "./sliding.js";

// Le cadre : `controls` reçoit les réglages, `stage` ce que l’on regarde ; `say(html)` dit, à l’écran et au lecteur d’écran, ce que l’on voit.
export function frame(el, title) {
  const controls = h("div", { class: "controls" });
  const stage = h("div", { class: "stage" });
  const said = h("div", { class: "said", role: "status" });
  el.classList.add("coursekit-explorer");
  // JupyterLab garderait pour lui les touches.
  el.dataset.lmSuppressShortcuts = "true";
  el.onkeydown = (event) => { if (event.key === "Enter") event.stopPropagation(); };
  el.append(h("div", { role: "group", "aria-label": title }, h("p", { class: "title" }, title), controls, stage, said));
  const say = (html) => { if (said.innerHTML !== html) said.innerHTML = html; };
  return { controls, stage, say };
}

let made = 0;

// Une glissière. `text` écrit sa valeur ; `limits` en change les bornes.
export function slider({ label, min, max, step = 1, value, oninput, text = fr }) {
  const id = `ck-${++made}`;
  const input = h("input", { id, type: "range", min, max, step });
  const output = h("output", { for: id });
  const show = () => {
    output.textContent = text(Number(input.value));
    input.setAttribute("aria-valuetext", output.textContent);
  };
  input.oninput = () => { show(); oninput(Number(input.value)); };
  const set = (next) => { input.value = next; show(); };
  set(value);
  return {
    node: h("div", { class: "control" }, h("label", { for: id }, `${label} `, output), input),
    get value() { return Number(input.value); },
    set value(next) { set(next); },
    limits: (low, high) => { input.min = low; input.max = high; show(); },
  };
}

// Un choix parmi quelques valeurs : `options` est une liste de [valeur, texte].
export function choice({ label, options, value, oninput }) {
  const name = `ck-${++made}`;
  const inputs = options.map(([one]) => h("input", { type: "radio", name, value: one, checked: one === value, onchange: () => oninput(one) }));
  const labels = inputs.map((input, i) => h("label", {}, input, options[i][1]));
  return { node: h("fieldset", { class: "control" }, h("legend", {}, label), h("div", { class: "pills" }, ...labels)) };
}

// Une liste déroulante, pour un choix parmi beaucoup.
export function list({ label, options, value, oninput }) {
  const id = `ck-${++made}`;
  const items = options.map(([one, text]) => h("option", { value: one, selected: one === value }, text));
  const select = h("select", { id, onchange: () => oninput(select.value) }, ...items);
  return { node: h("div", { class: "control" }, h("label", { for: id }, label), select), select };
}

// Un champ où l’on tape : `attributes` est son type, ses bornes, son clavier… ; Entrée appelle `onenter`.
export function field({ label, oninput, onenter, ...attributes }) {
  const id = `ck-${++made}`;
  const onkeydown = (event) => { if (event.key === "Enter") onenter?.(); };
  const input = h("input", { id, ...attributes, onkeydown, oninput: () => oninput?.(input) });
  return { node: h("div", { class: "control" }, h("label", { for: id }, label), input), input };
}

// Une case à cocher.
export function toggle({ label, value = false, oninput }) {
  const input = h("input", { type: "checkbox", checked: value, onchange: () => oninput(input.checked) });
  return { node: h("label", { class: "check" }, input, label), input };
}

// Un bouton.
export function action(text, onclick) {
  return h("button", { type: "button", onclick }, text);
}

// Une partie de la scène, sous son titre.
export function part(title, ...nodes) {
  return h("div", { class: "part" }, h("p", {}, title), ...nodes);
}

export const MOVES = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };

// Une grille de nombres : une seule escale pour Tab, les flèches pour s’y déplacer ; avec `onedit`, un chiffre, + ou − change la case.
// `paint((i, j) => ({ text, tone, spoken }))` la remplit ; `onpick(i, j)` dit où l’on vient.
export function grid({ label, height, width, onpick, onedit }) {
  const cells = range(height).map((i) => range(width).map((j) =>
    h("div", { role: "gridcell", tabindex: i + j ? -1 : 0, onclick: () => go(i, j), onfocus: () => pick(i, j) })));
  const rows = cells.map((row) => h("div", { role: "row" }, ...row));
  const node = h("div", { class: "grid", role: "grid", "aria-label": label, style: `grid-template-columns: repeat(${width}, auto)` }, ...rows);
  let here = [0, 0], picked = false;
  const mark = (i, j) => {
    cells[here[0]][here[1]].tabIndex = -1;
    if (picked) cells[here[0]][here[1]].ariaSelected = "false";
    here = [i, j];
    picked = true;
    cells[i][j].tabIndex = 0;
    cells[i][j].ariaSelected = "true";
  };
  const pick = (i, j) => { mark(i, j); onpick?.(i, j); };
  const go = (i, j) => (document.activeElement === cells[i][j] ? pick(i, j) : cells[i][j].focus());
  node.onkeydown = (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    const [i, j] = here;
    const move = MOVES[event.key];
    if (move) go(Math.min(Math.max(i + move[0], 0), height - 1), Math.min(Math.max(j + move[1], 0), width - 1));
    else if (event.key === "Home") go(i, 0);
    else if (event.key === "End") go(i, width - 1);
    else if (onedit && /^\d$/.test(event.key)) onedit(i, j, () => Number(event.key));
    else if (onedit && (event.key === "+" || event.key === "-")) onedit(i, j, (old) => old + (event.key === "+" ? 1 : -1));
    else return;
    event.preventDefault();
  };
  const paint = (look) => cells.forEach((row, i) => row.forEach((cell, j) => {
    const { text, tone = "", spoken = text } = look(i, j);
    cell.textContent = text;
    cell.className = tone;
    cell.setAttribute("aria-label", `ligne ${i + 1}, colonne ${j + 1} : ${spoken}`);
  }));
  return { node, paint, mark, unmark: () => { cells[here[0]][here[1]].ariaSelected = "false"; }, get here() { return here; } };
}
