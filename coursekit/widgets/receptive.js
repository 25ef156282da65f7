// L’explorateur du champ récepteur : une pile que l’on construit, une unité que l’on suit, les pixels qu’elle voit.

import { h, range } from "./dom.js";
import { action, choice, frame, list, part, slider } from "./explorer.js";
import { countsOf, fieldsOf, reachedFrom } from "./receptive_rules.js";
import { pyramid } from "./receptive_stack.js";
import { fieldText, holesText, jumpText, seenText, spreadText, tooDeep } from "./receptive_words.js";

const TYPES = { conv: "convolution", pool: "pooling" };
const SHORT = { conv: "conv.", pool: "pool." };
const HEADS = ["Couche", "Sorte", "F", "S", "d", "Unités", "Champ", "Écart"];


let stacks = 0;

// La table de la pile : à chaque couche, le bouton qui la choisit pour la régler, et ses nombres.
function stackTable(onchoose) {
  const name = `ck-stack-${++stacks}`;
  const body = h("tbody");
  const node = h("table", {}, h("thead", {}, h("tr", {}, ...HEADS.map((head) => h("th", { scope: "col" }, head)))), body);
  let lines = [];
  const lineOf = (i) => {
    const radio = h("input", { type: "radio", name, "aria-label": `Régler la couche ${i + 1}`, onchange: () => onchoose(i) });
    const cells = HEADS.slice(1).map(() => h("td"));
    const label = h("label", { class: "check" }, radio, String(i + 1));
    return { radio, cells, row: h("tr", {}, h("th", { scope: "row" }, label), ...cells) };
  };
  // Les lignes restent en place tant que leur nombre ne change pas : le clavier y garde sa place.
  const show = (rows, chosen) => {
    if (rows.length !== lines.length) {
      lines = rows.map((_, i) => lineOf(i));
      body.replaceChildren(...lines.map(({ row }) => row));
    }
    rows.forEach((texts, i) => texts.forEach((text, k) => { lines[i].cells[k].textContent = text; }));
    lines[chosen].radio.checked = true;
  };
  return { node, show };
}

function render({ model, el }) {
  const { layers: start, size, examples, example, limits } = model.get("state");
  const { controls, stage, say } = frame(el, "Explorateur : le champ récepteur");
  const copy = (layers) => layers.map((layer) => ({ ...layer }));
  const now = { layers: copy(start), size, tuned: start.length - 1, level: start.length, unit: -1 };
  const drawn = h("div");

  const rowsOf = (counts, fields) => now.layers.map(({ type, kernel, stride, dilation }, i) => {
    const fits = i + 1 < counts.length;
    const made = fits ? [counts[i + 1], fields[i + 1].size, fields[i + 1].jump] : ["–", "–", "–"];
    return [SHORT[type], kernel, stride, dilation, ...made];
  });
  const sentences = (counts, fields, at, reached) => {
    const under = now.layers.slice(0, at);
    const deep = counts.length <= now.layers.length && tooDeep(now.layers, counts);
    if (!at) return [deep];
    return [deep, seenText(at, now.unit, fields[at]), spreadText(under), fieldText(under), jumpText(under),
      holesText(reached[0].length, fields[at])];
  };
  const look = () => {
    const counts = countsOf(now.size, now.layers);
    const fields = fieldsOf(now.layers);
    // La couche suivie peut ne pas tenir : on suit alors la dernière qui tient.
    const at = Math.min(now.level, counts.length - 1);
    // Sans choix, ou s’il n’existe plus, l’unité du milieu.
    if (now.unit < 0 || now.unit >= counts[at]) now.unit = Math.floor(counts[at] / 2);
    const reached = reachedFrom(now.layers, at, now.unit);
    drawn.replaceChildren(pyramid({ ...now, level: at, counts, label: labelOf(counts, reached), onpick: follow }));
    table.show(rowsOf(counts, fields), now.tuned);
    level.limits(Math.min(1, counts.length - 1), counts.length - 1);
    level.value = at;
    unit.limits(1, counts[at]);
    unit.value = now.unit + 1;
    say(sentences(counts, fields, at, reached).filter(Boolean).map((line) => `<p>${line}</p>`).join(""));
  };
  const labelOf = (counts, reached) => {
    const rows = counts.map((count, l) => `${l ? `couche ${l}` : "entrée"}, ${count} unités`).reverse();
    const read = reached[0].map((pixel) => pixel + 1).join(", ");
    return `De haut en bas : ${rows.join(" ; ")}. L’unité suivie lit les pixels ${read}.`;
  };
  const follow = (l, u) => {
    Object.assign(now, { level: l, unit: u });
    look();
  };

  const showTuned = () => {
    const layer = now.layers[now.tuned];
    tuning.firstChild.textContent = `Régler la couche ${now.tuned + 1}`;
    types.node.querySelector(`[value=${layer.type}]`).checked = true;
    for (const [name, one] of Object.entries(sliders)) one.value = layer[name];
    sliders.dilation.node.hidden = layer.type === "pool";
    add.ariaDisabled = String(now.layers.length === limits.layers);
    remove.ariaDisabled = String(now.layers.length === 1);
  };
  const rebuilt = () => {
    showTuned();
    look();
  };
  const tune = (name) => (next) => {
    Object.assign(now.layers[now.tuned], { [name]: next });
    if (now.layers[now.tuned].type === "pool") now.layers[now.tuned].dilation = 1;
    exampleList.select.value = "";
    rebuilt();
  };
  // La pile a changé de hauteur : on suit l’unité du milieu de la dernière couche.
  const take = (layers) => {
    Object.assign(now, { layers, tuned: layers.length - 1, level: layers.length, unit: -1 });
    rebuilt();
  };
  const grow = (layers) => {
    if (!layers.length || layers.length > limits.layers) return;
    exampleList.select.value = "";
    take(layers);
  };

  const bounded = (label, name, value, oninput) => slider({ label, min: limits[name][0], max: limits[name][1], value, oninput });
  const setting = (label, name) => bounded(label, name, limits[name][0], tune(name));
  const [kernel, stride, dilation] = [setting("Filtre F", "kernel"), setting("Pas S", "stride"), setting("Dilatation d", "dilation")];
  const sliders = { kernel, stride, dilation };
  const types = choice({ label: "Sorte", options: Object.entries(TYPES), value: "conv", oninput: tune("type") });
  const tuning = part("", h("div", { class: "controls" }, types.node, ...Object.values(sliders).map(({ node }) => node)));
  const table = stackTable((i) => { now.tuned = i; showTuned(); });
  const exampleList = list({
    label: "Pile", value: example, options: [["", "la vôtre"], ...examples.map(({ title }, i) => [i, title])],
    oninput: (i) => { if (i !== "") take(copy(examples[i].layers)); },
  });
  const width = bounded("Pixels de l’entrée", "size", size, (next) => { now.size = next; look(); });
  const level = slider({ label: "Couche suivie", min: 1, max: start.length, value: start.length, oninput: (next) => follow(next, -1) });
  const unit = slider({ label: "Unité suivie", min: 1, max: size, value: 1, oninput: (next) => follow(level.value, next - 1) });
  const add = action("Ajouter une couche", () => grow([...now.layers, { ...limits.added }]));
  const remove = action("Retirer la dernière", () => grow(now.layers.slice(0, -1)));

  controls.append(exampleList.node, width.node, level.node, unit.node);
  stage.classList.add("stacked");
  stage.append(part("Cliquez sur une unité pour la suivre", drawn),
    part("La pile", h("div", { class: "scroll" }, table.node), h("div", { class: "controls" }, add, remove)), tuning);
  rebuilt();
}

export default { render };
