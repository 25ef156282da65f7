// Des barres, dites aussi en mots, et une table dont on peut choisir une ligne.

import { h, s } from "./dom.js";

const ROW = 22;

// Une image SVG, et ce qu’en dit un lecteur d’écran.
export const picture = (width, height, label, ...drawn) =>
  s("svg", { viewBox: `0 0 ${width} ${height}`, width, height, role: "img", "aria-label": label }, ...drawn);

// Des barres horizontales : à chacune son nom, sa valeur, le texte qui l’écrit, et la classe « strong » si on l’a choisie.
// `margin` est la place des noms, `room` celle des textes.
export function bars({ label, rows, width = 320, margin = 50, room = 70 }) {
  const unit = (width - margin - room) / (Math.max(...rows.map(({ value }) => value)) || 1);
  const drawn = rows.map(({ name, value, text, tone = "" }, i) => s("g", { class: `bar ${tone}` },
    s("text", { x: margin - 6, y: i * ROW + 16, "text-anchor": "end" }, name),
    s("rect", { x: margin, y: i * ROW + 3, width: unit * value, height: ROW - 6 }),
    s("text", { x: margin + unit * value + 6, y: i * ROW + 16 }, text)));
  const spoken = rows.map(({ name, text }) => `${name} : ${text}`).join(" ; ");
  return picture(width, rows.length * ROW + 2, `${label}. ${spoken}.`, ...drawn);
}

// Une table : `fill` en reçoit les lignes, chacune une liste qui commence par son nom, et le rang de celle qui est choisie.
export function table({ heads, onpick }) {
  const body = h("tbody");
  const cell = (content) => (content.tagName === "TD" ? content : h("td", {}, content));
  const line = ([name, ...contents], chosen, pick) =>
    h("tr", { class: chosen && "chosen", "aria-current": chosen && "true", onclick: pick },
      h("th", { scope: "row" }, name), ...contents.map(cell));
  const fill = (lines, chosen) => body.replaceChildren(...lines.map((one, i) => line(one, i === chosen, onpick && (() => onpick(i)))));
  const head = h("tr", {}, ...heads.map((text) => h("th", { scope: "col" }, text)));
  return { node: h("table", { class: onpick && "lines" }, h("thead", {}, head), body), fill };
}
