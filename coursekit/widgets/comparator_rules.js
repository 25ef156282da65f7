// Un nuage de points à l’échelle logarithmique : où ils tombent, lesquels sont voisins, lesquels nul ne bat.

// La place de `value` entre `low` et `high`, de 0 à 1, à l’échelle logarithmique.
export const along = (value, low, high) => Math.log(value / low) / Math.log(high / low);

// Les graduations 1, 2, 5, 10, 20… entre `low` et `high`.
export function ticks(low, high) {
  const made = [];
  for (let power = 10 ** Math.floor(Math.log10(low)); power <= high; power *= 10) made.push(power, 2 * power, 5 * power);
  return made.filter((value) => value >= low && value <= high);
}

// Les points que nul autre ne bat : aucun n’est à la fois au plus aussi cher, au moins aussi juste, et différent.
export const frontier = (points, cost) => points.filter((point) => !points.some((other) =>
  other[cost] <= point[cost] && other.top1 >= point.top1 && (other[cost] < point[cost] || other.top1 > point.top1)))
  .sort((one, other) => one[cost] - other[cost]);

// Le point suivant quand on avance selon `by` ; au bout, on reste.
export function next(points, here, by, step) {
  const sorted = [...points].sort((one, other) => by(one) - by(other));
  const place = sorted.indexOf(here) + step;
  return sorted[Math.min(Math.max(place, 0), sorted.length - 1)];
}

// Le point le plus proche de (x, y), s’il est à moins de `reach`.
export function nearest(placed, x, y, reach) {
  const away = ({ x: left, y: top }) => Math.hypot(left - x, top - y);
  const best = placed.reduce((near, one) => (away(one) < away(near) ? one : near), placed[0]);
  return best && away(best) <= reach ? best : undefined;
}

// Où écrire les noms : à droite du point, à gauche, au-dessus ou dessous, s’il y a la place ; ceux qui sont `forced`, toujours.
export function labels(placed, { left, right, letter = 6.2, height = 12, around = 10 }) {
  const taken = placed.map(({ x, y }) => ({ x: x - 6, y: y - 6, w: 12, h: 12 }));
  const overlaps = (a, b) => a.x < b.x + b.w && b.x < a.x + a.w && a.y < b.y + b.h && b.y < a.y + a.h;
  return placed.flatMap(({ text, x, y, forced }) => {
    const w = letter * text.length;
    const corners = [[x + around, y - 6], [x - around - w, y - 6], [x - w / 2, y - 23], [x - w / 2, y + 11]];
    const inside = corners.map(([start, top]) => ({ x: start, y: top, w, h: height }))
      .filter((box) => box.x >= left && box.x + w <= right);
    const box = inside.find((free) => !taken.some((other) => overlaps(free, other))) ?? (forced ? inside[0] : undefined);
    if (!box) return [];
    taken.push(box);
    return [{ text, forced, x: box.x, y: box.y + height - 2 }];
  });
}
