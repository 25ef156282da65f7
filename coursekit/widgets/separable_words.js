// Ce que l’explorateur depthwise separable dit : les deux coûts, leur rapport, et ce qui en reste.

import { fr } from "./dom.js";
import { costs, ratio, totalOf } from "./separable_rules.js";

export const MEASURES = { macs: "multiplications", parameters: "paramètres" };

export const short = (count) => (count < 1e6 ? fr(count) : `${fr(count / 1e6, 1)} M`);

const places = ({ size }, measure) => (measure === "macs" ? `${size}×${size}×` : "");

// Combien une convolution a de filtres, et combien de nombres chacun lit.
export function filterText(kind, layer) {
  const { kernel, inputs } = layer;
  const { read, count } = costs(layer)[kind];
  const sides = { standard: [kernel, kernel, inputs], depthwise: [kernel, kernel, 1], pointwise: [1, 1, inputs] }[kind];
  return `Filtres : ${count}. Chacun lit ${sides.join("×")} = ${fr(read)} nombre${read > 1 ? "s" : ""}.`;
}

export function costText(layer, measure) {
  const { inputs, outputs, kernel } = layer;
  const { standard, depthwise, pointwise, both } = costs(layer);
  const start = places(layer, measure);
  return [
    `Standard : ${start}${kernel}×${kernel}×${inputs}×${outputs} = <strong>${short(standard[measure])}</strong> ${MEASURES[measure]}.`,
    `Depthwise separable : ${start}${kernel}×${kernel}×${inputs} + ${start}${inputs}×${outputs} = `
      + `${short(depthwise[measure])} + ${short(pointwise[measure])} = <strong>${short(both[measure])}</strong>.`,
  ];
}

export function ratioText(layer) {
  const { outputs, kernel } = layer;
  const part = ratio(layer);
  const written = `Rapport : 1/N + 1/K² = 1/${outputs} + 1/${kernel * kernel} = ${fr(part, 3)}`;
  if (kernel === 1)
    return `${written}. Avec K = 1, il n’y a pas de voisinage à filtrer : l’ordinaire est déjà une pointwise, et la depthwise s’y ajoute.`;
  if (part >= 1) return `${written}. Avec si peu de canaux de sortie, la factorisation n’épargne rien.`;
  const pointwise = 1 / (kernel * kernel) / part;
  return `${written}, soit <strong>${fr(1 / part, 1)} fois moins</strong>. Si N grandit, on s’approche de K² = ${kernel * kernel} fois. `
    + `La pointwise fait ${fr(100 * pointwise, 0)} % du travail.`;
}

export function networkText(layers, measure) {
  const [standard, both] = ["standard", "both"].map((kind) => totalOf(layers, kind, measure));
  return `Les ${layers.length} blocs de MobileNet v1 réunis : ${short(both)} ${MEASURES[measure]} au lieu de ${short(standard)}, `
    + `${fr(standard / both, 1)} fois moins.`;
}
