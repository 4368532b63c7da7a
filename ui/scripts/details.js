// What a reader opened or shut stays so when the panel is drawn anew.
const opened = new Map();
element.addEventListener("click", ({ target }) => {
  const around = target.closest("details[data-key]");
  if (!around) return;
  if (target.closest("summary")) opened.set(around.dataset.key, !around.open);
  // What was to be done there is done.
  else if (target.closest("button")) opened.delete(around.dataset.key);
});
watch("value", () => {
  for (const one of element.querySelectorAll("details[data-key]")) {
    one.open = opened.get(one.dataset.key) ?? one.open;
  }
});
