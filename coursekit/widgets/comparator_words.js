// Ce que dit la comparaison de deux réseaux, et ce qui l’empêche.

import { fr } from "./dom.js";

// Un coût : son nom, son unité, et le préfixe qui l’écrit.
export const COSTS = { macs: ["MAC", 1e9, "G"], parameters: ["Paramètres", 1e6, "M"] };

export const magnitude = (value, cost) => `${fr(value / COSTS[cost][1])} ${COSTS[cost][2]}`;
export const percent = (value) => `${fr(value)} %`;

function versus(one, other, what) {
  const ratio = other / one;
  if (Math.abs(ratio - 1) < 0.005) return `autant de ${what}`;
  return ratio > 1 ? `${fr(ratio)} fois plus de ${what}` : `${fr(1 / ratio)} fois moins de ${what}`;
}

function judged(gap) {
  if (!gap) return "a la même justesse";
  const size = Math.abs(gap);
  return `${gap > 0 ? "gagne" : "perd"} <strong>${fr(size)} point${size >= 2 ? "s" : ""}</strong> de justesse`;
}

// Pourquoi l’écart de justesse de deux réseaux n’est pas celui de leurs architectures.
function caution(one, other) {
  if (one.protocol !== other.protocol) {
    return `Attention : A est mesuré sur « ${one.protocol} », B sur « ${other.protocol} ». `
      + "À protocoles différents, les justesses ne se comparent pas.";
  }
  if (one.judged !== other.judged) {
    return "Attention : les deux justesses n’ont pas la même source, donc sans doute pas le même entraînement.";
  }
  return "Même protocole et même source ; mais l’entraînement a pu changer, et il compte autant que l’architecture.";
}

export function compared(one, other) {
  if (one === other) return [`Choisissez deux réseaux différents : ${one.title} est des deux côtés.`];
  const gap = other.top1 - one.top1;
  const costs = `${versus(one.parameters, other.parameters, "paramètres")} et ${versus(one.macs, other.macs, "MAC")}`;
  return [`${other.title} (B) a ${costs} que ${one.title} (A), et ${judged(gap)} : ${fr(other.top1)} − ${fr(one.top1)} = ${fr(gap)}.`,
    caution(one, other)];
}

// Ce que dit la frontière.
export const unbeaten = (points) => `Frontière : parmi les réseaux montrés et jugés sur une vue, `
  + `nul n’est à la fois moins cher et plus juste que ${points.map(({ name }) => name).join(", ")}.`;
