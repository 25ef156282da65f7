// Ce que l’explorateur du réseau entier dit d’une unité et de la décision, avec ses nombres.

import { fr } from "./dom.js";

export const percent = (share) => `${fr(100 * share, share > 0.1 ? 0 : 1)} %`;

const total = (read) => read.reduce((sum, { sum: part }) => sum + part, 0);
const plus = (sum, bias) => `${fr(sum)} ${bias < 0 ? "−" : "+"} ${fr(Math.abs(bias))}`;

// Comment se calcule une unité, selon sa couche.
const MADE = {
  conv: ({ read, bias, cut }) => {
    const sum = total(read) + bias;
    return `les sommes des ${read.length} canaux font ${fr(total(read))} ; avec le biais, ${plus(total(read), bias)} = ${fr(sum)}. `
      + `ReLU : max(0 ; ${fr(sum)}) = <strong>${fr(Math.max(0, sum))}</strong>`
      + (cut ? ", mais le filtre est coupé : <strong>0</strong>." : ".");
  },
  max: ({ read, value }) =>
    `max(${read[0].cells.map((cell) => fr(cell.value)).join(" ; ")}) = <strong>${fr(value)}</strong> : `
    + "le max pooling ne garde que cette case.",
  mean: ({ read, value }) => `la moyenne des ${read[0].cells.length} cases de la carte est <strong>${fr(value)}</strong>.`,
  linear: ({ read, bias, value, share }) =>
    `les ${read.length} produits font ${fr(total(read))} ; avec le biais, le score est ${plus(total(read), bias)} = `
    + `<strong>${fr(value)}</strong>. Softmax : exp(${fr(value)}), divisé par la somme des exponentielles des scores, donne `
    + `<strong>${percent(share)}</strong>.`,
};

export const unitText = (unit) => `${unit.place} : ${MADE[unit.kind](unit)}`;

// Ce que l’unité voit de l’image.
export function fieldText({ top, left, size }, side) {
  const [first, last] = [Math.min(top, left), Math.max(top, left)];
  const about = last <= 0 && first + size >= side ? ", donc toute l’image"
    : first < 0 || last + size > side ? ", dont une part dans le padding" : "";
  return `Son champ récepteur, le cadre sur l’image : ${size} × ${size} pixels${about}.`;
}

const best = (shares) => shares.indexOf(Math.max(...shares));

// La décision, avec et sans les filtres coupés ; `label` est la vraie classe, si on la connaît.
export function decisionText(classes, shares, before, label) {
  const said = (list) => `« ${classes[best(list)]} » (${percent(Math.max(...list))})`;
  const truth = label === undefined ? "" : best(shares) === label ? ", et c’est juste" : `, mais c’est « ${classes[label]} »`;
  const change = best(shares) === best(before) ? "la coupe ne change pas la réponse" : "<strong>la coupe change la réponse</strong>";
  const answer = `Le réseau répond <strong>${said(shares)}</strong>${truth}.`;
  return `${answer}${shares === before ? "" : ` Sans coupe : ${said(before)} ; ${change}.`}`;
}
