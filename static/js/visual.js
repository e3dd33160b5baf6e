// The Visual view and the statement panel: the server draws both from the text. What it changes in the text goes into
// the editor as one step of its history; what is changed elsewhere is drawn anew.

/* global htmx */
const field = document.getElementById("policy-document");
const form = field.form;
const section = field.closest("[data-visual]");
const ROOTS = { visual: "policy-visual", json: "statement-panel" };
const PAUSE = 300;
let sentText = "";
let drawnText = field.value;
let cursor = 0;
let isBusy = false;
let isLate = false;
let pressed = "";
let timer = 0;

// What Enter presses without script.
form.querySelector("button[hidden]").name = "";

function root() {
  return document.getElementById(ROOTS[section.dataset.view]);
}

// The server counts characters, JavaScript counts those beyond U+FFFF twice.
function offset() {
  return [...field.value.slice(0, cursor)].length;
}

// One request at a time. A button pressed meanwhile is pressed again when the answer is there. A failure is told by the
// frame of the page, and nothing is asked again by itself.
async function send(source, values = {}) {
  if (isBusy) {
    if (source.name === "change") pressed = source.id;
    isLate = true;
    return;
  }
  clearTimeout(timer);
  isBusy = true;
  isLate = false;
  sentText = drawnText = field.value;
  const place = section.dataset.view === "json" ? { panel: "on", offset: offset() } : {};
  const target = `#${root().id}`;
  await htmx.ajax("POST", section.dataset.visual, { source, target, swap: "outerHTML", values: { ...place, ...values } })
    .catch(() => {});
  isBusy = false;
  const next = document.getElementById(pressed);
  pressed = "";
  if (next) send(next);
  else if (isLate || field.value !== drawnText) drawSoon();
}

function drawSoon() {
  clearTimeout(timer);
  timer = setTimeout(() => send(root()), PAUSE);
}

// An answer about an older text is dropped, and one for the view that was left.
document.addEventListener("htmx:beforeSwap", ({ detail }) => {
  const isOurs = Object.values(ROOTS).includes(detail.target.id);
  if (!isOurs || (detail.target === root() && field.value === sentText)) return;
  detail.shouldSwap = false;
  isLate = true;
});

// What is shown and what is written change together.
document.addEventListener("htmx:afterSwap", ({ target }) => {
  if (target !== root()) return;
  const { text } = target.dataset;
  drawnText = text ?? sentText;
  if (text !== undefined) field.dispatchEvent(new CustomEvent("replace-text", { detail: text }));
});

field.addEventListener("input", () => {
  if (field.value !== drawnText) drawSoon();
});

field.addEventListener("cursor-moved", ({ detail }) => {
  cursor = detail;
  if (section.dataset.view !== "json") return;
  const { start, end } = root().dataset;
  const at = offset();
  const isInside = start !== undefined && at >= Number(start) && at <= Number(end);
  if (!isInside || field.value !== drawnText) drawSoon();
});

function show(view) {
  root().replaceChildren();
  section.dataset.view = view;
  form.elements.shown.value = view;
  for (const button of form.querySelectorAll("[name=view]")) button.setAttribute("aria-pressed", String(button.value === view));
  window.dispatchEvent(new Event("resize"));
  send(root());
}

// A finding is shown where it stands: the editor must be there before it goes to the place.
form.addEventListener("click", ({ target }) => {
  if (target.closest("[data-jump]") && section.dataset.view === "visual") show("json");
}, true);

form.addEventListener("click", (event) => {
  const button = event.target.closest("button");
  if (!button) return;
  if (button.name === "view") {
    event.preventDefault();
    if (button.value !== section.dataset.view) show(button.value);
  } else if (button.name === "change") {
    event.preventDefault();
    send(button);
  } else if ("undo" in button.dataset) {
    field.dispatchEvent(new CustomEvent("undo-text"));
  }
});

// Enter in a field presses the button beside it, and never leads on to the next page.
form.addEventListener("keydown", (event) => {
  const input = event.target;
  if (event.key !== "Enter" || !input.matches("input[type=text], input[type=search]") || !root().contains(input)) return;
  event.preventDefault();
  const beside = input.closest(".pressed")?.querySelector("[name=change]");
  (beside ?? input.closest(".arn")?.querySelector("[data-enter]"))?.click();
});

// A filter acts while one types, a key when it is chosen, a pasted ARN at once.
let typing = 0;
form.addEventListener("input", ({ target, inputType }) => {
  const { live, paste } = target.dataset;
  if (paste !== undefined && inputType === "insertFromPaste") target.closest(".pressed").querySelector("button").click();
  if (!live || target.type !== "search") return;
  clearTimeout(typing);
  typing = setTimeout(() => send(target, { change: live }), PAUSE);
});
form.addEventListener("change", ({ target }) => {
  const { live } = target.dataset;
  if (live && target.type !== "search" && target.value) send(target, { change: live });
});

// What is open is part of the form, so that it stays open; what was never open is fetched.
form.addEventListener("toggle", ({ target }) => {
  const { key } = target.dataset;
  if (!key) return;
  const lazy = target.querySelector(":scope > .lazy > button");
  const kept = target.querySelector(":scope > input[name^=open-]");
  if (target.open && lazy) send(lazy);
  else if (!target.open) kept?.remove();
  else if (!kept) {
    const input = document.createElement("input");
    Object.assign(input, { type: "hidden", name: `open-${key}` });
    target.querySelector(":scope > summary").after(input);
  }
}, true);
