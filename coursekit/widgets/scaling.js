// L’explorateur de la mise à l’échelle composée : la règle d’un côté, les coefficients de B0 à B7 de l’autre.

import { bars, picture, table } from "./chart.js";
import { fr, s } from "./dom.js";
import { action, choice, frame, list, part, slider } from "./explorer.js";
import { compound, cost, implied } from "./scaling_rules.js";

const [WIDE, TALL, GAP] = [320, 150, 24];
const IMAGE = 60, LONG = 100, HIGH = 36;
const COSTS = { macs: ["MAC (milliards)", 1e9], parameters: ["Paramètres (millions)", 1e6] };
const BASES = [["alpha", "Profondeur α", 2], ["beta", "Largeur β", 1.5], ["gamma", "Résolution γ", 1.5]];
const CLOSE = 0.05, SAME = 0.5;

const by = (value) => `× ${fr(value)}`;
const power = (base, exponent) => `${fr(base)}<sup>${fr(exponent)}</sup>`;

// L’image et le réseau agrandis, à l’échelle qui les fait tenir ; ceux de B0, en tirets.
function drawing(made) {
  const bounds = ({ depth, width, resolution }) => [IMAGE * resolution, LONG * depth, HIGH * width];
  const [side, long, high] = bounds(made);
  const scale = Math.min(1, (WIDE - GAP) / (side + long), (TALL - 40) / Math.max(side, high));
  const middle = (TALL - 24) / 2, left = scale * side + GAP;
  const box = (x, width, height, kind) =>
    s("rect", { class: kind, x, y: middle - (scale * height) / 2, width: scale * width, height: scale * height });
  const start = [box(1, IMAGE, IMAGE, "unscaled"), box(left, LONG, HIGH, "unscaled")];
  const label = `Image ${by(made.resolution)} ; réseau ${by(made.depth)} en longueur, ${by(made.width)} en hauteur.`;
  return picture(WIDE, TALL, label, box(1, side, side, "scaled-image"), box(left, long, high, "scaled-network"), ...start,
    s("text", { x: 1, y: TALL - 6 }, by(made.resolution)),
    s("text", { x: WIDE, y: TALL - 6, "text-anchor": "end" }, `${by(made.depth)} de long, ${by(made.width)} de haut`));
}

