// Ce qu’une unité voit à travers une pile de couches sans padding, le long d’une ligne de pixels.
// Une couche : { kernel, stride, dilation } ; le niveau 0 est l’entrée, le niveau l la sortie de la couche l.

import { range } from "./dom.js";
import { positions, reach, reads } from "./sliding.js";

// À chaque niveau, la taille du champ récepteur et l’écart entre deux unités voisines, en pixels.
export function fieldsOf(layers) {
  const fields = [{ size: 1, jump: 1 }];
  for (const { kernel, stride, dilation } of layers) {
    const { size, jump } = fields.at(-1);
    fields.push({ size: size + (reach(kernel, dilation) - 1) * jump, jump: jump * stride });
  }
  return fields;
}

// Le nombre d’unités de chaque niveau, jusqu’à la première couche qui ne tient pas.
export function countsOf(size, layers) {
  const counts = [size];
  for (const layer of layers) {
    const made = positions({ ...layer, size: counts.at(-1), padding: 0 });
    if (!made) break;
    counts.push(made);
  }
  return counts;
}

// Les unités de chaque niveau dont dépend celle-ci, du niveau 0 au sien.
export function reachedFrom(layers, level, unit) {
  const levels = [[unit]];
  for (const layer of layers.slice(0, level).reverse()) {
    const below = new Set(levels[0].flatMap((one) => reads(layer, one)));
    levels.unshift([...below].sort((a, b) => a - b));
  }
  return levels;
}

// Le premier pixel et le dernier du champ d’une unité, comptés depuis 0.
export const windowOf = ({ size, jump }, unit) => [unit * jump, unit * jump + size - 1];

// L’abscisse du milieu de ce champ, en part de l’image.
export const centerOf = (field, unit, width) => (unit * field.jump + field.size / 2) / width;

// L’unité de ce niveau la plus proche d’une abscisse.
export const nearest = (field, count, width, x) =>
  range(count).reduce((best, unit) => {
    const [here, there] = [unit, best].map((one) => Math.abs(centerOf(field, one, width) - x));
    return here < there ? unit : best;
  }, 0);
