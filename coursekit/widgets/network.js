// L’explorateur du réseau entier : de l’image à la décision, toutes les cartes, et le calcul de l’unité que l’on touche.

import { fr, h, range } from "./dom.js";
import { action, choice, frame, grid, part, toggle } from "./explorer.js";
import { fields, forward, octets, softmax, terms, unpacked } from "./network_rules.js";
import { board, pack, ramp, screen } from "./network_screen.js";
import { decisionText, fieldText, percent, unitText } from "./network_words.js";

const PAPER = [225, 225, 225];
const INKS = { noire: [20, 20, 20], orange: [230, 120, 20], bleue: [20, 90, 190], gomme: PAPER };
const ACROSS = 8;
const PRIMARIES = ["rouge", "vert", "bleu"];

const square = ([top, left], size = 1) => ({ top, left, size });

// Les cases d’un canal que lit une unité : la valeur, et le poids qui la multiplie ; la case que garde un max pooling.
function card(name, { cells, sum }, { largest, kept }) {
  const looks = ({ value, weight, outside }, k) => {
    if (weight === undefined) return h("span", { class: k === kept && "chosen" }, fr(value));
    const tone = value * weight < 0 ? "minus" : "plus";
    const style = `--t: ${(100 * Math.abs(value * weight)) / largest}%`;
    return h("span", { class: outside ? "outside" : tone, style }, fr(value), h("br"), `×${fr(weight)}`);
  };
  const nine = h("div", { class: "nine", style: `--n: ${Math.sqrt(cells.length)}` }, ...cells.map(looks));
  return h("div", {}, name, nine, Number.isNaN(sum) ? "" : h("strong", {}, `= ${fr(sum)}`));
}

// Toutes les cartes de ce que lit une unité.
function cardsOf(read, kind, names) {
  const products = read.flatMap(({ cells }) => cells.map(({ value, weight }) => Math.abs(value * weight)));
  const values = read[0].cells.map(({ value }) => value);
  const about = { largest: Math.max(...products) || 1, kept: kind === "max" ? values.indexOf(Math.max(...values)) : -1 };
  return read.map((one) => card(names?.[one.read] ?? `carte ${one.read + 1}`, one, about));
}

