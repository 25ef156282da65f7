// Le champ récepteur en mots : le calcul avec ses nombres, ce que l’unité lit, et pourquoi une couche ne tient pas.

import { fieldsOf, windowOf } from "./receptive_rules.js";
import { reach } from "./sliding.js";

// Mot pour mot comme `coursekit.arithmetic.receptive_field`, où une couche dilatée compte pour son étendue.
export function fieldText(layers) {
  const fields = fieldsOf(layers);
  const steps = layers.map(({ kernel, dilation }, i) =>
    `couche ${i + 1} : ${fields[i].size} + (${reach(kernel, dilation)} − 1)×${fields[i].jump} = ${fields[i + 1].size}`);
  return "Chaque couche ajoute (F − 1) fois l’écart, en pixels de l’image, entre deux unités qu’elle lit. "
    + `On part de 1 pixel ; ${steps.join(" ; ")}. Le champ récepteur est de ${fields.at(-1).size} pixels.`;
}

export function jumpText(layers) {
  const { jump } = fieldsOf(layers).at(-1);
  return `Les pas se multiplient : ${layers.map(({ stride }) => stride).join("×")} = ${jump}. `
    + `Deux unités voisines regardent l’image à ${jump} pixel${jump > 1 ? "s" : ""} d’écart.`;
}

const spread = ({ kernel, dilation }, i) =>
  (dilation > 1 ? [`couche ${i + 1} : F = ${dilation}×(${kernel} − 1) + 1 = ${reach(kernel, dilation)}`] : []);

// L’étendue des filtres dilatés, s’il y en a.
export function spreadText(layers) {
  const written = layers.flatMap(spread);
  return written.length && `Un filtre dilaté compte pour son étendue, d(F − 1) + 1. ${written.join(" ; ").replace("c", "C")}.`;
}

export function seenText(level, unit, field) {
  const [first, last] = windowOf(field, unit);
  const where = first === last ? `le pixel ${first + 1}` : `les pixels ${first + 1} à ${last + 1}`;
  return `L’unité ${unit + 1} de la couche ${level} voit ${where} : un champ de <strong>${field.size}</strong>.`;
}

export const holesText = (read, field) => read < field.size
  && `Elle n’en lit que ${read} sur ${field.size} : les autres, barrés, sont dans le champ mais ne comptent pas pour elle.`;

// La première couche qui ne tient pas dans ce qu’elle reçoit.
export function tooDeep(layers, counts) {
  const level = counts.length;
  const { kernel, dilation } = layers[level - 1];
  const below = level === 1 ? "l’entrée" : `la couche ${level - 1}`;
  return `La couche ${level} ne tient pas : son filtre s’étend sur ${reach(kernel, dilation)} unités et ${below} n’en a que `
    + `${counts.at(-1)}. Agrandissez l’entrée, réduisez ce filtre, ou retirez la couche.`;
}
