// L’explorateur du bloc résiduel : on coupe des blocs, et l’on compte les chemins qui restent.

import { bars, picture } from "./chart.js";
import { fr, h, range, s } from "./dom.js";
import { frame, part, slider, toggle } from "./explorer.js";
import { binomial, contributions, kept, paths, plain, residual } from "./residual_rules.js";

const [PITCH, LEFT, BOX, TRUNK, BRANCH] = [46, 22, 28, 16, 58];
const MOST = 8;

const indexed = (i) => `f${"₁₂₃₄₅₆₇₈"[i]}`;
const power = (base, exponent) => `${base}<sup>${exponent}</sup>`;
const plural = (count, word) => `${fr(count)} ${word}${count > 1 ? "s" : ""}`;
const named = (path) => (path.length ? path.map(indexed).join(" puis ") : "l’identité, qui saute tout");

// La boîte d’un bloc ; coupée, une croix la barre.
function box(x, y, i, cut, cross) {
  const shape = s("g", { class: `residual-block ${cut ? "cut" : cross ? "crossed" : ""}` },
    s("rect", { x, y: y - BOX / 2, width: BOX, height: BOX, rx: 3 }),
    s("text", { x: x + BOX / 2, y: y + 5, "text-anchor": "middle" }, indexed(i)));
  if (cut) shape.append(s("path", { class: "cross", d: `M${x} ${y - BOX / 2}l${BOX} ${BOX}m0 ${-BOX}l${-BOX} ${BOX}` }));
  return shape;
}

const wire = (d, kind = "") => s("path", { class: `wire ${kind}`, d });
const end = (x, y, text) => s("text", { x, y: y + 5, "text-anchor": "middle" }, text);

// Le tracé du chemin choisi : il descend dans les blocs qu’il traverse.
const route = (count, path) => `M${LEFT - 8} ${TRUNK}` + range(count).map((i) => {
  const x = LEFT + i * PITCH;
  return path.includes(i) ? `H${x + 4}V${BRANCH}H${x + PITCH - 6}V${TRUNK}` : `H${x + PITCH}`;
}).join("") + "h8";

function stack(count, cut, path, label, onpick) {
  const last = LEFT + count * PITCH;
  const drawn = [wire(`M${LEFT - 8} ${TRUNK}H${last + 8}`, "trunk")];
  for (const i of range(count)) {
    const x = LEFT + i * PITCH;
    drawn.push(wire(`M${x + 4} ${TRUNK}V${BRANCH}H${x + PITCH - 6}V${TRUNK}`, cut[i] ? "dead" : ""));
  }
  drawn.push(wire(route(count, path), "route"));
  for (const i of range(count)) {
    const x = LEFT + i * PITCH;
    const block = box(x + 8, BRANCH, i, cut[i], path.includes(i));
    block.onclick = () => onpick(i);
    drawn.push(s("circle", { class: "residual-sum", cx: x + PITCH - 6, cy: TRUNK, r: 7 }), end(x + PITCH - 6, TRUNK - 1, "+"), block);
  }
  return picture(last + LEFT, BRANCH + 18, label, end(7, TRUNK, "x"), ...drawn, end(last + 15, TRUNK, "y"));
}

function chain(count, cut, label) {
  const last = LEFT + count * PITCH;
  const broken = cut.slice(0, count).indexOf(true);
  const alive = broken === -1 ? last + 8 : LEFT + broken * PITCH;
  const drawn = [wire(`M${LEFT - 8} ${TRUNK}H${alive}`, "trunk"), wire(`M${alive} ${TRUNK}H${last + 8}`, "dead")];
  for (const i of range(count)) drawn.push(box(LEFT + i * PITCH + 8, TRUNK, i, cut[i], false));
  return picture(last + LEFT, TRUNK + 18, label, end(7, TRUNK, "x"), ...drawn, end(last + 15, TRUNK, "y"));
}

