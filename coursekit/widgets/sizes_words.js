// Le calcul d’une taille avec ses nombres, mot pour mot comme `coursekit.arithmetic`, et ce qu’il faut y voir.

import { blind, dropped, sizeOf, unread } from "./sizes_rules.js";
import { reach, room } from "./sliding.js";

const fraction = (layer) => `(${layer.size} + 2×${layer.padding} − ${reach(layer.kernel, layer.dilation)})/${layer.stride}`;

const spread = ({ kernel, dilation }) =>
  `Un filtre de taille F = ${kernel} dilaté de d = ${dilation} s’étend sur d(F − 1) + 1 = ${dilation}×(${kernel} − 1) + 1 `
  + `= ${reach(kernel, dilation)} pixels, dont il n’en lit que ${kernel}. `;

function convText(layer) {
  const [made, left] = [sizeOf(layer), room(layer) % layer.stride];
  const start = layer.dilation > 1 ? spread(layer) : "";
  if (!left) return `${start}(W + 2P − F)/S + 1 = ${fraction(layer)} + 1 = ${made - 1} + 1 = ${made}.`;
  const ignored = left === 1 ? "le dernier pixel" : `les ${left} derniers pixels`;
  return `${start}(W + 2P − F)/S = ${fraction(layer)} n’est pas entier : on ignore ${ignored}, le quotient devient ${made - 1}, `
    + `d’où ${made - 1} + 1 = ${made}.`;
}

function poolText(layer) {
  const exact = room(layer) % layer.stride === 0;
  const rounding = exact ? "" : `, arrondi vers le ${layer.ceil ? "haut" : "bas"}`;
  return `(W + 2P − F)/S + 1 = ${fraction(layer)} + 1 = ${sizeOf(layer)}${rounding}. Le nombre de canaux ne change pas.`;
}

export const explain = (layer) => (layer.type === "conv" ? convText : poolText)(layer);

// Pourquoi une couche est impossible.
export function refusal(layer) {
  const { type, size, kernel, padding, dilation } = layer;
  const length = `W + 2P = ${size} + 2×${padding} = ${size + 2 * padding}`;
  if (type === "conv") {
    return `Le filtre ne tient pas dans l’entrée : il s’étend sur ${reach(kernel, dilation)} pixels `
      + `et l’entrée n’en a que ${length}. Augmentez le padding, ou réduisez le filtre ou la dilatation.`;
  }
  if (2 * padding > kernel) {
    return `P = ${padding} dépasse la moitié de la fenêtre (F/2 = ${kernel}/2) : une fenêtre pourrait ne contenir que du padding. `
      + `Prenez P ≤ ${Math.floor(kernel / 2)}.`;
  }
  return `La fenêtre ne tient pas dans l’entrée : F = ${kernel} et l’entrée n’a que ${length} pixels. `
    + "Réduisez la fenêtre, ou agrandissez l’image.";
}

const SHOWN = 6;

// « 3, 6 et 9 » ; au-delà de six, « 3, 6… (12 en tout) ».
function listed(pixels) {
  const numbers = pixels.map((pixel) => pixel + 1);
  if (numbers.length > SHOWN) return `${numbers.slice(0, SHOWN).join(", ")}… (${numbers.length} en tout)`;
  return [numbers.slice(0, -1).join(", "), numbers.at(-1)].filter(Boolean).join(" et ");
}

const blindText = (count) => (count > 1 ? `${count} positions ne lisent` : "Une position ne lit");

// Ce que la taille seule ne dit pas : une phrase par surprise.
export function remarks(layer) {
  const lost = unread(layer);
  const empty = blind(layer);
  const { size, kernel, stride, padding } = layer;
  const many = lost.length > 1;
  return [
    dropped(layer) && "La fenêtre suivante commencerait dans le padding de droite : PyTorch l’enlève.",
    lost.length > 0 && `Personne ne lit ${many ? "les pixels" : "le pixel"} ${listed(lost)} : leur valeur ne compte pas.`,
    many && stride > kernel && `Le pas dépasse le filtre (S = ${stride} > F = ${kernel}) : il saute des pixels.`,
    empty > 0 && `${blindText(empty)} que du padding : P = ${padding} est trop grand.`,
    sizeOf(layer) === size && "La taille est conservée.",
  ].filter(Boolean);
}

const ARGUMENTS = { input_size: "size", kernel_size: "kernel", stride: "stride", padding: "padding", dilation: "dilation" };

// L’explication d’une erreur connue, ses nombres mis : « 2P = 2×{padding} ».
export const withNumbers = (feedback, layer) => feedback.replace(/\{(\w+)\}/g, (_, name) => layer[ARGUMENTS[name]]);
