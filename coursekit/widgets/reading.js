// Lire ce qu’un élève tape : un nombre, une forme, un tableau, une formule. Les règles sont celles de coursekit.checks.

export class Unreadable extends Error {}

const RAISED = "⁰¹²³⁴⁵⁶⁷⁸⁹⁻";
const unraised = (text) => `^${[...text].map((c) => "0123456789-"[RAISED.indexOf(c)]).join("")}`;
const plain = (text) =>
  text.replace(/[−–—‐‑﹣－]/g, "-").replace(/[\s\u00a0\u2000-\u200b\u202f\u205f\u3000\ufeff]+/g, " ").trim()
    .replace(/[⁰¹²³⁴⁵⁶⁷⁸⁹⁻]+/g, unraised);

const NUMBER = new RegExp(
  "^(?<sign>[+-]?) ?(?<digits>[.,]?\\d(?:[\\d .,'’_]*\\d)?[.,]?(?!\\d))" +
    "(?: ?[eE](?<exponent>[+-]?\\d+)| ?[×x*·] ?10 ?(?:\\^|\\*\\*) ?(?<power>[+-]?\\d+))? ?(?<unit>[^\\d\\s].*)?$",
);
const FRACTION = /^([+-]?\d{1,30}) ?\/ ?(\d{1,30})(?: ?([^\d\s/].*))?$/;
const SEPARATORS = " : les milliers se séparent par une espace, la virgule est décimale.";
const LARGEST_EXPONENT = 300;
const exact = (value) => Number(value.toPrecision(15));

// « 1 234,5 », « 3.5 », « 1,234.5 », « 45 % », « 1e3 », « 2×10³ », « 1/3 » : la virgule et le point sont décimaux.
export function readNumber(text, units = {}) {
  let given = plain(text);
  if (!given) throw new Unreadable("Votre réponse est vide : écrivez un nombre.");
  if (/^[+-]?10 ?(\^|\*\*)/.test(given)) given = given.replace("10", "1×10");
  const scale = (unit) => {
    const name = (unit ?? "").trim();
    if (name && !Object.hasOwn(units, name)) throw new Unreadable(`L’unité « ${name} » n’est pas attendue ici. Donnez le nombre seul.`);
    return name ? units[name] : 1;
  };
  const ratio = FRACTION.exec(given);
  if (ratio) {
    if (Number(ratio[2]) === 0) throw new Unreadable("Vous divisez par zéro.");
    return (Number(ratio[1]) / Number(ratio[2])) * scale(ratio[3]);
  }
  const found = NUMBER.exec(given)?.groups;
  if (!found) throw new Unreadable("Ce texte n’est pas un nombre. Écrivez par exemple 3,5 ou 1e3.");
  const [digits, decimals] = separate(found.digits);
  const power = Number(found.exponent ?? found.power ?? 0);
  const value = Number(`${found.sign}${digits}e${power - decimals}`) * scale(found.unit);
  if (!Number.isFinite(value) || Math.abs(power) > LARGEST_EXPONENT) throw new Unreadable("Ce nombre est démesuré.");
  return exact(value);
}

// Les chiffres, et combien sont des décimales.
function separate(written) {
  const last = Math.max(written.lastIndexOf(","), written.lastIndexOf("."));
  const mark = last < 0 ? "" : written[last];
  if (mark && written.split(mark).length > 2) {
    if (written.includes(mark === "." ? "," : ".")) throw new Unreadable(`« ${written} »${SEPARATORS}`);
    return [thousands(written, mark), 0];
  }
  const whole = mark ? written.slice(0, last) : written;
  let decimals = mark ? written.slice(last + 1) : "";
  if (!/^\d*$/.test(decimals)) {
    if (!/^\d{3}( \d{3})*( \d{1,3})?$/.test(decimals)) throw new Unreadable(`« ${written} »${SEPARATORS}`);
    decimals = decimals.replaceAll(" ", "");
  }
  return [thousands(whole, ",. ") + decimals, decimals.length];
}

function thousands(written, marks) {
  if (!new RegExp(`^(\\d{1,3}([${marks} '’_])\\d{3}(?:\\2\\d{3})*|\\d*)$`).test(written))
    throw new Unreadable(`« ${written} »${SEPARATORS}`);
  return written.replace(/\D/g, "");
}

// « 55×55×96 », « 55x55x96 », « (55, 55, 96) », « torch.Size([96, 55, 55]) ».
export function readShape(text) {
  const inside = plain(text).replace(/^torch\.Size|[()[\]]|, *\)?$/g, "").trim();
  const dims = [/ ?[x×*X] ?/, / ?[,;] ?/, / /].map((mark) => inside.split(mark)).find((found) => found.length > 1) ?? [inside];
  if (!dims.every((dim) => /^\d[\d ]*$/.test(dim)))
    throw new Unreadable("Écrivez les dimensions séparées par ×, par exemple 55×55×96.");
  return dims.map((dim) => Number(dim.replaceAll(" ", "")));
}

