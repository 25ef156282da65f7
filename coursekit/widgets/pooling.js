// L’explorateur du pooling : une carte que l’on modifie, ses fenêtres, leur résumé, et où va le gradient.

import { fr, range, uniform } from "./dom.js";
import { action, choice, frame, grid, part, slider, toggle } from "./explorer.js";
import { fractional, gradient, pool, regular } from "./pooling_rules.js";

const NAMES = { max: "maximum", average: "moyenne", stochastic: "stochastique", fractional: "fractionnaire" };

function render({ model, el }) {
  const { map: start, kernel, stride, kind } = model.get("state");
  const size = start.length;
  const map = start.map((row) => [...row]);
  const now = { kind, kernel, stride, count: 3, seed: 1, gradient: false, at: [0, 0], cell: [0, 0] };
  const { controls, stage, say } = frame(el, "Explorateur : le pooling");
  let windows, output;

  const compute = () => {
    const draw = uniform(now.seed);
    const free = now.kind === "fractional";
    const places = () => (free ? fractional(size, now.kernel, now.count, draw()) : regular(size, now.kernel, now.stride));
    const [tops, lefts] = [places(), places()];
    windows = pool(map, { kind: free ? "max" : now.kind, kernel: now.kernel, tops, lefts, draw });
    now.at = now.at.map((place) => Math.min(place, windows.length - 1));
  };

  const input = grid({ label: "La carte d’entrée", height: size, width: size, onedit: edit, onpick: (i, j) => { now.cell = [i, j]; value.value = map[i][j]; } });
  const value = slider({ label: "Valeur de la case choisie", min: 0, max: 9, value: map[0][0], oninput: (next) => edit(...now.cell, () => next) });
  function edit(i, j, next) {
    map[i][j] = Math.min(Math.max(next(map[i][j]), 0), 9);
    value.value = map[i][j];
    refresh();
  }

  const outside = (i, j) => !windows.flat().some(({ cells }) => cells.some((cell) => cell.i === i && cell.j === j));
  const look = () => {
    const { cells, winner } = windows[now.at[0]][now.at[1]];
    const received = gradient(map, windows);
    input.paint((i, j) => {
      const k = cells.findIndex((cell) => cell.i === i && cell.j === j);
      const tone = outside(i, j) ? "outside" : k === -1 ? "" : k === winner ? "chosen" : "window";
      const about = tone === "outside" ? ", dans aucune fenêtre" : k === -1 ? "" : k === winner ? ", retenue" : ", dans la fenêtre";
      if (!now.gradient) return { text: fr(map[i][j]), tone, spoken: fr(map[i][j]) + about };
      return { text: fr(received[i][j]), tone: received[i][j] ? "chosen" : "outside", spoken: `gradient ${fr(received[i][j])}` };
    });
    output.paint((i, j) => {
      const text = fr(windows[i][j].value);
      return { text, tone: i === now.at[0] && j === now.at[1] ? "chosen" : "made" };
    });
    say(sentences().map((line) => `<p>${line}</p>`).join(""));
  };

  function sentences() {
    const { cells, value: made, odds, expected, shares } = windows[now.at[0]][now.at[1]];
    const values = cells.map((cell) => fr(cell.value));
    const place = `Sortie (${now.at[0] + 1}, ${now.at[1] + 1}) :`;
    const lost = range(size * size).filter((k) => outside(Math.floor(k / size), k % size)).length;
    const left = lost && now.kind !== "fractional" ? [`${lost} cases ne sont dans aucune fenêtre : leur valeur ne compte pas.`] : [];
    if (now.gradient) {
      const sent = now.kind === "average" ? `chaque sortie partage le sien entre ses ${cells.length} cases, ${fr(1 / cells.length)} chacune`
        : "chaque sortie l’envoie tout entier à la case retenue, rien aux autres";
      return [`Chaque sortie reçoit un gradient de 1 : ${sent}. Là où les fenêtres se recouvrent, les parts s’ajoutent.`, ...left];
    }
    if (now.kind === "average") return [`${place} (${values.join(" + ")}) / ${cells.length} = <strong>${fr(made)}</strong>.`, ...left];
    if (now.kind !== "stochastic") return [`${place} max(${values.join("\u202f; ")}) = <strong>${fr(made)}</strong>.`, ...left];
    if (!shares.some(Boolean)) return [`${place} la fenêtre est nulle, la sortie aussi.`, ...left];
    const chances = cells.map((cell, k) => `${fr(cell.value)} avec la probabilité ${fr(odds[k])}`).join(", ");
    return [`${place} on tire ${chances}. Tirée ici : <strong>${fr(made)}</strong>.`,
      `À l’évaluation, on ne tire plus : la sortie est la moyenne Σ p·a = ${fr(expected)}.`, ...left];
  }

  const board = part("Sortie");
  const rebuild = () => {
    compute();
    const side = windows.length;
    if (output?.node.childElementCount === side) return look();
    output?.node.remove();
    output = grid({ label: "La sortie", height: side, width: side, onpick: (i, j) => { now.at = [i, j]; look(); } });
    board.append(output.node);
    look();
  };
  const refresh = () => rebuild();

  const steps = slider({ label: "Pas S", min: 1, max: 4, value: stride, oninput: (next) => { now.stride = next; refresh(); } });
  const sides = slider({ label: "Côté de la sortie", min: 2, max: size - 1, value: now.count, oninput: (next) => { now.count = next; refresh(); } });
  const again = action("Tirer de nouveau", () => { now.seed += 1; refresh(); });
  const adapt = () => {
    const free = now.kind === "fractional";
    steps.node.hidden = free;
    sides.node.hidden = !free;
    again.hidden = !(free || now.kind === "stochastic");
  };
  controls.append(
    choice({ label: "Résumé d’une fenêtre", options: Object.entries(NAMES), value: kind, oninput: (next) => { now.kind = next; adapt(); refresh(); } }).node,
    slider({ label: "Fenêtre F", min: 1, max: Math.min(4, size), value: kernel, oninput: (next) => { now.kernel = next; refresh(); } }).node,
    steps.node, sides.node, value.node,
    toggle({ label: "Montrer le gradient", oninput: (on) => { now.gradient = on; look(); } }).node,
    again,
  );
  stage.append(part("Entrée", input.node), board);
  adapt();
  rebuild();
}

export default { render };
