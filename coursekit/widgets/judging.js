// Juger une réponse, sans rien afficher. Les données viennent de coursekit/questions/quizzes/payload.py.

import { Unreadable, readFormula, readGrid, readNumber, readShape } from "./reading.js";
import { open, slow, tagOf } from "./sealing.js";

function read(item, given, units) {
  if (item.kind === "matrix") return readGrid(given);
  if (item.kind === "shape") return [readShape(given)];
  if (item.kind === "formula") return [readFormula(given, item.variables, item.points)];
  if (item.kind === "boolean") {
    if (given === "") throw new Unreadable("Choisissez vrai ou faux.");
    return [[Number(given)]];
  }
  return [[readNumber(given, units[item.unit ?? ""])]];
}

const WHOLE = ["integer", "shape", "boolean"];
// Très grand, un nombre ne s’écrit pas comme en Python : on en garde les sept premiers chiffres.
const cellName = (number) => (Math.abs(number) < 1e15 ? number : number.toExponential(6));
const written = (kind, rows, step) =>
  rows.map((row) => row.map((x) => (WHOLE.includes(kind) ? x : cellName(Math.floor(x / step + 0.5)))).join(" ")).join(";");

function close(x, target, { margin = 0, rel = 0, exactIntegers = false }) {
  const allowed = Math.max(margin, exactIntegers && Number.isInteger(target) ? 0 : rel * Math.abs(target));
  return x === target || Math.abs(x - target) <= allowed * (1 + 1e-12);
}
const same = (rows, target) =>
  rows.length === target.values.length &&
  rows.every((row, i) => row.length === target.values[i].length && row.every((x, j) => close(x, target.values[i][j], target)));

const UNKNOWN = "Ce n’est pas la bonne réponse. Relisez l’énoncé, ou demandez un indice.";

// `known` est le rang de l’erreur reconnue ; −1 si la réponse est juste, null si rien n’est reconnu.
function judgeItem(item, given, units, salt) {
  const rows = read(item, given, units);
  const keys = new Map();
  const keyOf = (step) => {
    if (!keys.has(step)) keys.set(step, slow(salt + (item.label ?? ""), written(item.kind, rows, step)));
    return keys.get(step);
  };
  const { right } = item;
  if (right.tags ? right.tags.includes(tagOf(keyOf(right.step))) : same(rows, right)) return { ok: true, known: -1 };
  const wrong = (known, say) => ({ ok: false, known, say });
  for (const [rank, error] of item.wrongs.entries()) {
    if (error.says) {
      const hidden = error.says[tagOf(keyOf(error.step))];
      if (hidden) return wrong(rank, open(keyOf(error.step), hidden));
    } else if (same(rows, error)) return wrong(rank, error.say);
  }
  return wrong(null, (right.values && rows.length === 1 && nearMiss(item, rows[0][0])) || UNKNOWN);
}

// Presque juste : le signe, un facteur 1000, un pourcentage, un arrondi trop fort.
function nearMiss({ kind, unit, right }, x) {
  const target = right.values[0][0];
  if (!["integer", "real"].includes(kind) || !x || !target) return "";
  const agrees = (candidate) => Math.abs(candidate - target) <= Math.abs(target) / 1000;
  const [, digits, exponent] = /^-?([\d.]+)e(.+)$/.exec(x.toExponential());
  const weight = 10 ** (Number(exponent) - digits.replace(".", "").length + 1);
  const gap = Math.abs(x - target);
  if (weight !== 1 && gap <= weight / 2 && gap <= Math.abs(target) / 20)
    return "Vous avez trop arrondi : c’est le bon ordre de grandeur, donnez plus de chiffres.";
  if (agrees(-x)) return "Le signe est à l’envers.";
  for (const [power, name] of [[3, "1000"], [6, "un million"], [9, "un milliard"]])
    for (const sign of [1, -1])
      if (agrees(x * 10 ** (sign * power)))
        return `Votre nombre est trop ${sign > 0 ? "petit" : "grand"} d’un facteur ${name} : vérifiez les unités et leurs préfixes.`;
  if (!agrees(x / 100) && !agrees(x * 100)) return "";
  if (unit === "%" && x < target) return "Vous avez donné une fraction de 1 : on attend un pourcentage.";
  if (unit !== "%" && x > target) return "Vous avez donné un pourcentage sans le signe % : on attend une fraction de 1.";
  return "Il y a un facteur 100 entre votre nombre et la réponse : un pourcentage est un nombre de centièmes.";
}

function judgeParts(variant, given, units) {
  const verdicts = [];
  variant.items.forEach((item, place) => {
    let verdict;
    try {
      verdict = judgeItem(item, given[place], units, variant.salt);
    } catch (error) {
      if (!(error instanceof Unreadable)) throw error;
      verdict = { ok: false, known: null, unread: true, say: error.message };
    }
    if (!verdict.ok && !verdict.unread && carries(variant, item, place, given[place], verdicts, units))
      verdict = { ok: true, known: verdict.known, say: "à partir de ce que vous avez trouvé avant" };
    verdicts.push(verdict);
  });
  return { ok: verdicts.every((verdict) => verdict.ok), verdicts };
}

// Juste à partir des erreurs reconnues dans les parties précédentes ?
const carries = (variant, item, place, given, before, units) =>
  (variant.carried ?? []).some(
    (one) =>
      one.item === place &&
      one.from.every((rank, i) => rank === before[i].known) &&
      same(read(item, given, units), one),
  );

function judgeOptions(variant, chosen) {
  if (!chosen.length) throw new Unreadable(variant.several ? "Cochez au moins une proposition." : "Choisissez une proposition.");
  const { right, says, salt } = variant;
  const key = chosen.join(" ");
  const ok = right.tags ? right.tags.includes(tagOf(slow(salt, key))) : key === right.values[0].join(" ");
  if (ok) return { ok, verdicts: [{ ok, known: -1 }] };
  for (const place of chosen) {
    const secret = right.tags && slow(salt, String(place));
    const found = secret ? says[tagOf(secret)] : says[place];
    if (found) return { ok, verdicts: [{ ok, known: place, say: secret ? open(secret, found) : found }] };
  }
  return { ok, verdicts: [{ ok, known: null, say: "Ce que vous avez coché est juste, mais il en manque." }] };
}

// `given` : les rangs cochés, ou un texte par case (les lignes d’un tableau pour une grille).
export function judge(variant, given, units) {
  return variant.options ? judgeOptions(variant, given) : judgeParts(variant, given, units);
}
