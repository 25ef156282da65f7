// Ce que calcule un pooling, fenêtre par fenêtre : sa valeur, et la part du gradient que reçoit chaque case.

import { range } from "./dom.js";

// Les débuts des fenêtres : tous les `stride` pixels, tant que la fenêtre tient.
export const regular = (size, kernel, stride) => range(Math.floor((size - kernel) / stride) + 1).map((i) => i * stride);

// Ceux du pooling fractionnaire (Graham, 2014, comme PyTorch) : ⌊(i + u)·a⌋ − ⌊u·a⌋, et la dernière finit au bord.
export function fractional(size, kernel, count, u) {
  const step = count > 1 ? (size - kernel) / (count - 1) : 0;
  return range(count).map((i) => (i === count - 1 ? size - kernel : Math.floor((i + u) * step) - Math.floor(u * step)));
}

const cellsOf = (map, top, left, kernel) =>
  range(kernel * kernel).map((k) => {
    const [i, j] = [top + Math.floor(k / kernel), left + (k % kernel)];
    return { i, j, value: map[i][j] };
  });

const sum = (values) => values.reduce((total, value) => total + value, 0);
const only = (cells, k) => ({ value: cells[k].value, shares: cells.map((_, i) => (i === k ? 1 : 0)), winner: k });

// Chaque sorte : des cases d’une fenêtre (dans l’ordre de lecture) à { value, shares }, plus la case gagnante s’il y en a une.
export const KINDS = {
  // À égalité, la première case l’emporte, comme dans PyTorch.
  max: (cells) => only(cells, cells.reduce((best, cell, k) => (cell.value > cells[best].value ? k : best), 0)),
  average: (cells) => ({ value: sum(cells.map((cell) => cell.value)) / cells.length, shares: cells.map(() => 1 / cells.length) }),
  // Zeiler et Fergus (2013) : chaque valeur a la probabilité a / Σa d’être tirée ; `u` est un nombre de [0, 1[.
  stochastic: (cells, u) => {
    const total = sum(cells.map((cell) => cell.value));
    if (!total) return { value: 0, shares: cells.map(() => 0), odds: cells.map(() => 0) };
    const odds = cells.map((cell) => cell.value / total);
    let drawn = 0;
    for (let below = odds[0]; below <= u && drawn < cells.length - 1; below += odds[drawn]) drawn += 1;
    return { ...only(cells, drawn), odds, expected: sum(cells.map((cell, k) => odds[k] * cell.value)) };
  },
};

// Les fenêtres du pooling d’une carte, ligne par ligne. `tops` et `lefts` disent où elles commencent, `draw` tire au sort.
export function pool(map, { kind, kernel, tops, lefts, draw = () => 0 }) {
  return tops.map((top) => lefts.map((left) => {
    const cells = cellsOf(map, top, left, kernel);
    return { top, left, cells, ...KINDS[kind](cells, draw()) };
  }));
}

// La part du gradient que reçoit chaque case d’entrée, quand chaque sortie en renvoie une unité.
export function gradient(map, windows) {
  const received = map.map((row) => row.map(() => 0));
  for (const { cells, shares } of windows.flat()) cells.forEach(({ i, j }, k) => { received[i][j] += shares[k]; });
  return received;
}
