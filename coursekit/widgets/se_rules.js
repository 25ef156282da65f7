// La porte squeeze-and-excite : une moyenne par canal, deux couches denses, un poids entre 0 et 1 par canal.

const sum = (values) => values.reduce((total, value) => total + value, 0);

// Squeeze : la moyenne d’une carte.
export const squeeze = (map) => sum(map.flat()) / map.flat().length;

const dense = (weights, bias, x) => weights.map((row, j) => sum(row.map((weight, i) => weight * x[i])) + bias[j]);
export const sigmoid = (x) => 1 / (1 + Math.exp(-x));

// Excitation : σ(W₂ ReLU(W₁ z + b₁) + b₂). On garde ce qui se calcule en chemin.
export function excite(means, { first, second }) {
  const before = dense(first.weight, first.bias, means);
  const hidden = before.map((value) => Math.max(value, 0));
  const scores = dense(second.weight, second.bias, hidden);
  return { before, hidden, scores, gates: scores.map(sigmoid) };
}

// La sortie : chaque carte multipliée par son poids.
export const rescale = (map, gate) => map.map((row) => row.map((value) => value * gate));

// Les neurones du milieu, pour C canaux et un ratio r : C/r, et au moins un.
export const squeezed = (channels, ratio) => Math.max(1, Math.floor(channels / ratio));

// Les paramètres qu’ajoutent les portes de `stages`, une liste de { blocks: N, channels: C } : poids, puis biais.
export function added(stages, ratio) {
  const total = (of) => sum(stages.map(({ blocks, channels }) => blocks * of(channels, squeezed(channels, ratio))));
  return { weights: total((c, s) => 2 * c * s), biases: total((c, s) => c + s) };
}
