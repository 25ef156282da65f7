// La pile dessinée : un rond par unité, au-dessus du milieu de son champ, et un trait vers chaque unité qu’elle lit.

import { range, s } from "./dom.js";
import { centerOf, fieldsOf, nearest, reachedFrom, windowOf } from "./receptive_rules.js";
import { reads } from "./sliding.js";

const STEP = 58;
const TOP = 30;
const BOTTOM = 34;
const LARGEST = 7;
const WIDEST = 40;

const percent = (part) => `${(100 * part).toFixed(3)}%`;
const heightAt = (level, levels) => TOP + (levels - 1 - level) * STEP;

function unitMark({ x, y, tone, radius }) {
  if (tone === "followed") return s("svg", { x, y, overflow: "visible" }, s("rect", { class: tone, x: -8, y: -8, width: 16, height: 16 }));
  const dot = s("circle", { class: tone, cx: x, cy: y, r: radius });
  if (tone !== "skipped") return dot;
  const bar = { class: "bar", x1: -radius, x2: radius };
  return s("g", {}, dot, s("svg", { x, y, overflow: "visible" }, s("line", { ...bar, y1: -radius, y2: radius })));
}

// Le dessin d’une pile ; `onpick(niveau, unité)` dit où l’on a cliqué.
export function pyramid({ layers, counts, level, unit, label, onpick }) {
  const fields = fieldsOf(layers);
  const [width, levels] = [counts[0], counts.length];
  const reached = reachedFrom(layers, level, unit).map((units) => new Set(units));
  const [first, last] = windowOf(fields[level], unit);
  const follows = (l, u) => reached[l]?.has(u) ?? false;
  const x = (l, u) => percent(centerOf(fields[l], u, width));
  const y = (l) => heightAt(l, levels);
  const radius = Math.min(LARGEST, 150 / width);

  const edges = range(levels - 1).flatMap((below) => range(counts[below + 1]).flatMap((above) =>
    reads(layers[below], above).map((read) => s("line", {
      class: follows(below + 1, above) ? "followed" : "", x1: x(below + 1, above), y1: y(below + 1), x2: x(below, read), y2: y(below),
    }))));
  const toneOf = (l, u) => {
    if (l === level && u === unit) return "followed";
    if (follows(l, u)) return "reached";
    return l === 0 && u >= first && u <= last ? "skipped" : "";
  };
  const units = counts.flatMap((count, l) => range(count).map((u) => unitMark({ x: x(l, u), y: y(l), tone: toneOf(l, u), radius })));
  const names = counts.map((_, l) => s("text", { x: 0, y: y(l) - 13 }, l ? `couche ${l} : champ ${fields[l].size}` : "entrée"));
  const under = y(0) + 16;
  const bracket = s("line", { class: "bracket", x1: percent(first / width), x2: percent((last + 1) / width), y1: under, y2: under });
  const height = y(0) + BOTTOM;
  const style = `height: ${height}px; max-width: ${width * WIDEST}px`;
  const svg = s("svg", { class: "pyramid", role: "img", "aria-label": label, style });
  // Les traits suivis passent au-dessus des autres.
  const followed = edges.filter((edge) => edge.getAttribute("class"));
  svg.append(...edges, ...followed, bracket, ...units, ...names);
  svg.onclick = ({ clientX, clientY }) => {
    const box = svg.getBoundingClientRect();
    const row = levels - 1 - Math.round((clientY - box.top - TOP) / STEP);
    const l = Math.min(Math.max(row, 1), levels - 1);
    onpick(l, nearest(fields[l], counts[l], width, (clientX - box.left) / box.width));
  };
  return svg;
}
