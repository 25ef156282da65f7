// La ligne de pixels d’une couche, et dessous les positions du filtre.

import { h, range } from "./dom.js";
import { isPadding, sizeOf, unread } from "./sizes_rules.js";
import { reach, reads } from "./sliding.js";

const LONGEST = 40;
const NUMBERED = 15;
const TALLEST = 9;

// Les positions montrées ; `null` en tient lieu de quelques-unes, quand il y en a trop.
const shownOf = (count) => (count <= TALLEST ? range(count) : [...range(TALLEST - 3), null, count - 2, count - 1]);

function spoken(layer, count, lost) {
  const { size, padding, stride, kernel, dilation } = layer;
  const zeros = padding ? ` entre ${padding} et ${padding} zéros de padding` : "";
  const holes = dilation > 1 ? `, une sur ${dilation}` : "";
  const left = lost.length ? ` Pixels que personne ne lit : ${lost.map((pixel) => pixel + 1).join(", ")}.` : "";
  return `${size} pixels${zeros}. ${count} positions du filtre, toutes les ${stride} cases ; chacune lit ${kernel} cases${holes}.${left}`;
}

function pixels(layer, length, lost) {
  const end = layer.size + 2 * layer.padding;
  return range(length).map((place) => {
    if (place >= end) return h("i", { class: "none" });
    const pixel = place - layer.padding;
    if (isPadding(layer, place)) return h("i", { class: "zero" }, "0");
    return lost.includes(pixel) ? h("i", { class: "lost" }, "×") : h("i", {}, String(pixel + 1));
  });
}

function position(layer, length, at) {
  const end = layer.size + 2 * layer.padding;
  const here = reads(layer, at);
  const last = here[0] + reach(layer.kernel, layer.dilation) - 1;
  return range(length).map((place) => {
    const inside = place >= here[0] && place <= last;
    const tone = here.includes(place) ? (place < end ? "read" : "missing") : inside ? "hole" : "none";
    return h("i", { class: tone });
  });
}

// Le dessin, ou rien quand la ligne est trop longue.
export function drawing(layer) {
  const count = sizeOf(layer);
  const length = Math.max(layer.size + 2 * layer.padding, reads(layer, count - 1).at(-1) + 1);
  if (length > LONGEST) return undefined;
  const lost = unread(layer);
  const rows = shownOf(count).flatMap((at) => (at === null ? [h("b", { class: "skipped" }, "⋮")]
    : [h("b", {}, String(at + 1)), ...position(layer, length, at)]));
  const line = h("div", { class: "line", role: "img", "aria-label": spoken(layer, count, lost), style: `--length: ${length}` });
  line.classList.toggle("long", length > NUMBERED);
  line.append(h("b", {}), ...pixels(layer, length, lost), ...rows);
  return line;
}
