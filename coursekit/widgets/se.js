// L’explorateur de la porte squeeze-and-excite : huit cartes, leurs moyennes, leurs poids, et le prix du ratio r.

import { bars, table } from "./chart.js";
import { fr, h, range, s } from "./dom.js";
import { frame, grid, part, slider } from "./explorer.js";
import { added, excite, rescale, squeeze, squeezed } from "./se_rules.js";

const EXPONENTS = [1, 5];
const PIXEL = 7;

// Une carte dont une tache carrée, seule, n’est pas nulle.
const drawn = ({ intensity, row, column }, side, blob) => range(side).map((i) => range(side).map((j) =>
  (i >= row && i < row + blob && j >= column && j < column + blob ? intensity : 0)));

// Une carte en petit : plus la valeur est grande, plus la case est pleine.
const small = (map) => s("svg", { class: "small-map", width: map.length * PIXEL, height: map.length * PIXEL, "aria-hidden": "true" },
  ...map.flatMap((row, i) => row.map((value, j) =>
    s("rect", { x: j * PIXEL, y: i * PIXEL, width: PIXEL, height: PIXEL, "fill-opacity": value / 9 }))));

// Une somme de produits : 0,4 × 1,5 − 0,2 × 3 + 0,1.
function products(weights, values, bias) {
  const terms = [...weights.map((weight, i) => [weight, ` × ${fr(values[i])}`]), [bias, ""]];
  return terms.map(([weight, times], i) => {
    if (!i) return fr(weight) + times;
    return `${weight < 0 ? " − " : " + "}${fr(Math.abs(weight))}${times}`;
  }).join("");
}

function render({ model, el }) {
  const { side, blob, channels: start, first, second, ratio, stages, base } = model.get("state");
  const channels = start.map((channel) => ({ ...channel }));
  const now = { channel: 0, ratio };
  const { controls, stage, say } = frame(el, "Explorateur : la porte squeeze-and-excite");
  const lines = table({ heads: ["Canal", "Carte", "Moyenne", "Poids", "Pondérée"], onpick: choose });
  const middle = part("Neurones du milieu"), cost = part("Paramètres ajoutés à ResNet-50");
  const show = (place, drawing) => place.replaceChildren(place.firstElementChild, drawing);

  const map = grid({ label: "La carte choisie", height: side, width: side, onpick: move });
  function move(i, j) {
    const channel = channels[now.channel];
    [channel.row, channel.column] = [i, j].map((place) => Math.min(place, side - blob));
    look();
  }

  // Les mêmes couches, réduites aux neurones que laisse le ratio.
  const layers = () => {
    const count = squeezed(channels.length, now.ratio);
    return {
      first: { weight: first.weight.slice(0, count), bias: first.bias.slice(0, count) },
      second: { weight: second.weight.map((row) => row.slice(0, count)), bias: second.bias },
    };
  };

  function look() {
    const maps = channels.map((channel) => drawn(channel, side, blob));
    const means = maps.map(squeeze);
    const gate = excite(means, layers());
    const before = excite(start.map((channel) => squeeze(drawn(channel, side, blob))), layers()).gates;
    const signs = gate.gates.map((weight, c) => Math.sign(Math.round(1000 * (weight - before[c]))));
    map.paint((i, j) => ({ text: fr(maps[now.channel][i][j]), tone: maps[now.channel][i][j] ? "window" : "" }));
    lines.fill(maps.map((one, c) => line(one, c, means[c], gate.gates[c], signs[c])), now.channel);
    const names = gate.hidden.map((value, i) => ({ name: `s${"₁₂₃₄"[i]}`, value, text: fr(value) }));
    show(middle, bars({ label: "Après la ReLU", rows: names, width: 220 }));
    show(cost, bars({ label: "Paramètres ajoutés, en millions", rows: prices() }));
    say(sentences(means, gate, signs.filter(Boolean).length).map((text) => `<p>${text}</p>`).join(""));
  }

  function line(one, c, mean, gate, sign) {
    const weight = h("td", { class: "gauge", style: `--part: ${100 * gate}%` }, `${["▼ ", "", "▲ "][sign + 1]}${fr(gate)}`);
    return [fr(c + 1), small(one), fr(mean), weight, small(rescale(one, gate))];
  }

  const price = (r) => {
    const { weights, biases } = added(stages, r);
    return weights + biases;
  };
  const prices = () => range(EXPONENTS[1]).map((i) => 2 ** (i + 1)).map((r) =>
    ({ name: `r = ${r}`, value: price(r), text: `${fr(price(r) / 1e6)} M`, tone: r === now.ratio ? "strong" : "" }));

  function sentences(means, { hidden, scores, gates }, changed) {
    const c = now.channel, { intensity } = channels[c], count = hidden.length;
    const { weight, bias } = layers().second;
    const total = channels.length, ratio = now.ratio;
    const squeezing = `<em>Squeeze</em> : la moyenne du canal ${c + 1} est ${blob * blob} × ${intensity}/${side * side} = `
      + `${fr(means[c])}, où que soit la tache : la porte sait combien, et non où.`;
    const few = total < ratio ? `${total}/${ratio} &lt; 1 : on en garde un` : `C/r = ${fr(total / ratio)}`;
    const dead = hidden.some(Boolean) ? "" : " Tous sont nuls : les poids ne tiennent plus qu’aux biais.";
    const exciting = `<em>Excitation</em> : les ${total} moyennes donnent ${count} neurone${count > 1 ? "s" : ""} (${few}).${dead} `
      + `Le poids du canal ${c + 1} est σ(${products(weight[c], hidden, bias[c])}) = σ(${fr(scores[c])}) = `
      + `<strong>${fr(gates[c])}</strong> : sa tache passe de ${intensity} à ${fr(intensity * gates[c])}.`
      + (changed ? ` Depuis le départ, ${changed} des ${total} poids ont changé (▲ ou ▼).` : "");
    return [squeezing, exciting, costing()];
  }

  function costing() {
    const { weights, biases } = added(stages, now.ratio);
    const squares = stages.map(({ blocks, channels: wide }) => `${blocks} × ${wide}²`).join(" + ");
    return `Dans ResNet-50, des portes de ratio ${now.ratio} ajoutent 2/${now.ratio} × (${squares}) = ${fr(weights)} poids `
      + `et ${fr(biases)} biais : <strong>${fr((100 * (weights + biases)) / base, 1)} %</strong> de paramètres en plus.`;
  }

  const intensity = slider({ label: "Intensité de la tache", min: 0, max: 9, value: channels[0].intensity, oninput: (value) => {
    channels[now.channel].intensity = value;
    look();
  } });
  const which = slider({ label: "Canal choisi", min: 1, max: channels.length, value: 1, oninput: (value) => choose(value - 1) });
  function choose(c) {
    now.channel = c;
    which.value = c + 1;
    intensity.value = channels[c].intensity;
    // Le clavier repart de la tache : arriver dans la grille ne la déplace pas.
    map.mark(channels[c].row, channels[c].column);
    look();
  }
  controls.append(which.node, intensity.node, slider({
    label: "Ratio r", min: EXPONENTS[0], max: EXPONENTS[1], value: Math.log2(ratio), text: (exponent) => fr(2 ** exponent),
    oninput: (exponent) => { now.ratio = 2 ** exponent; look(); },
  }).node);
  const placed = part("Carte du canal choisi : placez la tache", map.node);
  stage.append(h("div", { class: "part beside" }, placed, middle), part("Les huit canaux", lines.node), cost);
  choose(0);
}

export default { render };
