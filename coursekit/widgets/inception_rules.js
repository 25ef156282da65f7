// Ce que coûte un module Inception, convolution par convolution, avec et sans ses 1×1 de réduction.

import { range } from "./dom.js";

// Les branches : le côté de leur filtre, et les noms de leurs largeurs.
export const BRANCHES = [
  { name: "1×1", kernel: 1, width: "c1x1" },
  { name: "3×3", kernel: 3, width: "c3x3", reduce: "reduce3x3" },
  { name: "5×5", kernel: 5, width: "c5x5", reduce: "reduce5x5" },
  { name: "pooling", kernel: 1, width: "project", pooled: true },
];

const conv = (branch, kernel, from, to, size) => {
  const weights = kernel * kernel * from * to;
  return { branch: branch.name, kernel, from, to, size, parameters: weights + to, macs: size * size * weights };
};

// Les convolutions d’une branche. Dans le module naïf, rien ne réduit les canaux, et le pooling les rend tous.
export function convolutions(branch, { channels, size, widths }, naive) {
  if (branch.pooled && naive) return [];
  if (!branch.reduce || naive) return [conv(branch, branch.kernel, channels, widths[branch.width], size)];
  const between = widths[branch.reduce];
  return [conv(branch, 1, channels, between, size), conv(branch, branch.kernel, between, widths[branch.width], size)];
}

export const sum = (convs, measure) => convs.reduce((total, one) => total + one[measure], 0);
export const all = (module, naive) => BRANCHES.flatMap((branch) => convolutions(branch, module, naive));

// Les canaux que chaque branche apporte à la sortie.
export const depths = ({ channels, widths }, naive) =>
  BRANCHES.map((branch) => (branch.pooled && naive ? channels : widths[branch.width]));

export const depth = (module, naive) => depths(module, naive).reduce((total, one) => total + one, 0);

// Le même module `count` fois de suite : la profondeur que rend chacun, et ce qu’il coûte.
export function stacked(module, naive, count) {
  let channels = module.channels;
  return range(count).map(() => {
    const here = { ...module, channels };
    channels = depth(here, naive);
    return { depth: channels, macs: sum(all(here, naive), "macs"), parameters: sum(all(here, naive), "parameters") };
  });
}

// En dessous de combien de canaux la 1×1 d’une branche épargne plus de multiplications qu’elle n’en coûte.
export const breakEven = ({ kernel, width }, { channels, widths }) => {
  const weights = kernel * kernel * widths[width];
  return (weights * channels) / (weights + channels);
};
