// L’explorateur du module Inception : la largeur de chaque branche, et ce qu’épargnent les 1×1.

import { bars, table } from "./chart.js";
import { fr, h } from "./dom.js";
import { choice, frame, list, part, slider } from "./explorer.js";
import { all, BRANCHES, convolutions, stacked, sum } from "./inception_rules.js";
import { branchText, depthText, MEASURES, moduleText, short } from "./inception_words.js";

const KINDS = { reduced: "avec les 1×1", naive: "naïf" };
const STACK = 5;
const WIDTHS = [
  ["c1x1", "1×1"], ["reduce3x3", "Réduction avant 3×3"], ["c3x3", "3×3"],
  ["reduce5x5", "Réduction avant 5×5"], ["c5x5", "5×5"], ["project", "Projection du pooling"],
];
const NAIVE = ["c1x1", "c3x3", "c5x5"];

function stepName({ branch, kernel }) {
  if (branch === "pooling") return "1×1 après pooling";
  return kernel > 1 || branch === "1×1" ? branch : `1×1 avant ${branch}`;
}

function render({ model, el }) {
  const { modules, module: first, naive } = model.get("state");
  const now = { naive, measure: "macs", branch: BRANCHES[2] };
  const { controls, stage, say } = frame(el, "Explorateur : le coût d’un module Inception");
  const [chart, tower] = [h("div"), h("div")];
  const counts = table({ heads: ["Convolution", "Multiplications", "Paramètres"] });

  const both = () => BRANCHES.flatMap((branch) => [false, true].map((bare) => {
    const value = sum(convolutions(branch, now.module, bare), now.measure);
    return { name: `${branch.name}, ${bare ? "naïf" : "avec"}`, value, text: short(value), tone: bare === now.naive ? "strong" : "" };
  }));
  const floors = () => stacked(now.module, now.naive, STACK).map((one, i) =>
    ({ name: `${i + 1}`, value: one.depth, text: `${fr(one.depth)} canaux, ${short(one[now.measure])}`, tone: i ? "" : "strong" }));

  const look = () => {
    const unit = MEASURES[now.measure];
    const each = all(now.module, now.naive);
    const size = { width: 340, margin: 108, room: 74 };
    chart.replaceChildren(bars({ label: `Les ${unit} de chaque branche, avec les 1×1 puis sans`, rows: both(), ...size }));
    counts.fill([...each.map((one) => [stepName(one), fr(one.macs), fr(one.parameters)]),
      ["Module", fr(sum(each, "macs")), fr(sum(each, "parameters"))]]);
    tower.replaceChildren(bars({ label: `Canaux et ${unit} du même module empilé`, rows: floors(), width: 330, margin: 22, room: 168 }));
    const lines = [branchText(now.branch, now.module, now.measure), moduleText(now.module, now.measure), depthText(now.module, now.naive)];
    say(lines.map((line) => `<p>${line}</p>`).join(""));
  };

  const branchOf = (name) => BRANCHES.find(({ width, reduce }) => width === name || reduce === name);
  const widen = (name, next) => {
    now.module.widths[name] = next;
    now.branch = branchOf(name);
    look();
  };
  const sliders = WIDTHS.map(([name, label]) =>
    [name, slider({ label, min: 8, max: 512, step: 8, value: 8, oninput: (next) => widen(name, next) })]);
  const open = (name) => {
    const { channels, size, widths } = modules.find((one) => one.name === name);
    now.module = { channels, size, widths: { ...widths } };
    for (const [width, control] of sliders) control.value = widths[width];
    look();
  };
  const adapt = () => { for (const [name, { node }] of sliders) node.hidden = now.naive && !NAIVE.includes(name); };

  controls.append(
    list({ label: "Module", options: modules.map(({ name, title }) => [name, title]), value: first, oninput: open }).node,
    choice({ label: "Version", options: Object.entries(KINDS), value: naive ? "naive" : "reduced",
      oninput: (next) => { now.naive = next === "naive"; adapt(); look(); } }).node,
    choice({ label: "Compter", options: Object.entries(MEASURES), value: now.measure,
      oninput: (next) => { now.measure = next; look(); } }).node,
    ...sliders.map(([, { node }]) => node));
  stage.append(part("Chaque branche, avec et sans réduction", chart), part("Chaque convolution de cette version", counts.node),
    part(`Le même module, empilé ${STACK} fois`, tower));
  adapt();
  open(first);
}

export default { render };
