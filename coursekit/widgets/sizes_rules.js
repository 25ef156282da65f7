// La taille de sortie d’une couche le long d’une ligne de pixels, et les erreurs que l’on y fait.
// Une couche : { type, size, kernel, stride, padding, dilation, ceil }, où `type` est « conv » ou « pool ».

import { range } from "./dom.js";
import { positions, reach, reads, room } from "./sliding.js";

const { ceil, floor } = Math;
const quotient = (layer) => room(layer) / layer.stride;

// Un pooling garde une dernière fenêtre incomplète si `ceil`, sauf si elle commence dans le padding de droite.
export const dropped = ({ type, ceil: kept, ...layer }) =>
  type === "pool" && kept && ceil(quotient(layer)) * layer.stride >= layer.size + layer.padding;
const poolSize = (layer) => (layer.ceil ? ceil : floor)(quotient(layer)) + 1 - (dropped(layer) ? 1 : 0);

// La taille de sortie ; 0 ou moins quand la couche est impossible.
export function sizeOf(layer) {
  if (layer.type === "conv") return positions(layer);
  return 2 * layer.padding > layer.kernel ? 0 : poolSize(layer);
}

// Les cases que lit chaque position, comptées du début du padding ; une fenêtre incomplète s’arrête au bout de la ligne.
export function windows(layer) {
  const end = layer.size + 2 * layer.padding;
  return range(Math.max(sizeOf(layer), 0)).map((at) => reads(layer, at).filter((place) => place < end));
}

export const isPadding = ({ size, padding }, place) => place < padding || place >= padding + size;

// Les pixels de l’image que personne ne lit, comptés depuis 0.
export function unread(layer) {
  const seen = new Set(windows(layer).flat());
  return range(layer.size).filter((pixel) => !seen.has(pixel + layer.padding));
}

// Les positions qui ne lisent que du padding : leur sortie ne dit rien de l’image.
export const blind = (layer) => windows(layer).filter((window) => window.every((place) => isPadding(layer, place))).length;

const conv = (layer) => positions(layer) || undefined;
const half = (layer) => floor((layer.size + layer.padding - reach(layer.kernel, layer.dilation)) / layer.stride) + 1;

// Ce que donne chaque erreur connue, sous le nom qu’elle a dans `coursekit.arithmetic`.
export const MISTAKES = {
  "output-size.no-plus-one": (layer) => conv(layer) - 1,
  "output-size.one-sided-padding": half,
  "output-size.no-padding": (layer) => conv({ ...layer, padding: 0 }),
  "output-size.no-stride": (layer) => conv({ ...layer, stride: 1 }),
  "output-size.no-dilation": (layer) => conv({ ...layer, dilation: 1 }),
  "output-size.divide-only": ({ size, stride }) => floor(size / stride),
  "output-size.rounded-up": (layer) => ceil(quotient(layer)) + 1,
  "output-size.unchanged": ({ size }) => size,
  "pool-size.no-plus-one": (layer) => floor(quotient(layer)),
  "pool-size.divided-by-kernel": ({ size, kernel }) => floor(size / kernel),
  "pool-size.stride-one": (layer) => room(layer) + 1,
};

// L’erreur connue qui mène à cette réponse. `known` est la liste des erreurs de la formule : [{ id, feedback }].
export const diagnose = (layer, given, known) =>
  (given === sizeOf(layer) ? undefined : known.find(({ id }) => MISTAKES[id](layer) === given));
