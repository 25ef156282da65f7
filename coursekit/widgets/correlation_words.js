// Ce que l’explorateur de la corrélation dit : la somme terme à terme, les tailles, et pourquoi un filtre ne tient pas.

import { fr } from "./dom.js";
import { lines, total } from "./correlation_rules.js";
import { positions, reach, room } from "./sliding.js";

// Un produit et son signe ; celui du poids `followed` ressort, un zéro du padding est souligné.
const term = ({ weight, value, inside }, k, followed) => {
  const sign = weight < 0 ? (k ? "− " : "−") : k ? "+ " : "";
  const text = `${sign}${fr(Math.abs(weight))}×${fr(value)}`;
  const shown = k === followed ? `<strong>${text}</strong>` : text;
  return `<span class="term${inside ? "" : " zero"}">${shown}</span>`;
};

export function sumText(terms, divisor, followed) {
  const written = terms.map((one, k) => term(one, k, followed)).join(" ");
  const sum = total(terms);
  if (divisor === 1) return `${written} = <strong>${fr(sum)}</strong>`;
  return `(${written})/${divisor} = ${fr(sum)}/${divisor} = <strong>${fr(sum / divisor)}</strong>`;
}

const plural = (count, one, many) => `${count} ${count > 1 ? many : one}`;

export function zerosText(terms) {
  const zeros = terms.filter(({ inside }) => !inside).length;
  return zeros && `Le filtre lit ici ${plural(zeros, "zéro", "zéros")} du padding, soulignés d’un pointillé.`;
}

const quotient = (line) => `(${line.size} + 2×${line.padding} − ${reach(line.kernel, line.dilation)})/${line.stride}`;
const sizeText = (line, one, many) => {
  const exact = room(line) % line.stride === 0;
  return `${exact ? quotient(line) : `⌊${quotient(line)}⌋`} + 1 = ${plural(positions(line), one, many)}`;
};
const SIDES = [["ligne", "lignes"], ["colonne", "colonnes"]];

const spread = ({ kernel, dilation }) =>
  dilation > 1 ? `Le filtre dilaté s’étend sur ${dilation}×(${kernel} − 1) + 1 = ${reach(kernel, dilation)} cases. ` : "";

export function sizesText(image, kernel, settings) {
  const both = lines(image, kernel, settings);
  return `${spread(both[0])}Sortie : ${both.map((line, axis) => sizeText(line, ...SIDES[axis])).join(" et ")}.`;
}

export function leftText(image, kernel, settings) {
  const left = lines(image, kernel, settings)
    .map((line, axis) => [room(line) % line.stride, SIDES[axis]])
    .filter(([count]) => count)
    .map(([count, names]) => (count === 1 ? `la dernière ${names[0]}` : `les ${count} dernières ${names[1]}`));
  return left.length && `Le pas ne tombe pas juste : aucune fenêtre ne lit ${left.join(" ni ")}.`;
}

export function refusal(image, kernel, settings) {
  const both = lines(image, kernel, settings);
  const axis = both.findIndex((line) => room(line) < 0);
  const { size, padding, kernel: side, dilation } = both[axis];
  return `Le filtre ne tient pas dans l’image : il s’étend sur ${dilation}×(${side} − 1) + 1 = ${reach(side, dilation)} cases, `
    + `et l’image entourée n’a que ${size} + 2×${padding} = ${plural(size + 2 * padding, ...SIDES[axis])}. `
    + "Augmentez le padding, ou réduisez la dilatation.";
}

// Ce que le filtre fait d’une plage uniforme.
export function flatText(kernel, divisor) {
  const sum = kernel.flat().reduce((all, weight) => all + weight, 0) / divisor;
  const effect = sum === 0 ? "donne 0" : sum === 1 ? "garde sa valeur" : `est multipliée par ${fr(sum)}`;
  const parts = divisor > 1 ? `Chaque poids est divisé par ${divisor}. ` : "";
  return `${parts}Somme des poids : ${fr(sum)}. Une plage uniforme ${effect}.`;
}
