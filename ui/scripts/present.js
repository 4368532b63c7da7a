// A new question is brought to the top once; afterwards the page stays where the reader has it.
element.setAttribute("role", "log");
element.setAttribute("aria-live", "polite");
const current = () => element.querySelector(".exchange")?.id;
let shown = current();
watch("value", () => {
  const now = current();
  if (now && now !== shown) document.getElementById(now).scrollIntoView({ block: "start" });
  shown = now;
});
