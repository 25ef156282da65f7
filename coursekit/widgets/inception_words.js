// Ce que l’explorateur d’Inception dit : le coût d’une branche, celui du module, et sa profondeur.

import { fr } from "./dom.js";
import { all, breakEven, convolutions, depth, depths, sum } from "./inception_rules.js";

export const MEASURES = { macs: "multiplications", parameters: "paramètres" };

export const short = (count) => (count < 1e6 ? fr(count) : `${fr(count / 1e6, 1)} M`);

const side = (kernel) => (kernel > 1 ? `${kernel}×${kernel}×` : "");
const FORMULAS = {
  macs: ({ size, kernel, from, to }) => `${size}×${size}×${side(kernel)}${from}×${to}`,
  parameters: ({ kernel, from, to }) => `(${side(kernel)}${from} + 1)×${to}`,
};
const cost = (convs, measure) => `${convs.map(FORMULAS[measure]).join(" + ")} = <strong>${short(sum(convs, measure))}</strong>`;

const times = (ratio) => (ratio >= 1 ? `${fr(ratio, 1)} fois moins` : `${fr(1 / ratio, 1)} fois plus`);

export function branchText(branch, module, measure) {
  const [kept, naive] = [false, true].map((bare) => convolutions(branch, module, bare));
  const start = `Branche ${branch.name} : ${cost(kept, measure)}`;
  if (branch.pooled) return `${start}. Sans cette projection, le pooling ne coûte rien, mais il rend ses ${module.channels} canaux.`;
  if (!branch.reduce) return `${start}, avec ou sans réduction : elle lit tous les canaux dans les deux modules.`;
  const compared = `${start} ; sans réduction, ${cost(naive, measure)}.`;
  if (sum(kept, "macs") < sum(naive, "macs")) return compared;
  return `${compared} Ici la 1×1 coûte plus de multiplications qu’elle n’en épargne : réduisez à moins de ${
    fr(Math.ceil(breakEven(branch, module)))} canaux.`;
}

export function moduleText(module, measure) {
  const [kept, bare] = [false, true].map((naive) => sum(all(module, naive), measure));
  return `Le module entier : ${short(kept)} ${MEASURES[measure]} au lieu de ${short(bare)}, soit <strong>${times(bare / kept)}</strong>.`;
}

export function depthText(module, naive) {
  const written = `${depths(module, naive).join(" + ")} = <strong>${depth(module, naive)}</strong> canaux`;
  if (!naive) return `Sortie : ${written}. La projection fixe ce que le pooling apporte.`;
  return `Sortie : ${written}. Le pooling rend les ${module.channels} canaux de l’entrée : la profondeur ne peut que croître.`;
}
