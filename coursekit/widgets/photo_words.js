// Ce que l’explorateur des filtres dit : le calcul d’un pixel, ce que devient une plage uniforme, ce que l’on montre.

import { fr } from "./dom.js";
import { isZero, total } from "./photo_rules.js";

const signed = (number) => (number < 0 ? `(${fr(number)})` : fr(number));

// Le calcul d’un pixel ; `seen` est la fenêtre qu’il lit, dans l’ordre du filtre.
export function productText({ place, weights, divide, seen, value }) {
  const result = `<strong>${fr(value, 1)}</strong>`;
  if (weights.length > 3) return `${place} : ${result}, la somme de ${seen.length} produits d’un poids et d’un pixel.`;
  const terms = weights.flat().map((weight, k) => weight && `${signed(weight)}×${fr(seen[k])}`).filter(Boolean);
  const products = terms.join(" + ") || "0";
  const sum = total(weights);
  const divided = divide && !isZero(sum);
  return `${place} : ${divided ? `(${products}) / ${signed(sum)}` : products} = ${result}.`;
}

export const normText = ({ place, pair, value }) =>
  `${place} : √(Gx² + Gy²) = √(${pair.map((one) => `${signed(one)}²`).join(" + ")}) = <strong>${fr(value, 1)}</strong>. `
  + "Elle dit la force du contraste, quelle que soit sa direction. Une plage uniforme donne √(0² + 0²) = 0.";

// Ce que la somme des poids fait d’une plage uniforme.
export function gainText(weights, divide) {
  const sum = total(weights);
  const start = `Somme des poids : ${fr(isZero(sum) ? 0 : sum)}`;
  const refused = divide ? " On ne divise pas par 0 : les poids sont restés tels quels." : "";
  if (isZero(sum)) return `${start}. Une plage uniforme de 100 donne 100×0 = 0 : il ne reste que les différences.${refused}`;
  const gain = divide ? 1 : sum;
  const brought = divide && !isZero(sum - 1) ? `, ramenée à ${signed(sum)} / ${signed(sum)} = 1` : "";
  const end = isZero(gain - 1) ? "la luminosité est gardée" : "divisez par la somme pour garder la luminosité";
  return `${start}${brought}. Une plage uniforme de 100 donne 100×${signed(gain)} = ${fr(100 * gain)} : ${end}.`;
}

// Les réponses extrêmes, et ce que leur affichage en fait ; `lost` est la part que bornent 0 et 255.
export function spreadText({ low, high, mode, lost }) {
  const end = mode === "absolute" ? "Noir pour 0, blanc pour la plus grande en valeur absolue."
    : mode === "signed" ? "Gris moyen pour 0, plus clair si la réponse est positive, plus sombre si elle est négative."
      : lost ? `${fr(100 * lost, 1)} % sortent de [0 ; 255] et sont coupées.` : "";
  return `Réponses de ${fr(low, 1)} à ${fr(high, 1)}. ${end}`;
}

export const edgeText = "Hors de l’image, des 0 : sur le pourtour, le filtre voit un cadre noir qui n’existe pas.";

export const unreadable = (name) =>
  `Votre navigateur ne lit pas « ${name.replace(/[<&]/g, "")} » comme une image. Essayez un fichier JPEG, PNG ou WebP.`;
