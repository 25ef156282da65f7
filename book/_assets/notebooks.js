// Lu depuis le disque, un navigateur affiche un notebook comme un texte au lieu de l’enregistrer, et refuse de le lire à sa
// place. Un script, lui, se charge : celui que nomme data-twin donne le contenu à enregistrer.
(() => {
  if (location.protocol !== "file:") return;

  window.saveNotebook = (name, text) => {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([text], { type: "application/x-ipynb+json" }));
    link.download = name;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 60000);
  };

  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[data-twin]");
    if (!link) return;
    event.preventDefault();
    const script = document.createElement("script");
    script.src = link.dataset.twin;
    script.addEventListener("load", () => script.remove());
    document.head.append(script);
  });
})();
