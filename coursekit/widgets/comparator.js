// L’explorateur qui compare des architectures : justesse publiée contre paramètres ou MAC.

import { along, frontier, labels, nearest, next, ticks } from "./comparator_rules.js";
import { COSTS, compared, magnitude, percent, unbeaten } from "./comparator_words.js";
import { fr, h, s } from "./dom.js";
import { choice, frame, list, part, toggle } from "./explorer.js";

const SHAPES = [
  "M-5 0a5 5 0 1 0 10 0a5 5 0 1 0-10 0z", "M-5-5h10v10h-10z", "M0-6l6 11h-12z", "M0 6l6-11h-12z", "M0-7l6 7-6 7-6-7z",
  "M-2-6h4v4h4v4h-4v4h-4v-4h-4v-4h4z", "M6 0l-11 6v-12z", "M-6-5l12 10v-10l-12 10z", "M-6 0l3-5h6l3 5-3 5h-6z",
  "M0-3l4-4 3 3-4 4 4 4-3 3-4-4-4 4-3-3 4-4-4-4 3-3z",
];
const TONES = 5;
const [LEFT, RIGHT, TOP, BOTTOM, HEIGHT] = [34, 14, 22, 40, 380];
const [NARROW, WIDE, REACH] = [280, 760, 24];
const USUAL = "une vue";

// Deux familles ne partagent une couleur que si leurs formes et leurs régions diffèrent.
const tone = (index) => (index + 3 * (index >= TONES)) % TONES;
const shape = (index, extra = "") => s("path", { class: `network-point tone${tone(index)} ${extra}`, d: SHAPES[index % SHAPES.length] });