function render({ model, el }) {
  const { classes, layers: packed, samples, colors, facts, first } = model.get("state");
  const layers = packed.map(unpacked);
  const side = Math.sqrt(octets(samples[0].pixels).length / 3);
  const { controls, stage, say } = frame(el, "Explorateur : le réseau entier");
  const now = { level: 0, channel: 0, at: [0, 0], cut: new Set(), ink: INKS.noire };
  const shades = ramp(colors);
  let levels, shares, before;

  const rgb = (pixels) => (k) => pack(...PRIMARIES.map((_, c) => pixels[c * side ** 2 + k]));
  const mapOf = (level, channel) => {
    const area = levels[level].side ** 2;
    return levels[level].values.subarray(channel * area, (channel + 1) * area);
  };
  // Une couleur par valeur, de 0 à la plus grande de `scale`.
  const shaded = (map, scale) => {
    const most = Math.max(...scale) || 1;
    return (k) => shades[Math.round((255 * map[k]) / most)];
  };
  const isCut = (level, channel) => now.cut.has(`${level}:${channel}`);

  // Le pinceau a trois pixels de côté ; traîné, il ne saute rien.
  const stamp = (i, j) => range(9).forEach((k) => {
    const [row, column] = [i - 1 + Math.floor(k / 3), j - 1 + (k % 3)];
    if (Math.min(row, column) < 0 || Math.max(row, column) >= side) return;
    now.ink.forEach((level, c) => { now.pixels[(c * side + row) * side + column] = level; });
  });
  const stroke = ([top, left], i, j) => {
    const steps = Math.max(Math.abs(i - top), Math.abs(j - left)) || 1;
    range(steps + 1).forEach((k) => stamp(...[[top, i], [left, j]].map(([from, to]) => Math.round(from + ((to - from) * k) / steps))));
  };
  const image = board("L’image, à dessiner : flèches pour bouger, Espace pour peindre, Maj + flèche pour tracer", () => side, drawAt);
  function drawAt(i, j, how) {
    const from = how === "drag" ? image.here : [i, j];
    image.here = [i, j];
    if (!how) return look();
    stroke(from, i, j);
    return compute();
  }
  const start = (which) => {
    now.sample = samples[which];
    now.pixels = now.sample ? octets(now.sample.pixels) : new Uint8Array(3 * side ** 2).fill(PAPER[0]);
    compute();
  };

  // La vue d’ensemble, une couche après l’autre ; la dernière dit les classes.
  const rows = layers.map(({ kind, title, depth }, l) => {
    const width = kind === "linear" ? 1 : ACROSS;
    const cells = grid({ label: title, height: depth / width, width, onpick: (i, j) => choose(l + 1, i * width + j) });
    if (width === 1) cells.node.classList.add("classes");
    const node = part(title, cells.node);
    node.classList.add("layer");
    return { cells, width, node, screens: range(depth).map(() => screen()) };
  });

  const classLook = (k) => {
    const [share, whole] = [shares[k], before[k]].map(percent);
    return { text: `${classes[k]} ${share}${share === whole ? "" : ` (${whole} sans coupe)`}` };
  };
  const mapLook = (l, k) => {
    const text = levels[l + 1].side > 1 ? "" : fr(levels[l + 1].values[k], 1);
    const cut = isCut(l + 1, k);
    return { text, tone: cut ? "outside cut" : "", spoken: `carte ${k + 1} ${text}${cut ? ", coupée" : ""}` };
  };
  function paintRow({ cells, width, screens }, l, regions) {
    const { side: size, values } = levels[l + 1];
    // Un pooling ne lit qu’une carte, et une unité n’est que dans la sienne.
    const alone = l + 1 === now.level || (l + 2 === now.level && !layers[l + 1].weights);
    cells.paint((i, j) => (width === 1 ? classLook(i) : mapLook(l, i * width + j)));
    cells.node.querySelectorAll("[role=gridcell]").forEach((cell, k) => {
      if (width === 1) cell.style.setProperty("--part", `${100 * shares[k]}%`);
      if (size === 1) return;
      cell.append(screens[k].node);
      screens[k].paint(size, shaded(mapOf(l + 1, k), values), alone && k !== now.channel ? undefined : regions[l + 1]);
    });
  }

  // Le calcul d’une unité.
  const heading = h("p"), cards = h("div", { class: "cards" }), detail = h("div", { class: "part detail" });
  const chosen = board("La carte choisie : flèches pour changer d’unité", () => levels[now.level].side, (i, j) => {
    now.at = [i, j];
    look();
  });
  const cutting = toggle({ label: "Couper ce filtre", oninput: (on) => {
    now.cut[on ? "add" : "delete"](`${now.level}:${now.channel}`);
    compute();
  } });
  const restore = action("Rétablir tous les filtres", () => { now.cut.clear(); compute(); });

  function choose(level, channel) {
    if (level !== now.level) {
      // D’une carte à l’autre d’une couche, on garde la place ; ailleurs, on va à la plus forte réponse.
      const map = mapOf(level, channel);
      const best = map.indexOf(Math.max(...map));
      now.at = [Math.floor(best / levels[level].side), best % levels[level].side];
      rows[now.level - 1]?.cells.unmark();
      // Le calcul suit la couche que l’on touche : sous elle sur un écran étroit, et pour la touche Tab.
      rows[level - 1].node.after(detail);
    }
    Object.assign(now, { level, channel });
    look();
  }

  function compute() {
    const input = { depth: 3, side, values: Float64Array.from(now.pixels, (level) => level / 255) };
    const sharesOf = (made) => softmax(made.at(-1).values);
    levels = forward(layers, input, now.cut);
    shares = sharesOf(levels);
    before = now.cut.size ? sharesOf(forward(layers, input)) : shares;
    look();
  }

  function look() {
    if (!now.level) return;
    const regions = fields(layers, now.level, ...now.at);
    const brush = document.activeElement === image.node && square(image.here.map((place) => place - 1), 3);
    image.paint(side, rgb(now.pixels), regions[0], brush);
    rows.forEach((row, l) => paintRow(row, l, regions));
    lookAtUnit(regions[0]);
  }

  function lookAtUnit(field) {
    const { level, channel, at } = now;
    const layer = layers[level - 1], { side: size } = levels[level];
    const map = mapOf(level, channel);
    const read = terms(layer, levels[level - 1], channel, ...at);
    const cut = isCut(level, channel);
    chosen.node.hidden = size === 1;
    chosen.here = at;
    chosen.paint(size, shaded(map, map), undefined, square(at));
    cards.replaceChildren(...cardsOf(read, layer.kind, level === 1 && PRIMARIES));
    cutting.node.hidden = layer.kind !== "conv";
    cutting.input.checked = cut;
    restore.hidden = !now.cut.size;
    const name = `Couche ${level}, ${layer.kind === "linear" ? classes[channel] : `carte ${channel + 1}`}`;
    heading.textContent = name + (size > 1 ? `, de ${fr(Math.min(...map))} à ${fr(Math.max(...map))}` : "");
    const place = size === 1 ? name : `Ligne ${at[0] + 1}, colonne ${at[1] + 1}`;
    const unit = { place, kind: layer.kind, read, bias: layer.bias?.[channel], cut, value: map[at[0] * size + at[1]],
      share: shares[channel] };
    const lines = [decisionText(classes, shares, before, now.sample?.label), unitText(unit), fieldText(field, side)];
    say(lines.map((line) => `<p>${line}</p>`).join(""));
  }

  const small = ({ pixels, label }) => {
    const made = screen({ role: "img", "aria-label": classes[label] });
    made.paint(side, rgb(octets(pixels)));
    return made.node;
  };
  const offered = [...samples.map((one, k) => [k, small(one)]), [samples.length, "feuille vierge"]];
  const pictures = choice({ label: "Image", value: first, options: offered, oninput: start });
  const names = Object.keys(INKS).map((name) => [name, name]);
  const inks = choice({ label: "Encre", value: "noire", options: names, oninput: (name) => { now.ink = INKS[name]; } });
  const erase = action("Effacer mes traits", () => start(samples.indexOf(now.sample)));
  const drawing = (...nodes) => h("div", { class: "drawing" }, nodes.shift(), h("div", {}, ...nodes));
  pictures.node.classList.add("pictures");
  stage.classList.add("network");
  controls.append(pictures.node);
  detail.append(heading, drawing(chosen.node, cutting.node, restore), el.querySelector(".said"), cards);
  stage.append(drawing(image.node, inks.node, erase), ...rows.map(({ node }) => node), h("p", { class: "note layer" }, facts));
  start(first);
  choose(1, 0);
  rows[0].cells.mark(0, 0);
}

export default { render };
