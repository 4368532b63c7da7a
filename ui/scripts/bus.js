// What a visitor does becomes an action for Python: { act: NAME, ... } of the element's data-*.
const KINDS = { retry: "ask", example: "ask", ingest: "ingest" };
const VIEWS = ["ask", "library", "past", "settings"];
const root = document.documentElement;
const question = () => document.querySelector("#question textarea");
const shownView = () => root.dataset.view ?? "ask";

const navigate = () => {
  for (const link of element.querySelectorAll("nav [data-view]")) {
    if (link.dataset.view === shownView()) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
};

// Each view is left at the place to which it was scrolled, and found there again.
const places = {};
const show = (view) => {
  if (view === shownView()) return;
  places[shownView()] = window.scrollY;
  root.dataset.view = view;
  navigate();
  window.scrollTo(0, places[view] ?? 0);
  // What had the keyboard may be hidden now.
  if (!document.activeElement?.checkVisibility() || document.activeElement === document.body) {
    element.querySelector("nav [aria-current]")?.focus();
  }
};
// A view that Python asks for comes too late for a reader who has gone to another one since.
let gone = false;
document.addEventListener("mustanad:view", (event) => {
  if (!gone) show(event.detail);
});

// A field that is searched by shows the search, also where a button made it.
const empty = (field) => {
  for (const input of document.querySelectorAll(`${field} input[type=search]`)) input.value = "";
};

const send = (facts) => {
  gone = facts.act === "open-view";
  if (gone) show(facts.view);
  if (facts.act === "switch-corpus" || facts.act === "create-corpus") empty("#document-tools");
  trigger(KINDS[facts.act] ?? "act", facts);
};

// A login that has ended, as when the server was started anew, leads back to the sign-in.
const reach = window.fetch;
window.fetch = async (...asked) => {
  const response = await reach(...asked);
  if (response.status === 401) window.location.reload();
  return response;
};

const darkens = window.matchMedia("(prefers-color-scheme: dark)");
const showTheme = () => {
  const theme = element.querySelector("[data-theme]")?.dataset.theme ?? "auto";
  const dark = theme === "dark" || (theme === "auto" && darkens.matches);
  document.body.classList.toggle("dark", dark);
};
darkens.addEventListener("change", showTheme);

const apply = () => {
  const header = element.querySelector("[data-language]");
  if (!header) return;
  root.lang = header.dataset.language;
  root.dir = header.dataset.language === "ar" ? "rtl" : "ltr";
  showTheme();
  navigate();
};
apply();
watch("value", apply);

const shutMenus = (except) => {
  for (const menu of document.querySelectorAll(".actions-formats[open]")) {
    if (menu !== except) menu.open = false;
  }
};

document.addEventListener("click", (event) => {
  shutMenus(event.target.closest(".actions-formats"));
  const mark = event.target.closest("a.ref");
  if (mark) {
    event.preventDefault();
    const card = document.getElementById(mark.getAttribute("href").slice(1));
    card?.scrollIntoView({ block: "nearest" });
    card?.focus({ preventScroll: true });
    return;
  }
  const node = event.target.closest("[data-act]");
  if (!node || node.matches("form, select") || node.disabled) return;
  event.preventDefault();
  const sure = node.closest("details.confirm");
  if (sure) {
    // The button goes with what it deletes: the keyboard stays where the question was opened.
    sure.open = false;
    sure.querySelector("summary").focus();
  }
  if (node.dataset.query === "") empty(`form[data-act="${node.dataset.act}"]`);
  send({ ...node.dataset });
  // Another page of a list is read from its beginning.
  if (node.dataset.act === "page-documents") {
    document.querySelector("#document-tools")?.scrollIntoView({ block: "start" });
  }
});

document.addEventListener("submit", (event) => {
  const form = event.target.closest("form[data-act]");
  if (!form) return;
  event.preventDefault();
  send({ ...form.dataset, ...Object.fromEntries(new FormData(form)) });
});

document.addEventListener("change", (event) => {
  const select = event.target.closest("select[data-act]");
  if (select) send({ ...select.dataset, [select.name]: select.value });
});

// A search is made while it is typed, once the typing rests.
let resting;
document.addEventListener("input", (event) => {
  const form = event.target.closest("form[data-act]");
  if (!form || event.target.type !== "search") return;
  clearTimeout(resting);
  resting = setTimeout(() => form.requestSubmit(), 300);
});

// A mark and its card light up together.
const light = (event, on) => {
  const mark = event.target.closest?.("a.ref");
  const card = event.target.closest?.(".card[id]");
  const id = mark?.getAttribute("href").slice(1) ?? card?.id;
  if (!id) return;
  document.getElementById(id)?.classList.toggle("lit", on);
  for (const one of document.querySelectorAll(`a.ref[href="#${CSS.escape(id)}"]`)) {
    one.classList.toggle("lit", on);
  }
};
for (const [name, on] of [["mouseover", true], ["mouseout", false], ["focusin", true], ["focusout", false]]) {
  document.addEventListener(name, (event) => light(event, on));
}

// By place and not by letter: on an Arabic keyboard the same key writes another one.
const isSlash = (event) => event.key === "/" || (event.code === "Slash" && event.key === "ظ");
document.addEventListener("keydown", (event) => {
  if (document.querySelector("dialog[open]")) return;
  const writing = event.target.closest("input, textarea, select, [contenteditable]");
  // With Ctrl it is AltGr, by which characters such as @ and { are typed.
  const number = event.altKey && !event.ctrlKey && /^(?:Digit|Numpad)([1-4])$/.exec(event.code)?.[1];
  const menu = document.querySelector(".actions-formats[open]");
  if (number) {
    event.preventDefault();
    send({ act: "open-view", view: VIEWS[number - 1] });
  } else if (isSlash(event) && !writing && !event.ctrlKey && !event.metaKey && !event.altKey) {
    event.preventDefault();
    send({ act: "open-view", view: "ask" });
    question()?.focus();
  } else if (event.key === "Escape" && menu) {
    menu.open = false;
    menu.querySelector("summary").focus();
  } else if (event.key === "Escape") {
    document.querySelector("#stop:not(.hide)")?.click();
  }
});
