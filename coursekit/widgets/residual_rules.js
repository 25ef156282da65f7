// Les chemins d’une pile de blocs résiduels : chaque bloc se traverse ou se saute.

import { range } from "./dom.js";

// Les blocs qui restent d’une pile de `count`, quand `cut` dit lesquels sont coupés.
export const kept = (count, cut) => range(count).filter((i) => !cut[i]);

// Les chemins qui traversent exactement `length` de ces blocs : chacun est la liste de ceux qu’il traverse.
export function paths(blocks, length) {
  if (!length) return [[]];
  return blocks.flatMap((first, i) => paths(blocks.slice(i + 1), length - 1).map((rest) => [first, ...rest]));
}

// Combien de chemins de longueur `length` : C(n, k).
export const binomial = (n, k) => range(k).reduce((made, i) => (made * (n - i)) / (i + 1), 1);

// Ce qu’un chemin apporte à la sortie quand le bloc i multiplie par weights[i] : le produit de ceux qu’il traverse.
const along = (path, weights) => path.reduce((made, i) => made * weights[i], 1);

// De même pour tous les chemins de chaque longueur.
export const contributions = (blocks, weights) =>
  range(blocks.length + 1).map((length) => paths(blocks, length).reduce((sum, path) => sum + along(path, weights), 0));

// La sortie de la pile pour une entrée de 1 : chaque bloc ajoute weights[i] fois ce qu’il reçoit.
export const residual = (blocks, weights) => blocks.reduce((x, i) => x + weights[i] * x, 1);

// Celle des mêmes blocs sans raccourci : un bloc coupé n’envoie rien.
export const plain = (count, cut, weights) => range(count).reduce((x, i) => (cut[i] ? 0 : weights[i] * x), 1);
