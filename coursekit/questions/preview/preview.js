// L’aperçu : filtrer les fiches, en écarter, et télécharger la liste des écartées.
(() => {
  const form = document.querySelector(".filters");
  const cards = [...document.querySelectorAll(".card")];
  const count = document.querySelector(".count");
  const bare = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").replace(/[\u00a0\u202f]/g, " ").toLowerCase();
  const texts = cards.map((card) => bare(card.textContent));
  const boxes = cards.map((card) => card.querySelector(".reject input"));
  const many = (n, word) => `${n} ${word}${n > 1 ? "s" : ""}`;

  // Ce qui est écarté survit à la fermeture de la page, si le navigateur le permet.
  const place = `coursekit-apercu ${document.title}`;
  const stored = () => { try { return JSON.parse(localStorage.getItem(place)) ?? {}; } catch { return {}; } };
  const store = () => {
    const ticked = Object.fromEntries(boxes.map((box) => [box.dataset.line.slice(0, 16), box.checked]));
    try { localStorage.setItem(place, JSON.stringify({ ...stored(), ...ticked })); } catch { /* tant pis */ }
  };
  const before = stored();
  for (const box of boxes) box.checked = before[box.dataset.line.slice(0, 16)] ?? box.checked;

  const update = () => {
    const { text, topic, level, family, state } = Object.fromEntries(new FormData(form));
    const words = bare(text).split(/\s+/).filter(Boolean);
    let shown = 0;
    cards.forEach((card, i) => {
      const { dataset } = card;
      const fits = (!topic || dataset.topic === topic) && (!level || dataset.level === level) &&
        (!family || dataset.family === family) && (!state || (state === "rejected") === boxes[i].checked) &&
        words.every((word) => texts[i].includes(word));
      card.hidden = !fits;
      card.classList.toggle("out", boxes[i].checked);
      shown += fits;
    });
    const out = boxes.filter((box) => box.checked).length;
    count.textContent = `${many(shown, "question")} sur ${cards.length}, ${many(out, "écartée")}`;
  };

  const save = () => {
    const lines = boxes.filter((box) => box.checked).map((box) => box.dataset.line);
    const text = ["# Questions écartées : coursekit questions generate --reject FICHIER", ...lines, ""].join("\n");
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([text], { type: "text/plain" }));
    link.download = "ecartees.txt";
    link.click();
    URL.revokeObjectURL(link.href);
  };

  const unfold = ({ currentTarget }) => {
    const open = currentTarget.textContent === "Tout déplier";
    for (const fold of document.querySelectorAll(".card details")) fold.open = open;
    currentTarget.textContent = open ? "Tout replier" : "Tout déplier";
  };

  form.addEventListener("input", update);
  form.addEventListener("submit", (event) => event.preventDefault());
  form.elements.save.addEventListener("click", save);
  form.elements.open.addEventListener("click", unfold);
  document.querySelector("main").addEventListener("change", () => { store(); update(); });
  update();
})();
