// A document opens as a modal sheet, at the words that were quoted from it.
let before = null;
element.addEventListener(
  "close",
  () => {
    // Emptied, so that the same document may be opened again.
    props.value = "";
    before?.focus?.();
    before = null;
  },
  true, // it does not bubble
);
element.addEventListener("click", (event) => {
  // A click beside the sheet falls on its backdrop, which is the dialog itself.
  if (event.target.matches("dialog")) event.target.close();
});

watch("value", () => {
  const sheet = element.querySelector("dialog");
  if (!sheet) return;
  // From one quotation to the next, the keyboard stays on the button that leads there.
  const pressed = element.contains(document.activeElement) ? document.activeElement : null;
  before ??= document.activeElement;
  if (!sheet.open) sheet.showModal();
  const stays = pressed && sheet.contains(pressed) && !pressed.disabled;
  (stays ? pressed : sheet.querySelector(".viewer-close button"))?.focus({ preventScroll: true });
  const quoted = sheet.querySelector("#quoted");
  if (quoted) quoted.scrollIntoView({ block: "center" });
  else sheet.scrollTop = 0;
});
