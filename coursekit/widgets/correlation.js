// L’explorateur de la corrélation : une fenêtre glisse sur l’image, et chaque case de la sortie s’écrit terme à terme.

import { fr, h, range } from "./dom.js";
import { correlate, flip, outputSides, products } from "./correlation_rules.js";
import { flatText, leftText, refusal, sizesText, sumText, zerosText } from "./correlation_words.js";
import { action, frame, grid, list, part, slider } from "./explorer.js";

const MINE = "mine";
const MOST = 9;
const PADDING = { of: "zeros", i: 0, j: 0, low: 0, high: 0 };
const NAMES = { image: "pixel", kernel: "poids" };
const nameOf = (target, text) => (target === PADDING ? "padding" : `${NAMES[target.of]} (${target.i + 1}, ${target.j + 1}) = ${text}`);
const copy = (rows) => rows.map((row) => [...row]);

function render({ model, el }) {
  const { images, kernels, kernel: first, settings, limits } = model.get("state");
  const { controls, stage, say } = frame(el, "Explorateur : la corrélation pas à pas");
  const now = { settings: { ...settings }, at: 0, seen: new Set([0]), followed: -1, target: PADDING, zeros: [[0]] };
  const places = { image: h("div"), kernel: h("div"), output: h("div") };
  const flat = h("p", { class: "note" });
  let input, weights, output, values, sides;

  const takeImage = (i) => Object.assign(now, { image: copy(images[i].rows), most: images[i].most });
  const takeKernel = (name) => {
    const chosen = kernels.find((kernel) => kernel.name === name);
    Object.assign(now, { kernel: copy(chosen.rows), divisor: chosen.divisor });
  };

  // La case que l’on modifie ; dans le padding, il n’y a rien à changer.
  const pixelAt = (row, column) => {
    const [i, j] = [row - now.settings.padding, column - now.settings.padding];
    return now.image[i]?.[j] === undefined ? PADDING : { of: "image", i, j, low: 0, high: now.most };
  };
  const weightAt = (i, j) => ({ of: "kernel", i, j, low: -MOST, high: MOST });
  const read = ({ of, i, j }) => now[of][i][j];
  const value = slider({
    label: "Case choisie :", min: 0, max: 0, value: 0, oninput: (next) => write(next),
    text: (number) => nameOf(now.target, fr(number)),
  });
  const pick = (target) => {
    now.target = target;
    value.limits(target.low, target.high);
    value.value = read(target);
  };
  const write = (next) => {
    const { of, i, j, low, high } = now.target;
    now[of][i][j] = Math.min(Math.max(next, low), high);
    if (of === "kernel") kernelList.select.value = MINE;
    refresh();
  };
  const follow = (i, j) => {
    now.followed = i * now.kernel[0].length + j;
    pick(weightAt(i, j));
  };
  const typed = (choose) => (i, j, next) => {
    choose(i, j);
    write(next(read(now.target)));
  };
  const pickPixel = (row, column) => pick(pixelAt(row, column));

  const place = () => [Math.floor(now.at / sides[1]), now.at % sides[1]];
  const termsHere = () => products(now.image, now.kernel, now.settings, place());

  const paintImage = (terms) => input.paint((row, column) => {
    const pixel = pixelAt(row, column);
    const k = terms.findIndex((term) => term.row === row && term.column === column);
    const tone = [k === -1 ? "" : k === now.followed ? "chosen" : "window", pixel === PADDING ? "outside" : ""].join(" ");
    const about = (pixel === PADDING ? ", padding" : "") + (k === -1 ? "" : `, lu par le poids ${fr(terms[k].weight)}`);
    return { text: fr(read(pixel)), tone, spoken: fr(read(pixel)) + about };
  });
  const paintOutput = () => output.paint((i, j) => {
    const k = i * sides[1] + j;
    const text = now.seen.has(k) ? fr(values[i][j], 1) : "";
    return { text, tone: k === now.at ? "chosen" : now.seen.has(k) ? "made" : "outside", spoken: text || "pas encore calculée" };
  });

  const look = () => {
    const fits = Math.min(...sides) > 0;
    const terms = fits ? termsHere() : [];
    paintImage(terms);
    weights.paint((i, j) => ({
      text: fr(now.kernel[i][j]), tone: i * now.kernel[0].length + j === now.followed ? "chosen" : "window",
    }));
    flat.textContent = flatText(now.kernel, now.divisor);
    board.hidden = !fits;
    if (!fits) return say(`<p>${refusal(now.image, now.kernel, now.settings)}</p>`);
    paintOutput();
    advance.textContent = now.seen.size < sides[0] * sides[1] ? "Pas suivant" : "Recommencer";
    const [i, j] = place();
    const said = [`Sortie (${i + 1}, ${j + 1}) : ${sumText(terms, now.divisor, now.followed)}.`,
      zerosText(terms), sizesText(now.image, now.kernel, now.settings), leftText(now.image, now.kernel, now.settings)];
    return say(said.filter(Boolean).map((line) => `<p>${line}</p>`).join(""));
  };

  const goTo = (k) => { now.at = k; now.seen.add(k); look(); };
  const step = () => {
    const cells = range(sides[0] * sides[1]);
    if (now.seen.size === cells.length) now.seen.clear();
    // La case suivante qui reste à calculer, en revenant au début après la dernière.
    goTo(now.seen.size ? cells.map((k) => (now.at + k) % cells.length).find((k) => !now.seen.has(k)) : 0);
    output.mark(...place());
  };
  const fill = () => {
    range(sides[0] * sides[1]).forEach((k) => now.seen.add(k));
    look();
  };

  // Les valeurs ont changé, peut-être la taille aussi.
  const refresh = () => {
    const before = sides;
    sides = outputSides(now.image, now.kernel, now.settings);
    values = correlate(now.image, now.kernel, now.settings, now.divisor);
    if (String(before) !== String(sides)) buildOutput(before);
    value.value = read(now.target);
    look();
  };
  const buildOutput = (before) => {
    const full = before && now.seen.size === before[0] * before[1];
    Object.assign(now, { at: 0, seen: new Set(full ? range(sides[0] * sides[1]) : [0]) });
    output = grid({ label: "La sortie", height: sides[0], width: sides[1], onpick: (i, j) => goTo(i * sides[1] + j) });
    places.output.replaceChildren(output.node);
  };
  const buildImage = () => {
    const [height, width] = [now.image.length, now.image[0].length].map((side) => side + 2 * now.settings.padding);
    input = grid({ label: "L’image entourée de son padding", height, width, onpick: pickPixel, onedit: typed(pickPixel) });
    places.image.replaceChildren(input.node);
    pick(pixelAt(now.settings.padding, now.settings.padding));
    refresh();
  };

  // Une glissière de la convolution.
  const setting = (label, name, done) => slider({
    label, min: limits[name][0], max: limits[name][1], value: now.settings[name], oninput: (next) => { now.settings[name] = next; done(); },
  }).node;
  const imageList = list({
    label: "Image", options: images.map(({ title }, i) => [i, title]), value: 0, oninput: (i) => { takeImage(i); buildImage(); },
  });
  const kernelList = list({
    label: "Filtre", value: first, options: [...kernels.map(({ name, title }) => [name, title]), [MINE, "le vôtre"]],
    oninput: (name) => { if (name !== MINE) takeKernel(name); refresh(); },
  });
  const advance = action("Pas suivant", step);
  advance.className = "main";
  const turn = action("Retourner le filtre", () => { now.kernel = flip(now.kernel); kernelList.select.value = MINE; refresh(); });
  const board = part("Sortie", places.output, h("div", { class: "buttons" }, advance, action("Tout remplir", fill)));

  takeImage(0);
  takeKernel(first);
  const [height, width] = [now.kernel.length, now.kernel[0].length];
  weights = grid({ label: "Le filtre", height, width, onpick: (i, j) => { follow(i, j); look(); }, onedit: typed(follow) });
  places.kernel.append(weights.node);
  controls.append(
    imageList.node,
    kernelList.node,
    setting("Pas S", "stride", refresh),
    setting("Padding P", "padding", buildImage),
    setting("Dilatation d", "dilation", refresh),
    value.node,
  );
  stage.classList.add("correlation");
  stage.append(part("Image", places.image), part("Filtre", places.kernel, flat, turn), board);
  buildImage();
}

export default { render };