function render({ model, el }) {
  const { blocks: start, cut: chosen, weight: given } = model.get("state");
  const now = { count: start, cut: range(MOST).map((i) => chosen.includes(i + 1)), weight: given, length: 0, rank: 0 };
  const { controls, stage, say } = frame(el, "Explorateur : le bloc résiduel");
  const network = part("Avec raccourcis");
  const without = part("Sans raccourcis");
  const counts = part("Chemins, par nombre de blocs traversés");
  const shares = part("Ce qu’ils apportent à la sortie");

  const switches = range(MOST).map((i) => toggle({ label: `bloc ${i + 1}`, value: now.cut[i], oninput: (on) => cutting(i, on) }));
  function cutting(i, on) {
    now.cut[i] = on;
    switches[i].input.checked = on;
    look();
  }
  const setting = (name) => (value) => { now[name] = value; look(); };
  const crossing = (k) => { now.rank = 0; setting("length")(k); };
  const lengths = slider({ label: "Blocs traversés k", min: 0, max: start, value: 0, oninput: crossing });
  const ranks = slider({ label: "Chemin montré", min: 1, max: 1, value: 1, oninput: (rank) => setting("rank")(rank - 1) });

  const show = (place, drawing) => place.replaceChildren(place.firstElementChild, drawing);

  function look() {
    const left = kept(now.count, now.cut);
    const n = left.length;
    now.length = Math.min(now.length, n);
    const same = paths(left, now.length);
    now.rank = Math.min(now.rank, same.length - 1);
    lengths.limits(0, n);
    lengths.value = now.length;
    ranks.limits(1, same.length);
    ranks.value = now.rank + 1;
    switches.forEach(({ node }, i) => { node.hidden = i >= now.count; });
    const path = same[now.rank];
    const lost = now.cut.slice(0, now.count).flatMap((gone, i) => (gone ? [i] : []));
    const gone = lost.length ? `coupés : ${lost.map(indexed).join(", ")}` : "aucun coupé";
    show(network, stack(now.count, now.cut, path, `${plural(now.count, "bloc")} en suite, ${gone}. Chemin suivi : ${named(path)}.`,
      (i) => cutting(i, !now.cut[i])));
    show(without, chain(now.count, now.cut, lost.length ? `Chaîne interrompue en ${indexed(lost[0])}.` : "Chaîne entière."));
    const weights = Array(now.count).fill(now.weight);
    charts(left, weights);
    say(sentences(left, same, path, lost, weights).map((line) => `<p>${line}</p>`).join(""));
  }

  function charts(left, weights) {
    const given = contributions(left, weights);
    const rows = (text, value) => range(left.length + 1).map((k) =>
      ({ name: `k = ${k}`, value: value(k), text: text(value(k)), tone: k === now.length ? "strong" : "" }));
    show(counts, bars({ label: "Nombre de chemins", rows: rows(fr, (k) => binomial(left.length, k)) }));
    show(shares, bars({ label: "Somme de leurs apports", rows: rows((value) => fr(value, 3), (k) => given[k]) }));
  }

  function sentences(left, same, path, lost, weights) {
    const [n, k] = [left.length, now.length];
    const halved = lost.length
      ? `Chaque bloc coupé ôte la moitié des chemins : il en reste <strong>${power(2, n)} = ${2 ** n}</strong> sur ${2 ** now.count}.`
      : `Chaque bloc se traverse ou se saute : <strong>${power(2, n)} = ${2 ** n}</strong> chemins de x à y.`;
    const alone = lost.length ? `Sans raccourcis, il n’y en avait qu’un, et il passait par ${indexed(lost[0])} : plus rien n’arrive.`
      : "Sans raccourcis, il n’y en a qu’un, qui les traverse tous.";
    const chosen = `${plural(same.length, "chemin")} ${same.length > 1 ? "traversent" : "traverse"} exactement ${plural(k, "bloc")} : `
      + `C(${n}, ${k}) = ${same.length}. Celui que l’on suit : ${named(path)}.`;
    const [w, made] = [fr(now.weight), fr(residual(left, weights), 3)];
    const sum = `Si chaque f multiplie par ${w}, une entrée de 1 donne ${power(`(1 + ${w})`, n)} = <strong>${made}</strong>, `
      + `la somme des apports C(n, k) × ${power(w, "k")}. `
      + `Sans raccourcis : <strong>${fr(plain(now.count, now.cut, weights), 3)}</strong>.`;
    return [`${halved} ${alone}`, chosen, sum];
  }

  controls.append(
    slider({ label: "Blocs L", min: 2, max: MOST, value: start, oninput: setting("count") }).node,
    h("fieldset", { class: "control" }, h("legend", {}, "Couper"), h("div", { class: "pills" }, ...switches.map(({ node }) => node))),
    lengths.node, ranks.node,
    slider({ label: "Chaque f multiplie par", min: 0.1, max: 1, step: 0.1, value: given, oninput: setting("weight") }).node,
  );
  stage.append(h("div", { class: "stacks" }, network, without), counts, shares);
  look();
}

export default { render };
