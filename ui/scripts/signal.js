// What Python asks of the browser: to copy, to save a file, to put the keyboard somewhere …

// Whether the text has been copied: not every browser lets a page do so everywhere.
const copy = async (text) => {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    // Without a secure context there is no clipboard but this one.
    const before = document.activeElement;
    const area = document.createElement("textarea");
    area.value = text;
    document.body.append(area);
    area.select();
    const done = document.execCommand("copy");
    area.remove();
    before?.focus();
    return done;
  }
};

const save = (name, text) => {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([text], { type: "text/plain;charset=utf-8" }));
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
};

watch("value", async () => {
  const asked = element.querySelector("[data-signal]")?.dataset.signal;
  if (!asked) return;
  // Forgotten at once, so that the same may be asked again.
  props.value = "";
  const { view, focus, copied, saved, preferences, reset, reload } = JSON.parse(asked);
  if (reload) window.location.reload();
  if (view) document.dispatchEvent(new CustomEvent("mustanad:view", { detail: view }));
  if (preferences) localStorage.setItem("mustanad", JSON.stringify(preferences));
  if (reset) document.querySelector(reset)?.reset();
  if (saved) save(saved.name, saved.text);
  if (copied) {
    const done = await copy(copied.text);
    const exchange = document.getElementById(`exchange-${copied.exchange}`);
    const place = exchange?.querySelector(".copied");
    if (place) place.textContent = done ? copied.said : copied.failed;
    const menu = exchange?.querySelector(".actions-formats[open]");
    if (menu) {
      menu.open = false;
      menu.querySelector("summary").focus();
    }
  }
  if (focus) document.querySelector(focus)?.focus();
});