function render({ model, el }) {
  const { phi: start, bases: given, published, networks } = model.get("state");
  const first = networks[0];
  const now = { phi: start, bases: { ...given }, chosen: 0, shown: "macs" };
  const { controls, stage, say } = frame(el, "Explorateur : la mise à l’échelle composée");
  const shape = part("Image et réseau agrandis (tirets : B0)"), chart = part("De B0 à B7");
  const lines = table({ heads: ["Réseau", "d", "w", "pixels", "d·w²·r²", "MAC / B0"], onpick: choose });
  const show = (place, made) => place.replaceChildren(place.firstElementChild, made);
  const multipliers = ({ depth, width, resolution }) => ({ depth, width, resolution: resolution / first.resolution });

  function look() {
    const made = compound(now.phi, now.bases);
    show(shape, drawing(made));
    show(chart, bars({ label: COSTS[now.shown][0], rows: rows(made) }));
    lines.fill(networks.map(line), now.chosen);
    say([rule(), enlarged(made), compared(networks[now.chosen])].map((text) => `<p>${text}</p>`).join(""));
  }

  function rows(made) {
    const [, unit] = COSTS[now.shown];
    const row = (name, value, tone) => ({ name, value, text: fr(value / unit), tone });
    const real = networks.map((network, i) => row(network.name, network[now.shown], i === now.chosen ? "strong" : ""));
    return now.shown === "macs" ? [row("règle", cost(made) * first.macs, "rule"), ...real] : real;
  }

  const line = (network) => [network.name, fr(network.depth), fr(network.width), fr(network.resolution),
    by(cost(multipliers(network))), by(network.macs / first.macs)];

  function rule() {
    const { alpha, beta, gamma } = now.bases;
    const each = cost(compound(1, now.bases));
    const product = `α·β²·γ² = ${fr(alpha)} × ${fr(beta)}² × ${fr(gamma)}² = <strong>${fr(each)}</strong>`;
    const alone = [alpha, beta, gamma].filter((base) => base > 1).length === 1
      ? " Une seule dimension grandit : l’article mesure que la justesse plafonne alors plus vite." : "";
    if (Math.abs(each - 2) <= 2 * CLOSE) return `${product} ≈ 2 : chaque unité de φ double à peu près le calcul.${alone}`;
    return `${product}, et non 2 : chaque unité de φ multiplie le calcul par ${fr(each)}. `
      + `La contrainte de l’article n’est pas tenue.${alone}`;
  }

  function enlarged({ depth, width, resolution }) {
    const { alpha, beta, gamma } = now.bases, { phi } = now;
    const factor = cost({ depth, width, resolution });
    return `φ = ${fr(phi)} : profondeur ${power(alpha, phi)} = ${fr(depth)}, largeur ${power(beta, phi)} = ${fr(width)}, `
      + `résolution ${power(gamma, phi)} = ${fr(resolution)}, soit ${first.resolution} × ${fr(resolution)} = `
      + `${fr(first.resolution * resolution, 0)} pixels. Calcul : ${power(cost(compound(1, now.bases)), phi)} = ${fr(factor)} fois celui de B0, soit `
      + `<strong>${fr((factor * first.macs) / 1e9)}</strong> milliards de MAC.`;
  }

  function compared(network) {
    const wanted = implied(multipliers(network), published);
    if (network === first) return "B0 est le point de départ : φ = 0, rien n’est agrandi.";
    const texts = wanted.map((phi) => fr(phi));
    const asked = `${network.name}, code des auteurs : il faudrait φ = ${texts[0]} pour la profondeur, ${texts[1]} pour la largeur `
      + `et ${texts[2]} pour la résolution`;
    const spread = Math.max(...wanted) - Math.min(...wanted);
    const verdict = spread > SAME ? "aucun φ ne donne les trois" : `c’est, à peu près, φ = ${fr(network.phi)}`;
    return `${asked} : ${verdict}. Ses multiplicateurs annoncent d·w²·r² = ${fr(cost(multipliers(network)))} fois B0 ; `
      + `ses couches, comptées, font <strong>${fr(network.macs / first.macs)}</strong> fois B0, car le code arrondit leurs canaux `
      + `et, vers le haut, leur nombre. La règle à la lettre, pour φ = ${fr(network.phi)}, en fait ${fr(network.ruled / first.macs)}.`;
  }

  const setting = (name) => (value) => { now[name] = value; look(); };
  const phi = slider({ label: "Coefficient φ", min: 0, max: 7, step: 0.5, value: start, oninput: setting("phi") });
  const knobs = BASES.map(([name, label, max]) =>
    slider({ label, min: 1, max, step: 0.05, value: given[name], oninput: (value) => { now.bases[name] = value; look(); } }));
  const back = action("α, β, γ de l’article", () => {
    now.bases = { ...published };
    knobs.forEach((knob, i) => { knob.value = published[BASES[i][0]]; });
    look();
  });
  const options = networks.map(({ name }, i) => [i, name]);
  const names = list({ label: "Comparer à", options, value: 0, oninput: (i) => choose(Number(i)) });
  function choose(i) {
    now.chosen = i;
    names.select.value = i;
    look();
  }
  const costs = Object.entries(COSTS).map(([name, [text]]) => [name, text]);
  controls.append(phi.node, ...knobs.map(({ node }) => node), back, names.node,
    choice({ label: "Barres", options: costs, value: "macs", oninput: setting("shown") }).node);
  stage.append(shape, chart, part("Coefficients du code des auteurs", lines.node));
  look();
}

export default { render };
