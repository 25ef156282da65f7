// La corrélation croisée, produit par produit.

import { range } from "./dom.js";
import { positions, reads } from "./sliding.js";

// Le filtre le long de chaque dimension de l’image : `[les lignes, les colonnes]`.
export const lines = (image, kernel, { stride, padding, dilation }) => [
  { size: image.length, kernel: kernel.length, stride, padding, dilation },
  { size: image[0].length, kernel: kernel[0].length, stride, padding, dilation },
];

// Les côtés de la sortie ; 0 là où le filtre ne tient pas.
export const outputSides = (image, kernel, settings) => lines(image, kernel, settings).map(positions);

// Les produits d’une case de la sortie, dans l’ordre de lecture. `row` et `column` sont ceux de l’image entourée ;
// `inside` dit si le pixel est à l’image, sinon c’est un zéro du padding.
export function products(image, kernel, settings, at) {
  const [rows, columns] = lines(image, kernel, settings).map((line, axis) => reads(line, at[axis]));
  return rows.flatMap((row, i) => columns.map((column, j) => {
    const pixel = image[row - settings.padding]?.[column - settings.padding];
    return { row, column, weight: kernel[i][j], value: pixel ?? 0, inside: pixel !== undefined };
  }));
}

export const total = (terms) => terms.reduce((sum, { weight, value }) => sum + weight * value, 0);

// Toute la sortie ; les poids sont en `1 / divisor`.
export function correlate(image, kernel, settings, divisor = 1) {
  const [height, width] = outputSides(image, kernel, settings);
  return range(height).map((i) => range(width).map((j) => total(products(image, kernel, settings, [i, j])) / divisor));
}

// Le filtre tourné d’un demi-tour : corréler par lui, c’est convoluer par l’autre.
export const flip = (kernel) => kernel.map((row) => [...row].reverse()).reverse();
