// L’explorateur depthwise separable : ce que lit chaque filtre, et ce que coûtent les deux façons de faire.

import { bars, picture, table } from "./chart.js";
import { fr, h, range, s } from "./dom.js";
import { choice, frame, list, part, slider } from "./explorer.js";
import { costs } from "./separable_rules.js";
import { costText, filterText, MEASURES, networkText, ratioText, short } from "./separable_words.js";

const KINDS = { standard: "Standard", depthwise: "Depthwise", pointwise: "Pointwise", both: "Separable" };
const [SHEETS, WIDE, HIGH, SLANT, GAP, CELLS] = [4, 66, 24, 20, 36, 7];

// Une carte vue de biais, et les `side` × `side` cases de son milieu que l’on lit, ou que l’on écrit.
function sheet(left, top, side, tone) {
  const corner = (u, v) => `${left + SLANT * (1 - v) + WIDE * u} ${top + HIGH * v}`;
  const tile = (from, to, kind) =>
    s("path", { class: kind, d: `M${corner(from, from)}L${corner(to, from)}L${corner(to, to)}L${corner(from, to)}Z` });
  const [from, to] = [(CELLS - side) / 2 / CELLS, (CELLS + side) / 2 / CELLS];
  return [tile(0, 1, "sheet"), ...(tone ? [tile(from, to, tone)] : [])];
}

// Un filtre : les cartes de gauche qu’il lit (`reads(i)`), et la seule case de droite qu’il écrit.
function diagram({ side, reads, under, label }) {
  const right = WIDE + SLANT + 28;
  const middle = (SHEETS * GAP) / 2;
  const drawn = range(SHEETS).flatMap((i) =>
    [...sheet(2, i * GAP + 4, side, reads(i) && "reads"), ...sheet(right, i * GAP + 4, 1, i === 1 && "writes")]);
  const arrow = s("path", { class: "arrow", d: `M${WIDE + SLANT + 4} ${middle}h20l-7 -5m7 5l-7 5` });
  const texts = under.map((text, i) =>
    s("text", { x: i * right + (WIDE + SLANT) / 2, y: SHEETS * GAP + 14, "text-anchor": "middle" }, text));
  return picture(right + WIDE + SLANT + 4, SHEETS * GAP + 20, label, ...drawn, arrow, ...texts);
}

const second = (i) => i === 1;
const everywhere = () => true;

// Les trois dessins. Quatre cartes y tiennent la place de toutes.
function diagrams({ inputs, outputs, kernel }) {
  const square = `${kernel} × ${kernel}`;
  const into = [`M = ${inputs}`, `N = ${outputs}`];
  const one = "Une valeur de la sortie";
  return {
    standard: { side: kernel, reads: everywhere, under: into,
      label: `${one} lit ${square} pixels dans chacun des ${inputs} canaux. Il y a ${outputs} filtres.` },
    depthwise: { side: kernel, reads: second, under: [into[0], into[0]],
      label: `${one} lit ${square} pixels dans un seul canal, le sien. Il y a ${inputs} filtres.` },
    pointwise: { side: 1, reads: everywhere, under: into,
      label: `${one} lit un seul pixel, dans chacun des ${inputs} canaux. Il y a ${outputs} filtres.` },
  };
}

function render({ model, el }) {
  const { layers, layer: first } = model.get("state");
  const now = { layer: { ...layers[first - 1] }, measure: "macs", real: true };
  const { controls, stage, say } = frame(el, "Explorateur : standard contre depthwise separable");
  const boards = Object.fromEntries(["standard", "depthwise", "pointwise"].map((kind) => [kind, h("div")]));
  const chart = h("div");
  const counts = table({ heads: ["Convolution", "Multiplications", "Paramètres"] });

  const look = () => {
    const made = costs(now.layer);
    for (const [kind, drawing] of Object.entries(diagrams(now.layer)))
      boards[kind].replaceChildren(diagram(drawing), h("p", { class: "note" }, filterText(kind, now.layer)));
    const rows = Object.entries(KINDS).map(([kind, name]) =>
      ({ name, value: made[kind][now.measure], text: short(made[kind][now.measure]), tone: kind === "both" ? "strong" : "" }));
    chart.replaceChildren(bars({ label: MEASURES[now.measure], rows, width: 330, margin: 78, room: 80 }));
    counts.fill(Object.entries(KINDS).map(([kind, name]) => [name, fr(made[kind].macs), fr(made[kind].parameters)]));
    const lines = [...costText(now.layer, now.measure), ratioText(now.layer), now.real && networkText(layers, now.measure)];
    say(lines.filter(Boolean).map((line) => `<p>${line}</p>`).join(""));
  };

  const change = (name) => (next) => {
    now.layer[name] = next;
    now.real = false;
    choices.select.value = "own";
    look();
  };
  const sliders = {
    size: slider({ label: "Côté de la sortie H = W", min: 1, max: 224, value: 1, oninput: change("size") }),
    inputs: slider({ label: "Canaux d’entrée M", min: 1, max: 1024, value: 1, oninput: change("inputs") }),
    outputs: slider({ label: "Canaux de sortie N", min: 1, max: 1024, value: 1, oninput: change("outputs") }),
    kernel: slider({ label: "Filtre K", min: 1, max: CELLS, step: 2, value: 1, text: (side) => `${side} × ${side}`,
      oninput: change("kernel") }),
  };
  const open = (number) => {
    now.real = number !== "own";
    if (now.real) now.layer = { ...layers[number - 1] };
    for (const [name, control] of Object.entries(sliders)) control.value = now.layer[name];
    look();
  };
  const named = layers.map(({ size, inputs, outputs }, i) => [`${i + 1}`, `Bloc ${i + 1} : ${size}×${size}, ${inputs} → ${outputs}`]);
  const choices = list({ label: "Couche de MobileNet v1", options: [...named, ["own", "La vôtre"]], value: `${first}`, oninput: open });
  controls.append(choices.node,
    choice({ label: "Compter", options: Object.entries(MEASURES), value: now.measure,
      oninput: (next) => { now.measure = next; look(); } }).node,
    ...Object.values(sliders).map(({ node }) => node));
  stage.append(...Object.entries(boards).map(([kind, board]) => part(KINDS[kind], board)),
    part("Coût", chart), part("Le compte exact", counts.node));
  open(`${first}`);
}

export default { render };
