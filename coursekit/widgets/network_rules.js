// Ce que calcule un petit réseau, couche par couche, et ce qu’une de ses unités lit et voit.
// Une couche : `{ kind, kernel, stride, padding }`, et, si elle a des poids, `{ outputs, inputs, weights, bias }`.
// Des cartes : `{ depth, side, values }`, l’une après l’autre, ligne par ligne. Le niveau 0 est l’image.

import { range } from "./dom.js";
import { positions } from "./sliding.js";

// Des octets écrits en base64.
export const octets = (text) => Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));

// Une couche prête à calculer ; ses poids étaient des octets signés, à multiplier par l’échelle de leur filtre.
export function unpacked(layer) {
  if (!layer.scale) return layer;
  const bytes = new Int8Array(octets(layer.weights).buffer);
  const count = bytes.length / layer.outputs;
  return { ...layer, weights: Float32Array.from(bytes, (byte, k) => byte * Math.fround(layer.scale[Math.floor(k / count)])) };
}

function weighted(layer, { side, values }, made) {
  const { kind, kernel, stride, padding, outputs, inputs, weights, bias } = layer;
  const sums = new Float64Array(outputs * made * made);
  weights.forEach((weight, k) => {
    const filter = Math.floor(k / kernel ** 2);
    const [from, to] = [(filter % inputs) * side ** 2, Math.floor(filter / inputs) * made ** 2];
    const [down, across] = [(Math.floor(k / kernel) % kernel) - padding, (k % kernel) - padding];
    for (let i = 0; i < made; i += 1) {
      const row = i * stride + down;
      if (row < 0 || row >= side) continue;
      for (let j = 0; j < made; j += 1) {
        const column = j * stride + across;
        if (column >= 0 && column < side) sums[to + i * made + j] += weight * values[from + row * side + column];
      }
    }
  });
  const lowest = kind === "conv" ? 0 : -Infinity;
  return { depth: outputs, side: made, values: sums.map((sum, k) => Math.max(sum + bias[Math.floor(k / made ** 2)], lowest)) };
}

function pooled({ kind, kernel, stride }, { depth, side, values }, made) {
  const summary = (_, k) => {
    const first = Math.floor(k / made ** 2) * side ** 2 + (Math.floor(k / made) % made) * stride * side + (k % made) * stride;
    let most = -Infinity, sum = 0;
    for (let cell = 0; cell < kernel ** 2; cell += 1) {
      const value = values[first + Math.floor(cell / kernel) * side + (cell % kernel)];
      most = Math.max(most, value);
      sum += value;
    }
    return kind === "max" ? most : sum / kernel ** 2;
  };
  return { depth, side: made, values: Float64Array.from({ length: depth * made ** 2 }, summary) };
}

// Les cartes de chaque niveau. « conv » est suivie d’une ReLU ; `cut` contient les `niveau:canal` à mettre à zéro.
export function forward(layers, image, cut = new Set()) {
  const levels = [image];
  for (const layer of layers) {
    const before = levels.at(-1);
    const made = (layer.weights ? weighted : pooled)(layer, before, positions({ ...layer, size: before.side, dilation: 1 }));
    const area = made.side ** 2;
    for (const channel of range(made.depth))
      if (cut.has(`${levels.length}:${channel}`)) made.values.fill(0, channel * area, (channel + 1) * area);
    levels.push(made);
  }
  return levels;
}

export function softmax(scores) {
  const most = Math.max(...scores);
  const powers = Array.from(scores, (score) => Math.exp(score - most));
  const total = powers.reduce((sum, power) => sum + power);
  return powers.map((power) => power / total);
}

// Ce que lit l’unité (i, j) d’une carte : pour chaque canal lu, ses cases, et la somme de leurs produits s’il y a des poids.
export function terms({ kernel, stride, padding, inputs, weights }, { side, values }, channel, i, j) {
  return (weights ? range(inputs) : [channel]).map((read) => {
    const cells = range(kernel ** 2).map((k) => {
      const [row, column] = [i * stride - padding + Math.floor(k / kernel), j * stride - padding + (k % kernel)];
      const outside = Math.min(row, column) < 0 || Math.max(row, column) >= side;
      const value = outside ? 0 : values[(read * side + row) * side + column];
      return { row, column, outside, value, weight: weights?.[(channel * inputs + read) * kernel ** 2 + k] };
    });
    return { read, cells, sum: cells.reduce((sum, { value, weight }) => sum + value * weight, 0) };
  });
}

// Ce dont une unité dépend, à chaque niveau jusqu’au sien : un carré, qui déborde de la carte s’il y a du padding.
export function fields(layers, level, top, left) {
  const found = [{ top, left, size: 1 }];
  for (const { kernel, stride, padding } of layers.slice(0, level).reverse()) {
    const above = found[0];
    const [up, aside] = [above.top, above.left].map((start) => start * stride - padding);
    found.unshift({ top: up, left: aside, size: (above.size - 1) * stride + kernel });
  }
  return found;
}
