// Le calculateur de tailles : la formule avec ses nombres, la ligne de pixels, et l’erreur que cache une réponse fausse.

import { fr, h, uniform } from "./dom.js";
import { action, choice, field, frame, list, part, slider, toggle } from "./explorer.js";
import { drawing } from "./sizes_line.js";
import { diagnose, sizeOf } from "./sizes_rules.js";
import { explain, refusal, remarks, withNumbers } from "./sizes_words.js";

const TYPES = { conv: "convolution", pool: "pooling" };
const WHOLE = /^\s*\d+\s*$/;

// Une couche au hasard, possible, et petite assez pour être dessinée.
function another(draw) {
  const pick = (...values) => values[Math.floor(draw() * values.length)];
  const type = pick("conv", "conv", "pool");
  const layer = { type, kernel: pick(2, 3, 5), stride: pick(1, 2, 3), padding: pick(0, 1, 2), dilation: 1, ceil: false };
  if (type === "conv") layer.dilation = pick(1, 1, 2);
  layer.size = 8 + Math.floor(draw() * 18);
  return sizeOf(layer) > 0 ? layer : another(draw);
}

function render({ model, el }) {
  const { layer: start, examples, formulas, limits } = model.get("state");
  const { controls, stage, say } = frame(el, "Explorateur : les tailles");
  const layer = { ...start };
  const now = { hidden: false, verdict: "", draw: uniform(1) };
  const board = part("Les pixels, et les positions du filtre");
  const line = h("div");

  const wrong = (given) => {
    const { known, idea } = formulas[layer.type];
    const mistake = diagnose(layer, given, known);
    return mistake ? withNumbers(mistake.feedback, layer) : idea;
  };
  const judge = (text) => {
    if (!WHOLE.test(text)) return "Écrivez un nombre entier de pixels.";
    if (sizeOf(layer) < 1) return "Aucun nombre ne convient : cette couche est impossible.";
    const given = Number(text);
    if (given !== sizeOf(layer)) return `<strong>${fr(given)} : non.</strong> ${wrong(given)}`;
    now.hidden = false;
    return `<strong>${fr(given)} : oui.</strong>`;
  };
  const told = () => (sizeOf(layer) < 1 ? [refusal(layer)]
    : [explain(layer), ...remarks(layer), ...(line.firstChild ? [] : ["La ligne est trop longue pour être dessinée."])]);

  const look = () => {
    const shown = !now.hidden && sizeOf(layer) > 0;
    line.replaceChildren(...(shown ? [drawing(layer)].filter(Boolean) : []));
    board.hidden = !line.firstChild;
    const said = now.hidden ? ["Quelle est la taille de sortie W₂ ? Écrivez-la, puis vérifiez."] : told();
    say([now.verdict, ...said].filter(Boolean).map((one) => `<p>${one}</p>`).join(""));
  };
  const changed = () => {
    Object.assign(now, { verdict: "", hidden: hide.input.checked });
    dilation.node.hidden = layer.type === "pool";
    rounding.node.hidden = layer.type === "conv";
    look();
  };
  const set = (name) => (next) => {
    layer[name] = next;
    if (layer.type === "pool") dilation.value = layer.dilation = 1;
    exampleList.select.value = "";
    changed();
  };
  // Toute une couche d’un coup : un exemple, ou une couche tirée au hasard.
  const take = (next) => {
    Object.assign(layer, next);
    size.input.value = layer.size;
    for (const [name, one] of Object.entries(sliders)) one.value = layer[name];
    types.node.querySelector(`[value=${layer.type}]`).checked = true;
    rounding.input.checked = layer.ceil;
    answer.input.value = "";
    changed();
  };
  const verify = () => {
    now.verdict = judge(answer.input.value);
    look();
  };

  const setting = (label, name) => slider({ label, min: limits[name][0], max: limits[name][1], value: layer[name], oninput: set(name) });
  const dilation = setting("Dilatation d", "dilation");
  const [kernel, stride, padding] = [setting("Filtre F", "kernel"), setting("Pas S", "stride"), setting("Padding P", "padding")];
  const sliders = { kernel, stride, padding, dilation };
  const [least, most] = limits.size;
  const typed = ({ value }) => {
    if (WHOLE.test(value) && value >= least && value <= most) set("size")(Number(value));
    else say(`<p>W est un nombre entier de pixels, de ${least} à ${most}.</p>`);
  };
  const size = field({ label: "Entrée W", type: "number", min: least, max: most, value: layer.size, oninput: typed });
  const types = choice({ label: "Couche", options: Object.entries(TYPES), value: layer.type, oninput: set("type") });
  const rounding = toggle({ label: "ceil_mode=True", value: layer.ceil, oninput: set("ceil") });
  const hide = toggle({ label: "Cacher le résultat", oninput: (on) => { now.hidden = on; look(); } });
  const answer = field({ label: "Votre réponse W₂", type: "text", inputmode: "numeric", autocomplete: "off", size: 8, onenter: verify });
  const exampleList = list({
    label: "Exemple", value: "", options: [["", "le vôtre"], ...examples.map(({ title }, i) => [i, title])],
    oninput: (i) => { if (i !== "") take(examples[i].layer); },
  });

  board.append(line);
  controls.append(types.node, exampleList.node, size.node, ...Object.values(sliders).map((one) => one.node), rounding.node);
  const lot = action("Une couche au hasard", () => { exampleList.select.value = ""; take(another(now.draw)); });
  stage.append(board, h("div", { class: "controls answer" }, answer.node, action("Vérifier", verify), hide.node, lot));
  changed();
}

export default { render };
