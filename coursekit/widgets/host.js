// Anime les objets d’une page : <div data-afm="nom"> qui contient leur état en JSON et un repli en HTML.
// Si un objet échoue, son repli reste visible.
(() => {
  const modelOf = (state) => {
    const values = { state };
    const listeners = {};
    return {
      get: (name) => values[name],
      set: (name, value) => {
        values[name] = value;
        (listeners[`change:${name}`] ?? []).forEach((listener) => listener());
      },
      on: (event, listener) => (listeners[event] ??= []).push(listener),
      off: (event, listener) => {
        listeners[event] = listener ? (listeners[event] ?? []).filter((other) => other !== listener) : [];
      },
      save_changes: () => {},
    };
  };

  const started = new Set();

  const start = async (place) => {
    if (started.has(place)) return;
    started.add(place);
    const widget = window.coursekitWidgets?.[place.dataset.afm];
    const data = place.querySelector('script[type="application/json"]');
    if (!widget || !data) return;
    const el = document.createElement("div");
    place.append(el);
    try {
      await widget.render({ model: modelOf(JSON.parse(data.textContent)), el });
      place.dataset.ready = "";
    } catch (error) {
      el.remove();
      console.error(error);
    }
  };

  const whenIdle = window.requestIdleCallback ?? ((task) => setTimeout(task, 50));

  const startRest = (places) => {
    const next = places.find((place) => !started.has(place));
    if (next) whenIdle(() => start(next).then(() => startRest(places)));
  };

  const places = [...document.querySelectorAll("[data-afm]:not([data-ready])")];
  const seen = new IntersectionObserver(
    (entries) => entries.filter((entry) => entry.isIntersecting).forEach((entry) => start(entry.target)),
    { rootMargin: "50% 0px" },
  );
  places.forEach((place) => seen.observe(place));
  if (document.readyState === "complete") startRest(places);
  else window.addEventListener("load", () => startRest(places));
})();
