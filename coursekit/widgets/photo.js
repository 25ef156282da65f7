// L’explorateur des filtres : la photo du cours ou celle du lecteur, un filtre, et ce qu’il en reste.

import { fr, h, range } from "./dom.js";
import { action, choice, frame, list, part, slider, toggle } from "./explorer.js";
import {
  bell, correlate, cut, extent, fitted, isZero, levels, luminances, norm, normalized, ones, strongest, total, windowAt,
} from "./photo_rules.js";
import { edgeText, gainText, normText, productText, spreadText, unreadable } from "./photo_words.js";

const SHOWN = { clip: "bornées à [0 ; 255]", signed: "signées, gris = 0", absolute: "en valeur absolue" };
const BORDERS = { zeros: "des zéros", replicate: "le bord répété" };
const MOST = 256;
const BLURS = { mean: ones, gaussian: bell };

// Une image du navigateur, tournée comme son appareil le demande, en niveaux de gris. Rien ne quitte la page.
async function load(source) {
  const image = new Image();
  image.src = source;
  await image.decode();
  const [width, height] = fitted(image.naturalWidth, image.naturalHeight, MOST);
  const context = Object.assign(h("canvas"), { width, height }).getContext("2d", { willReadFrequently: true });
  context.fillStyle = "#fff";
  context.fillRect(0, 0, width, height);
  context.drawImage(image, 0, 0, width, height);
  return { width, height, values: luminances(context.getImageData(0, 0, width, height).data) };
}

// Un canevas où l’on montre des niveaux de gris, et le carré qui entoure un pixel.
function screen(onpick) {
  const canvas = h("canvas", { role: "img" });
  canvas.onclick = ({ clientX, clientY }) => {
    const { left, top, width, height } = canvas.getBoundingClientRect();
    const place = (share, count) => Math.min(Math.max(Math.floor(share * count), 0), count - 1);
    onpick(place((clientY - top) / height, canvas.height), place((clientX - left) / width, canvas.width));
  };
  const draw = ({ width, height }, grey, { row, column }, side, label) => {
    Object.assign(canvas, { width, height });
    const context = canvas.getContext("2d");
    const pixels = context.createImageData(width, height);
    grey.forEach((level, k) => pixels.data.set([level, level, level, 255], 4 * k));
    context.putImageData(pixels, 0, 0);
    for (const [margin, colour] of [[1, "#fff"], [2, "#b34700"]]) {
      const [left, top] = [column, row].map((middle) => middle + 0.5 - side / 2 - margin);
      context.strokeStyle = colour;
      context.strokeRect(left, top, side + 2 * margin, side + 2 * margin);
    }
    canvas.setAttribute("aria-label", label);
  };
  return { canvas, draw };
}

// Les neuf poids, à changer un par un ; une case vide vaut 0.
function fields(onedit) {
  const cell = (k) => `Poids, ligne ${Math.floor(k / 3) + 1}, colonne ${(k % 3) + 1}`;
  const oninput = () => onedit(range(3).map((i) => range(3).map((j) => Number(inputs[3 * i + j].value))));
  const inputs = range(9).map((k) => h("input", { type: "number", step: "any", "aria-label": cell(k), oninput }));
  const show = (kernel) => kernel.flat().forEach((weight, k) => { inputs[k].value = Math.round(weight * 1000) / 1000; });
  return { node: h("div", { class: "weights", role: "group", "aria-label": "Les poids du filtre" }, ...inputs), show };
}

// Le bouton qui ouvre une photo du lecteur, et `stage` où il peut la déposer.
function reader(stage, onload, onfail) {
  const open = async (file) => {
    if (!file) return;
    const address = URL.createObjectURL(file);
    await load(address).then(onload, () => onfail(file.name));
    URL.revokeObjectURL(address);
  };
  const chooser = h("input", { type: "file", accept: "image/*", hidden: true, "aria-label": "Votre photo" });
  chooser.onchange = () => { open(chooser.files[0]); chooser.value = ""; };
  stage.ondragover = (event) => event.preventDefault();
  stage.ondrop = (event) => { event.preventDefault(); open(event.dataTransfer.files[0]); };
  return [action("Votre photo…", () => chooser.click()), chooser];
}