function render({ model, el }) {
  const { points, families, chosen: start, cost } = model.get("state");
  const named = (name) => points.find((point) => point.name === name);
  const now = { chosen: start.map(named), cost, hidden: new Set(), here: named(start[0]), border: false };
  const { controls, stage, say } = frame(el, "Explorateur : comparer des architectures");
  const plot = s("svg", {
    class: "plot", role: "listbox", tabindex: 0, "aria-label": "Le nuage des réseaux", "aria-multiselectable": "true",
  });
  const body = h("tbody");
  let placed = [];

  const setting = (name) => (value) => { now[name] = value; look(); };
  const shown = () => points.filter(({ family }) => !now.hidden.has(family));
  const usual = () => shown().filter(({ protocol }) => protocol === USUAL);
  const limits = (of) => [Math.min(...points.map(of)), Math.max(...points.map(of))];
  const ids = `ck-cloud-${document.querySelectorAll(".plot").length}`;
  const id = (point) => `${ids}-${points.indexOf(point)}`;

  function draw() {
    const width = Math.min(Math.max(stage.clientWidth || NARROW, NARROW), WIDE);
    const [low, high] = limits((point) => point[now.cost]).map((value, i) => value * [0.8, 1.25][i]);
    const [worst, best] = limits(({ top1 }) => top1).map((value, i) => value + [-2, 1][i]);
    const across = (value) => LEFT + along(value, low, high) * (width - LEFT - RIGHT);
    const down = (top1) => TOP + ((best - top1) / (best - worst)) * (HEIGHT - TOP - BOTTOM);
    placed = shown().map((point) => ({ point, ...naming(point), x: across(point[now.cost]), y: down(point.top1) }));
    const axes = s("g", { class: "axes", "aria-hidden": "true" }, ...frames(width, low, high, worst, best, across, down));
    const first = [...placed].sort((one, other) => other.forced - one.forced);
    const names = labels(first, { left: LEFT, right: width }).map(({ text, forced, x, y }) =>
      s("text", { class: forced ? "name strong" : "name", x, y }, text));
    const sizes = { viewBox: `0 0 ${width} ${HEIGHT}`, width, height: HEIGHT };
    for (const [name, value] of Object.entries(sizes)) plot.setAttribute(name, value);
    plot.replaceChildren(axes, ...border(across, down), ...placed.map(option), s("g", { "aria-hidden": "true" }, ...names));
    plot.setAttribute("aria-activedescendant", shown().includes(now.here) ? id(now.here) : "");
  }

  // Le nom d’un point ; les deux choisis et celui où l’on est le gardent quand la place manque.
  const naming = (point) => {
    const place = now.chosen.indexOf(point);
    return { text: place === -1 ? point.name : `${"AB"[place]} : ${point.name}`, forced: place !== -1 || point === now.here };
  };

  function* frames(width, low, high, worst, best, across, down) {
    const [name, unit, prefix] = COSTS[now.cost];
    for (const value of ticks(low, high)) {
      yield s("path", { d: `M${across(value)} ${TOP}V${HEIGHT - BOTTOM}` });
      yield s("text", { x: across(value), y: HEIGHT - BOTTOM + 16, "text-anchor": "middle" }, fr(value / unit));
    }
    for (let value = 5 * Math.ceil(worst / 5); value <= best; value += 5) {
      yield s("path", { d: `M${LEFT} ${down(value)}H${width - RIGHT}` });
      yield s("text", { x: LEFT - 6, y: down(value) + 4, "text-anchor": "end" }, fr(value));
    }
    yield s("text", { x: 2, y: 13 }, "Justesse top-1 (%)");
    yield s("text", { x: width - RIGHT, y: HEIGHT - 6, "text-anchor": "end" }, `${name} (${prefix}), échelle logarithmique`);
  }

  function border(across, down) {
    if (!now.border) return [];
    const line = frontier(usual(), now.cost).map((point) => `${across(point[now.cost])} ${down(point.top1)}`).join("L");
    return line ? [s("path", { class: "border", "aria-hidden": "true", d: `M${line}` })] : [];
  }

  function option({ point, x, y }) {
    const picked = now.chosen.includes(point);
    const family = families.findIndex(({ name }) => name === point.family);
    const kind = `${point.proven ? "" : "hollow"} ${point.protocol === USUAL ? "" : "dashed"}`;
    const label = `${point.title} : ${magnitude(point[now.cost], now.cost)}, ${percent(point.top1)}`;
    const facts = { id: id(point), role: "option", "aria-label": label, "aria-selected": picked };
    const drawn = s("g", { ...facts, transform: `translate(${x} ${y})` }, shape(family, kind));
    if (point === now.here) drawn.append(s("circle", { class: "here", r: 11 }));
    if (picked) drawn.append(s("circle", { class: "picked", r: 9 }));
    return drawn;
  }

  function look() {
    draw();
    body.replaceChildren(...facts());
    say(sentences().map((text) => `<p>${text}</p>`).join(""));
  }

  function facts() {
    const line = (name, of) => h("tr", {}, h("th", { scope: "row" }, name), ...now.chosen.map((point) => h("td", {}, of(point))));
    return [
      line("Réseau", ({ title }) => title),
      line("Paramètres", ({ parameters }) => magnitude(parameters, "parameters")),
      line("MAC", ({ macs }) => magnitude(macs, "macs")),
      line("Coûts", ({ proven, source }) => (proven ? "calculés ici" : `publiés : ${source}`)),
      line("Entrée", ({ input }) => input),
      line("Top-1", ({ top1 }) => percent(top1)),
      line("Top-5", ({ top5 }) => percent(top5)),
      line("Publiée par", ({ judged }) => judged),
      line("Mesurée sur", ({ protocol }) => protocol),
    ];
  }

  const sentences = () => [...compared(...now.chosen), ...(now.border ? [unbeaten(frontier(usual(), now.cost))] : [])];

  // Le réseau choisi devient B, et B devient A.
  function pick(point) {
    now.here = point;
    if (!now.chosen.includes(point)) choose([now.chosen[1], point]);
    else look();
  }
  function choose(pair) {
    now.chosen = pair;
    lists.forEach(({ select }, i) => { select.value = pair[i].name; });
    look();
  }

  plot.onclick = ({ clientX, clientY }) => {
    const { left, top, width } = plot.getBoundingClientRect();
    const scale = plot.viewBox.baseVal.width / width;
    const found = nearest(placed, (clientX - left) * scale, (clientY - top) * scale, REACH);
    if (found) pick(found.point);
  };
  const MOVES = { ArrowLeft: [now.cost, -1], ArrowRight: [now.cost, 1], ArrowDown: ["top1", -1], ArrowUp: ["top1", 1] };
  plot.onkeydown = (event) => {
    const move = MOVES[event.key];
    if (move && shown().length) {
      const key = move[0] === "top1" ? "top1" : now.cost;
      now.here = next(shown(), now.here, (point) => point[key], move[1]);
      draw();
    } else if (event.key === "Enter" || event.key === " ") { if (shown().includes(now.here)) pick(now.here); }
    else return;
    event.preventDefault();
  };

  const options = points.map(({ name, title }) => [name, title]);
  const lists = ["Réseau A", "Réseau B"].map((label, i) => list({
    label, options, value: start[i], oninput: (name) => choose(now.chosen.map((point, k) => (k === i ? named(name) : point))),
  }));
  const switches = families.map(({ name }, i) => {
    const { node } = toggle({ label: name, value: true, oninput: (on) => { now.hidden[on ? "delete" : "add"](name); look(); } });
    node.append(s("svg", { viewBox: "-8 -8 16 16", width: 16, height: 16, "aria-hidden": "true" }, shape(i)));
    return node;
  });
  const costs = Object.entries(COSTS).map(([name, [text]]) => [name, text]);
  controls.append(
    choice({ label: "Coût", options: costs, value: cost, oninput: setting("cost") }).node,
    ...lists.map(({ node }) => node),
    toggle({ label: "Tracer la frontière", oninput: setting("border") }).node,
    h("fieldset", { class: "control" }, h("legend", {}, "Familles"), h("div", { class: "pills" }, ...switches)),
  );
  const columns = h("tr", {}, h("td"), ...["A", "B"].map((letter) => h("th", { scope: "col" }, letter)));
  const key = "Forme vide : coûts publiés, et non calculés ici. Tirets : justesse mesurée autrement que sur une vue.";
  stage.append(h("div", { class: "cloud" }, plot, h("p", { class: "note" }, key)),
    part("Les deux réseaux", h("table", { class: "facts" }, h("thead", {}, columns), body)));
  new ResizeObserver(draw).observe(stage);
  look();
}

export default { render };
