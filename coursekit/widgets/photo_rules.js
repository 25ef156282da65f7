// Ce que fait un filtre à une image : une corrélation, sa sortie de la taille de l’entrée, et comment la montrer.

import { range } from "./dom.js";

export const total = (kernel) => kernel.flat().reduce((sum, weight) => sum + weight, 0);

// Une somme de décimaux nulle « à l’arrondi près » est nulle.
export const isZero = (sum) => Math.abs(sum) < 1e-9;

// Les poids divisés par leur somme, qui devient 1 ; une somme nulle les laisse tels quels.
export function normalized(kernel) {
  const sum = total(kernel);
  return isZero(sum) ? kernel : kernel.map((row) => row.map((weight) => weight / sum));
}

export const ones = (side) => range(side).map(() => range(side).map(() => 1));

// Une gaussienne d’écart type F/4, échantillonnée au centre des pixels : 1 au milieu.
export function bell(side) {
  const distances = range(side).map((i) => (i - (side - 1) / 2) ** 2);
  return distances.map((y) => distances.map((x) => Math.exp(-(x + y) / (2 * (side / 4) ** 2))));
}

// Ce que l’on suppose hors de l’image : des zéros, ou le pixel du bord le plus proche.
export function at({ width, height, values }, row, column, border) {
  const outside = row < 0 || column < 0 || row >= height || column >= width;
  if (outside && border === "zeros") return 0;
  return values[Math.min(Math.max(row, 0), height - 1) * width + Math.min(Math.max(column, 0), width - 1)];
}

// La fenêtre de côté `side` autour d’un pixel, dans l’ordre de lecture.
export function windowAt(image, row, column, side, border) {
  const reach = (side - 1) / 2;
  return range(side * side).map((k) => at(image, row + Math.floor(k / side) - reach, column + (k % side) - reach, border));
}

function padded(image, reach, border) {
  const [width, height] = [image.width + 2 * reach, image.height + 2 * reach];
  const values = new Float64Array(width * height);
  for (let i = 0; i < height; i += 1)
    for (let j = 0; j < width; j += 1) values[i * width + j] = at(image, i - reach, j - reach, border);
  return { width, values };
}

// La corrélation d’une image { width, height, values } par un filtre de côté impair.
export function correlate(image, kernel, border) {
  const wide = padded(image, (kernel.length - 1) / 2, border);
  const taps = kernel.flatMap((row, i) => row.map((weight, j) => ({ weight, offset: i * wide.width + j }))).filter(({ weight }) => weight);
  const values = new Float64Array(image.width * image.height);
  for (let i = 0; i < image.height; i += 1)
    for (let j = 0; j < image.width; j += 1) {
      let sum = 0;
      for (const { weight, offset } of taps) sum += weight * wide.values[i * wide.width + j + offset];
      values[i * image.width + j] = sum;
    }
  return { ...image, values };
}

// La norme du gradient : la longueur du vecteur que forment deux réponses.
export const norm = (first, second) => ({ ...first, values: first.values.map((value, k) => Math.hypot(value, second.values[k])) });

export const extent = (values) =>
  values.reduce(([low, high], value) => [Math.min(low, value), Math.max(high, value)], [Infinity, -Infinity]);

// La place [ligne, colonne] de la plus grande réponse en valeur absolue.
export function strongest({ width, values }) {
  const best = values.reduce((found, value, k) => (Math.abs(value) > Math.abs(values[found]) ? k : found), 0);
  return [Math.floor(best / width), best % width];
}

// Chaque façon de montrer des réponses sur 256 niveaux de gris ; `most` est la plus grande en valeur absolue.
export const MODES = {
  clip: (value) => value,
  absolute: (value, most) => (255 * Math.abs(value)) / (most || 1),
  signed: (value, most) => 127.5 + (127.5 * value) / (most || 1),
};

// Les niveaux de gris de 0 à 255, arrondis et bornés.
export function levels(values, mode) {
  const most = Math.max(...extent(values).map(Math.abs));
  return Uint8ClampedArray.from(values, (value) => MODES[mode](value, most));
}

// La part des réponses qui sortent de [0, 255], donc que « clip » coupe.
export const cut = (values) => values.filter((value) => value < -0.5 || value > 255.5).length / values.length;

// Les luminances (UIT-R BT.709) de pixels rouge, vert, bleu, opacité ; des nombres entiers, comme dans un fichier.
export function luminances(pixels) {
  return Float64Array.from({ length: pixels.length / 4 }, (_, k) =>
    Math.round(0.2125 * pixels[4 * k] + 0.7154 * pixels[4 * k + 1] + 0.0721 * pixels[4 * k + 2]));
}

// La taille à laquelle ramener une photo pour que son grand côté ne dépasse pas `most`.
export function fitted(width, height, most) {
  const scale = Math.min(1, most / Math.max(width, height));
  return [width, height].map((side) => Math.max(1, Math.round(side * scale)));
}
