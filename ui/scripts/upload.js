// Files that are chosen or dropped, folders with all that lies in them, go to the server one by one.
const status = () => element.querySelector("[data-upload-status]");
let said = null;
const show = () => {
  const place = status();
  const text = said && place?.dataset[said.template];
  if (text) place.textContent = text.replace(/\{(\w+)\}/g, (whole, name) => said.facts[name] ?? whole);
};
const say = (template, facts) => {
  said = { template, facts };
  show();
};
// The panel is drawn anew without it when an ingest begins and ends.
watch("value", show);

const entriesOf = (reader) =>
  new Promise((resolve, reject) => reader.readEntries(resolve, reject));
const filesIn = async (entry, folder = "") => {
  const found = [];
  const name = folder + entry.name;
  try {
    if (entry.isFile) {
      const file = await new Promise((resolve, reject) => entry.file(resolve, reject));
      return [{ file, name }];
    }
    const reader = entry.createReader();
    for (let some = await entriesOf(reader); some.length; some = await entriesOf(reader)) {
      for (const one of some) found.push(...(await filesIn(one, `${name}/`)));
    }
  } catch {
    found.push({ file: null, name });
  }
  return found;
};

// The server tells of a file that cannot be read, is too large to be sent, or does not arrive.
const send = async (file, most) => {
  if (!file || file.size > most) return "";
  try {
    return (await upload(file)).path;
  } catch {
    return "";
  }
};

const sendAll = async ({ chosen, corpus, mostBytes }) => {
  const most = Number(mostBytes ?? Infinity);
  const files = [];
  // More may be chosen meanwhile.
  for (const { file, name } of chosen) {
    say("textUploading", { done: files.length, total: chosen.length });
    files.push({ name, path: await send(file, most), size: file?.size ?? 0 });
  }
  batches.shift();
  if (files.some((file) => file.path || file.size > most)) {
    const done = files.filter((file) => file.path).length;
    say("textUploaded", { total: done });
    trigger("ingest", { act: "ingest", corpus, files });
  } else {
    say("textFailed", { problem: files[0].name });
  }
};

// They go to the collection that was open at the start, whichever is open when they have arrived.
// What is chosen while others are being sent goes with them, or after them to another collection.
const batches = [];
const take = async (chosen, { corpus, mostBytes }) => {
  if (!chosen.length) return;
  const underWay = batches.find((batch) => batch.corpus === corpus);
  if (underWay) {
    underWay.chosen.push(...chosen);
    return;
  }
  batches.push({ chosen, corpus, mostBytes });
  if (batches.length > 1) return;
  while (batches.length) await sendAll(batches[0]);
};

element.addEventListener("change", (event) => {
  const input = event.target.closest("input[type=file][data-pick]");
  const area = input?.closest("[data-drop]");
  if (!area) return;
  const files = [...input.files].map((file) => ({ file, name: file.webkitRelativePath || file.name }));
  take(files, { ...area.dataset });
  input.value = "";
});
for (const name of ["dragover", "dragleave", "drop"]) {
  document.addEventListener(name, async (event) => {
    // Text may be dragged into any field.
    if (!event.dataTransfer.types.includes("Files")) return;
    // Else a file that is dropped beside the place for it would be shown instead of the page.
    event.preventDefault();
    const area = event.target.closest?.("[data-drop]");
    if (!area) {
      event.dataTransfer.dropEffect = "none";
      return;
    }
    area.classList.toggle("over", name === "dragover");
    if (name !== "drop") return;
    const facts = { ...area.dataset };
    const entries = [...event.dataTransfer.items].map((item) => item.webkitGetAsEntry());
    const found = await Promise.all(entries.filter(Boolean).map((entry) => filesIn(entry)));
    take(found.flat(), facts);
  });
}
