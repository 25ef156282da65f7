// Des cartes et des images, un pixel par valeur, que l’on regarde ou que l’on parcourt.

import { h, range } from "./dom.js";
import { MOVES } from "./explorer.js";

// Un pixel opaque, tel que le range un canevas.
export const pack = (red, green, blue) => (255 << 24) | (blue << 16) | (green << 8) | red;

// Les 256 pixels qui vont d’une couleur à l’autre.
export const ramp = (colors) => range(256).map((level) => {
  const low = level > 127 ? 1 : 0;
  return pack(...colors[low].map((first, k) => Math.round(first + (colors[low + 1][k] - first) * (level / 127.5 - low))));
});

// Une carte peinte, `colour(k)` en est le pixel k ; jusqu’à deux carrés `{ top, left, size }` y sont encadrés.
export function screen(properties = {}) {
  const canvas = h("canvas");
  const frames = [h("i"), h("b")];
  const node = h("span", { class: "screen", ...properties }, canvas, ...frames);
  const paint = (side, colour, ...squares) => {
    Object.assign(canvas, { width: side, height: side });
    const context = canvas.getContext("2d");
    const image = context.createImageData(side, side);
    new Uint32Array(image.data.buffer).forEach((_, k, pixels) => { pixels[k] = colour(k); });
    context.putImageData(image, 0, 0);
    frames.forEach((frame, k) => {
      frame.hidden = !squares[k];
      if (frame.hidden) return;
      const { top, left, size } = squares[k];
      const margins = [top, side - left - size, side - top - size, left];
      frame.style.inset = margins.map((margin) => `${(100 * Math.max(margin, 0)) / side}%`).join(" ");
    });
  };
  return { node, paint };
}

// Un écran que l’on parcourt : les flèches, le doigt ou la souris mènent à une case, `onmove(i, j, how)`.
// `how` : `down` où l’on appuie (ou Espace), `drag` où l’on traîne (ou Maj + flèche), rien où l’on passe.
export function board(label, sideOf, onmove) {
  const made = { ...screen({ role: "application", tabindex: 0, "aria-label": label }), here: [0, 0] };
  const go = (places, how) => onmove(...places.map((place) => Math.min(Math.max(place, 0), sideOf() - 1)), how);
  const point = (how) => ({ buttons, clientX, clientY }) => {
    if (!buttons) return;
    const { left, top, width } = made.node.getBoundingClientRect();
    go([clientY - top, clientX - left].map((place) => Math.floor((place * sideOf()) / width)), how);
  };
  made.node.onpointerdown = point("down");
  made.node.onpointermove = point("drag");
  made.node.onkeydown = (event) => {
    const move = MOVES[event.key];
    if (!move && event.key !== " ") return;
    event.preventDefault();
    if (move) go(made.here.map((place, axis) => place + move[axis]), event.shiftKey && "drag");
    else go(made.here, "down");
  };
  return made;
}
