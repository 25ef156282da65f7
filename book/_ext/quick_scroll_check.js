/* Le clavier atteint les zones qui défilent : toutes se mesurent avant qu’une seule ne s’écrive. Celles que
   le lecteur n’a pas encore approchées, et que le navigateur n’a donc pas mises en page, attendent un temps mort. */
function makeScrollable(zones, scrolls) {
  const BATCH = 8;
  const whenIdle = window.requestIdleCallback ?? ((task) => setTimeout(task, 50));
  const isNear = (zone) => zone.checkVisibility?.({ contentVisibilityAuto: true }) ?? true;
  const far = [];

  function update(some) {
    const indexes = some.map((zone) => (scrolls(zone) ? 0 : -1));
    some.forEach((zone, rank) => {
      if (zone.tabIndex !== indexes[rank]) zone.tabIndex = indexes[rank];
    });
  }

  function updateFar() {
    update(far.splice(0, BATCH));
    if (far.length) whenIdle(updateFar);
  }

  const near = [];
  for (const zone of zones) (isNear(zone) ? near : far).push(zone);
  update(near);
  if (far.length) whenIdle(updateFar);
}
