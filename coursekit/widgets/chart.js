// Des barres, dites aussi en mots.

import { s } from "./dom.js";

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
