// Un quiz, module AFM. `judge` corrige une réponse sans rien afficher : les tests s’en servent aussi.

import { h } from "./dom.js";
import { Unreadable } from "./reading.js";
import { judge } from "./judging.js";

let made = 0;

// Les champs d’une question, et de quoi lire ce qu’ils contiennent.
function fieldsOf(variant, id) {
  if (variant.options) {
    const type = variant.several ? "checkbox" : "radio";
    const inputs = variant.options.map((_, i) => h("input", { type, name: id, value: i }));
    const labels = inputs.map((input, i) => h("label", { class: "option" }, input, h("span", { html: variant.options[i] })));
    const chosen = () => inputs.flatMap((input, i) => (input.checked ? [i] : []));
    const note = variant.several ? h("p", { class: "note" }, "Cochez toutes les propositions justes.") : "";
    return { nodes: [note, ...labels], given: chosen };
  }
  const fields = variant.items.map((item, i) => fieldOf(item, `${id}-${i}`));
  return { nodes: fields.map((field) => field.node), given: () => fields.map((field) => field.value()) };
}

function fieldOf(item, id) {
  const name = item.label ? `(${item.label}) ${item.prompt}` : "Votre réponse";
  if (item.kind === "boolean") {
    const inputs = [1, 0].map((value) => h("input", { type: "radio", name: id, value }));
    const labels = inputs.map((input, i) => h("label", { class: "option" }, input, h("span", {}, ["Vrai", "Faux"][i])));
    const title = h("span", { id: `${id}-t`, html: name, class: item.label ? "" : "unseen" });
    const node = h("div", { class: "field", role: "radiogroup", "aria-labelledby": `${id}-t` }, title, ...labels);
    return { node, value: () => inputs.find((input) => input.checked)?.value ?? "" };
  }
  if (item.kind === "matrix") return gridOf(item, id, name);
  const number = item.kind === "integer" || item.kind === "real";
  const notes = { shape: "dans l’ordre " + [...(item.layout ?? "")].join(", "), real: `à ${item.digits} chiffres significatifs`,
    formula: `avec ${(item.variables ?? []).join(", ")}` };
  const input = h("input", { id, type: "text", inputmode: number ? "decimal" : "text", autocomplete: "off",
    size: number ? 12 : 24, "aria-describedby": `${id}-n` });
  const unit = item.unit ? h("span", { class: "unit" }, item.unit) : "";
  const note = h("span", { class: "note", id: `${id}-n` }, notes[item.kind] ?? "");
  return { node: h("p", { class: "field" }, h("label", { for: id, html: name }), " ", input, " ", unit, " ", note),
    value: () => input.value };
}

function gridOf(item, id, name) {
  const [height, width] = item.grid;
  const rows = Array.from({ length: height }, (_, i) => Array.from({ length: width }, (_, j) =>
    h("input", { type: "text", inputmode: "decimal", autocomplete: "off", size: 4, "aria-label": `ligne ${i + 1}, colonne ${j + 1}` })));
  const table = h("div", { class: "grid", style: `grid-template-columns: repeat(${width}, auto)` }, ...rows.flat());
  const title = h("span", { id: `${id}-t`, html: name });
  const note = item.loose ? h("p", { class: "note" }, "Laissez vides les lignes et les colonnes dont vous n’avez pas besoin.") : "";
  return { node: h("div", { class: "field", role: "group", "aria-labelledby": `${id}-t` }, title, table, note),
    value: () => rows.map((row) => row.map((input) => input.value)) };
}

function verdictText(variant, { ok, verdicts }) {
  const head = ok ? "<strong>Juste.</strong>" : "<strong>Pas encore.</strong>";
  const labelled = variant.items[0]?.label;
  const lines = verdicts.map((one, i) => {
    const say = one.ok ? (one.say ? `juste, ${one.say}.` : "juste.") : one.say;
    return labelled ? `<li>(${variant.items[i].label}) ${say}</li>` : one.ok ? "" : ` ${say}`;
  });
  return labelled ? `${head}<ul>${lines.join("")}</ul>` : head + lines.join("");
}

