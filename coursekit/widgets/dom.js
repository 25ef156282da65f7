// Fabriquer des éléments, et écrire des nombres en français.

// Un élément et ses enfants. `html` remplace le contenu ; « on… » pose un gestionnaire ; `false` et `undefined` n’écrivent rien.
export function h(tag, properties = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (name === "html") element.innerHTML = value;
    else if (name.startsWith("on")) element[name] = value;
    else if (value !== undefined && value !== false) element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.filter((child) => child !== undefined && child !== ""));
  return element;
}

const SVG = "http://www.w3.org/2000/svg";

// De même en SVG.
export function s(tag, properties = {}, ...children) {
  const element = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(properties)) if (value !== undefined) element.setAttribute(name, value);
  element.append(...children);
  return element;
}

export const range = (count) => Array.from({ length: count }, (_, i) => i);

// Fabriquer un formateur coûte cent fois plus que de s’en servir.
const formats = range(21).map((digits) => {
  let made;
  return () => (made ??= new Intl.NumberFormat("fr-FR", { maximumFractionDigits: digits, signDisplay: "negative" }));
});

// Un nombre, avec au plus `digits` décimales : 1 234,5 et −2.
export const fr = (value, digits = 2) => formats[digits]().format(value).replace("-", "−");

// Un générateur de nombres de [0, 1[, le même pour la même graine (mulberry32, du domaine public).
export function uniform(seed) {
  let a = seed >>> 0;
  return () => {
    a = (a + 0x6d2b79f5) >>> 0;
    let t = Math.imul(a ^ (a >>> 15), 1 | a);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}