// Une grille : les lignes et les colonnes laissées vides, en bas et à droite, n’en font pas partie.
export function readGrid(cells) {
  const filled = cells.map((row) => row.map((cell) => plain(cell) !== ""));
  const height = filled.findLastIndex((row) => row.some(Boolean)) + 1;
  const width = Math.max(0, ...filled.map((row) => row.lastIndexOf(true) + 1));
  if (!height) throw new Unreadable("Votre réponse est vide : remplissez le tableau.");
  return cells.slice(0, height).map((row, i) =>
    row.slice(0, width).map((cell, j) => {
      if (!filled[i][j]) throw new Unreadable(`La case de la ligne ${i + 1}, colonne ${j + 1}, est vide.`);
      return readNumber(cell);
    }),
  );
}

// Une formule des variables de l’énoncé, évaluée sur des points fixes. Descente récursive : somme, produit, puissance.
export function readFormula(text, variables, points) {
  const tokens = tokensOf(text, variables);
  let place = 0;
  const next = () => tokens[place] ?? "";
  const stop = (why) => { throw new Unreadable(why); };
  const expect = (token) => next() === token ? place++ : stop(`On attendait « ${token} » dans cette formule.`);
  const sum = (at) => {
    let total = product(at);
    while ("+-".includes(next() || "?")) total = tokens[place++] === "+" ? total + product(at) : total - product(at);
    return total;
  };
  const product = (at) => {
    let result = signed(at);
    while (next() && !["+", "-", ")", "⌋", "⌉", "^"].includes(next())) {
      const sign = "*/".includes(next()) ? tokens[place++] : "";
      const factor = sign ? signed(at) : power(at);
      result = sign === "/" ? result / factor : result * factor;
    }
    return result;
  };
  const signed = (at) => {
    let sign = 1;
    while ("+-".includes(next() || "?")) if (tokens[place++] === "-") sign = -sign;
    return sign * power(at);
  };
  const power = (at) => {
    const base = atom(at);
    if (next() !== "^") return base;
    place++;
    return base ** signed(at);
  };
  const closed = (at, end) => { const value = sum(at); expect(end); return value; };
  const atom = (at) => {
    const token = next() || stop("Il manque quelque chose à la fin de la formule.");
    place++;
    if (token === "(") return closed(at, ")");
    if (token === "⌊") return floor(closed(at, "⌋"));
    if (token === "⌈") return ceil(closed(at, "⌉"));
    if (FUNCTIONS[token]) { expect("("); return FUNCTIONS[token](closed(at, ")")); }
    if (/^\d/.test(token)) return Number(token.replace(",", "."));
    return token in at ? at[token] : stop(`Il manque quelque chose avant « ${token} ».`);
  };
  return points.map((at) => {
    place = 0;
    const value = sum(at);
    return next() ? stop(`On ne comprend pas « ${next()} » à cet endroit de la formule.`) : value;
  });
}

const { floor, ceil, sqrt, log2 } = Math;
const FUNCTIONS = { __proto__: null, floor, ceil, sqrt, log2 };
const SIGNS = { "×": "*", "·": "*", "∙": "*", "÷": "/", ":": "/", "[": "(", "]": ")", "**": "^" };

function tokensOf(text, variables) {
  const given = plain(text).replace(/\*\*|[×·∙÷:[\]]/g, (sign) => SIGNS[sign]);
  if (!given) throw new Unreadable("Votre réponse est vide : écrivez une formule.");
  const known = [...variables].sort((a, b) => b.length - a.length);
  const tokens = [];
  for (const [piece, number, sign, word] of given.matchAll(/(\d+(?:[.,]\d+)?)|([⌊⌋⌈⌉()+*/^-])|(\p{L}+\d*)|\S/gu)) {
    if (!number && !sign && !word) throw new Unreadable(`On ne comprend pas « ${piece} ».`);
    let rest = word && FUNCTIONS[word] ? "" : word;
    if (!rest) tokens.push(piece);
    while (rest) {
      const name = known.find((one) => rest.startsWith(one)) ?? /^\d+/.exec(rest)?.[0];
      if (!name) throw new Unreadable(`« ${word} » n’est pas une des variables de l’énoncé : ${variables.join(", ")}.`);
      tokens.push(name);
      rest = rest.slice(name.length);
    }
  }
  return tokens;
}