async function render({ model, el }) {
  const { picture, kernels, gradient, kernel: first, border } = model.get("state");
  const rows = Object.fromEntries(kernels.map((one) => [one.name, one.rows]));
  const titles = { ...Object.fromEntries(kernels.map((one) => [one.name, one.title])),
    norm: "Norme du gradient (Sobel)", mean: "Moyenne", gaussian: "Flou gaussien", own: "Le vôtre" };
  const lesson = await load(picture.src);
  const now = { name: first, side: 3, own: ones(3), divide: false, border, mode: "clip" };
  const { controls, stage, say } = frame(el, "Explorateur : des filtres sur une photo");
  let pair, made;

  const written = () => (BLURS[now.name] ? BLURS[now.name](now.side) : rows[now.name] ?? now.own);
  const isNorm = () => now.name === "norm";
  const filtered = (kernel) => correlate(now.image, kernel, now.border);
  const compute = () => {
    const weights = written();
    pair = isNorm() && gradient.map((name) => filtered(rows[name]));
    made = pair ? norm(...pair) : filtered(now.divide ? normalized(weights) : weights);
  };
  const refresh = () => { compute(); look(); };

  const look = () => {
    const at = (image) => image.values[now.row * image.width + now.column];
    const weights = written();
    const place = `Ligne ${now.row + 1}, colonne ${now.column + 1}`;
    const [low, high] = extent(made.values);
    const about = { ...now, place, weights, value: at(made), low, high, lost: cut(made.values) };
    const size = `${now.title}, ${now.image.width} × ${now.image.height} pixels`;
    const side = isNorm() ? 3 : weights.length;
    input.draw(now.image, levels(now.image.values, "clip"), now, side, `Entrée : ${size}. ${place} : ${fr(at(now.image))}.`);
    const filter = `Sortie du filtre « ${titles[now.name]} », réponses de ${fr(low, 1)} à ${fr(high, 1)}, ${SHOWN[now.mode]}`;
    output.draw(made, levels(made.values, now.mode), now, 1, `${filter}. ${place} : ${fr(at(made), 1)}.`);
    const seen = windowAt(now.image, now.row, now.column, side, now.border);
    const lines = pair ? [normText({ ...about, pair: pair.map(at) })] : [productText({ ...about, seen }), gainText(weights, now.divide)];
    say([...lines, spreadText(about), now.border === "zeros" && edgeText].filter(Boolean).map((line) => `<p>${line}</p>`).join(""));
  };

  const pick = (row, column) => {
    Object.assign(now, { row, column });
    [down.value, across.value] = [row + 1, column + 1];
    look();
  };
  // À l’ouverture d’une image, on regarde le pixel où la réponse est la plus forte.
  const show = (image, title) => {
    Object.assign(now, { image, title });
    down.limits(1, image.height);
    across.limits(1, image.width);
    back.hidden = image === lesson;
    compute();
    pick(...strongest(made));
  };
  const [input, output] = [screen(pick), screen(pick)];
  const down = slider({ label: "Ligne du pixel", min: 1, max: lesson.height, value: 1, oninput: (next) => pick(next - 1, now.column) });
  const across = slider({ label: "Colonne du pixel", min: 1, max: lesson.width, value: 1, oninput: (next) => pick(now.row, next - 1) });
  const back = action("Reprendre la photo du cours", () => show(lesson, picture.title));

  // Seuls les réglages qui ont un sens pour ce filtre se montrent.
  const adapt = () => {
    sides.node.hidden = !BLURS[now.name];
    divide.node.hidden = isNorm();
    board.hidden = isNorm() || written().length > 3;
    if (!board.hidden && now.name !== "own") weights.show(now.own = written());
  };
  // Ce qui convient d’ordinaire au filtre choisi ; le lecteur peut ensuite en changer.
  const suit = () => {
    if (now.name !== "own") {
      divide.input.checked = now.divide = now.name in BLURS;
      now.mode = isNorm() ? "absolute" : isZero(total(written())) ? "signed" : "clip";
      modes.node.querySelector(`[value=${now.mode}]`).checked = true;
    }
    adapt();
  };
  const set = (change) => { Object.assign(now, change); refresh(); };
  const filters = list({ label: "Filtre", options: Object.entries(titles), value: first,
    oninput: (name) => { now.name = name; suit(); refresh(); } });
  const sides = slider({ label: "Taille F", min: 3, max: 15, step: 2, value: 3, text: (side) => `${side} × ${side}`,
    oninput: (side) => { set({ side }); adapt(); } });
  const divide = toggle({ label: "Diviser par la somme", oninput: (on) => set({ divide: on }) });
  const edges = choice({ label: "Hors de l’image", options: Object.entries(BORDERS), value: border,
    oninput: (next) => set({ border: next }) });
  const modes = choice({ label: "Montrer les réponses", options: Object.entries(SHOWN), value: now.mode,
    oninput: (mode) => set({ mode }) });
  const weights = fields((own) => {
    filters.select.value = "own";
    set({ own, name: "own" });
    adapt();
  });
  const board = part("Poids", weights.node);
  const own = reader(stage, (image) => show(image, "votre photo"), (name) => say(`<p>${unreadable(name)}</p>`));
  controls.append(filters.node, sides.node, divide.node, edges.node, modes.node, down.node, across.node,
    h("div", { class: "own" }, ...own, back, h("span", { class: "note" }, "ou déposez-la sur l’image : elle ne quitte pas cette page.")));
  weights.show(now.own);
  stage.append(board, h("div", { class: "pictures" }, part("Entrée", input.canvas), part("Sortie", output.canvas)));
  suit();
  show(lesson, picture.title);
}

export default { render };