function render({ model, el }) {
  const state = model.get("state");
  const id = `quiz-${++made}`;
  const total = state.questions.length;
  const progress = state.questions.map(() => ({ variant: 0, state: "" }));
  const marks = h("ol", { class: "marks", "aria-hidden": "true" }, ...state.questions.map((_, i) => h("li", {}, `${i + 1}`)));
  const score = h("span", { class: "score" });
  const stage = h("div");
  const tell = (status, place) => {
    if (status && progress[place].state !== "right") progress[place].state = status;
    const right = progress.filter((one) => one.state === "right").length;
    score.textContent = `${right} juste${right > 1 ? "s" : ""} sur ${total}`;
    [...marks.children].forEach((mark, i) => { mark.className = `${progress[i].state} ${i === place ? "here" : ""}`; });
  };

  const show = (place, focus = true) => {
    const question = state.questions[place];
    const variant = question.variants[progress[place].variant];
    const fields = fieldsOf(variant, `${id}-${place}`);
    const verdict = h("div", { class: "verdict", role: "status" });
    const help = h("div", { class: "help", role: "status" });
    const solution = h("div", { class: "solution", id: `${id}-s`, hidden: true, tabindex: "-1" });
    let hinted = 0, seen = false;

    const check = (event) => {
      event.preventDefault();
      try {
        const result = judge(variant, fields.given(), state.units);
        if (result.verdicts.every((one) => one.unread)) throw new Unreadable(result.verdicts[0].say);
        verdict.className = `verdict ${result.ok ? "right" : "wrong"}`;
        verdict.innerHTML = verdictText(variant, result);
        tell(result.ok && !seen ? "right" : "tried", place);
      } catch (error) {
        if (!(error instanceof Unreadable)) throw error;
        verdict.className = "verdict unread";
        verdict.textContent = error.message;
      }
    };
    // Un bouton sans effet garde le focus : `disabled` le perdrait.
    const button = (text, action, off = false) =>
      h("button", { type: "button", "aria-disabled": off ? "true" : undefined,
        onclick: ({ currentTarget }) => currentTarget.ariaDisabled !== "true" && action(currentTarget) }, text);
    const hint = (self) => {
      help.append(h("div", { html: `<strong>Indice ${hinted + 1}.</strong> ${variant.hints[hinted++]}` }));
      if (hinted === variant.hints.length) self.ariaDisabled = "true";
      self.textContent = hintText();
    };
    const hintText = () => `Indice (${hinted} sur ${variant.hints.length})`;
    const reveal = (self) => {
      seen = true;
      solution.hidden = !solution.hidden;
      self.ariaExpanded = String(!solution.hidden);
      self.textContent = solution.hidden ? "Voir la solution" : "Cacher la solution";
      tell("tried", place);
    };
    const another = () => {
      progress[place].variant = (progress[place].variant + 1) % question.variants.length;
      show(place);
    };

    const many = question.variants.length;
    const solve = variant.solution ? button("Voir la solution", reveal) : "";
    if (solve) {
      solve.setAttribute("aria-expanded", "false");
      solve.setAttribute("aria-controls", `${id}-s`);
      solution.innerHTML = `${variant.solution.join("")}<div class="answer"><strong>Réponse :</strong> ${variant.answer}</div>`;
    }
    const legend = h("legend", { tabindex: "-1" }, `Question ${place + 1} sur ${total} : ${question.title}`);
    const about = many > 1 ? ` (variante ${progress[place].variant + 1} sur ${many})` : "";
    legend.append(h("span", { class: "note" }, about));
    stage.replaceChildren(
      h("form", { onsubmit: check, novalidate: true, oninput: () => { verdict.className = "verdict"; verdict.textContent = ""; } },
        h("fieldset", { "aria-describedby": `${id}-e` }, legend,
          h("div", { class: "statement", id: `${id}-e`, html: variant.statement }), ...fields.nodes),
        verdict,
        h("div", { class: "actions" }, h("button", { type: "submit", class: "main" }, "Vérifier"),
          variant.hints.length ? button(hintText(), hint) : "", solve,
          many > 1 ? button("Une autre variante", another) : "")),
      help, solution,
      total > 1 ? h("div", { class: "actions moves" }, button("Précédente", () => show(place - 1), place === 0),
        button("Suivante", () => show(place + 1), place === total - 1)) : "",
    );
    tell("", place);
    if (focus) legend.focus();
  };

  el.classList.add("coursekit-quiz");
  // JupyterLab garderait pour lui les touches, Entrée surtout.
  el.dataset.lmSuppressShortcuts = "true";
  el.onkeydown = (event) => { if (event.key === "Enter") event.stopPropagation(); };
  el.append(h("div", { role: "group", "aria-label": state.title },
    h("div", { class: "head" }, h("span", { class: "title" }, state.title), marks, score), stage));
  show(0, false);
}

export default { render, judge };
