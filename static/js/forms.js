// Forms: one submit at a time, passwords that can be shown, codes that may be pasted, work that is not lost.

// Names of forms, since a swap puts a new element in the place of the one that was typed into.
const edited = new Set();
let isLeavingWillingly = false;

function nameOf(form) {
  return form.id || form.action;
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-show-password]");
  if (!button) return;
  const field = button.parentElement.querySelector("input");
  const isShown = field.type === "password";
  field.type = isShown ? "text" : "password";
  button.setAttribute("aria-pressed", String(isShown));
  button.textContent = isShown ? "Hide" : "Show";
});

document.addEventListener("input", (event) => {
  const field = event.target;
  if (field.autocomplete === "one-time-code") field.value = field.value.replace(/[\s-]/g, "").slice(0, 6);
  if (field.form) edited.add(nameOf(field.form));
});

// A second click must not send a form twice. Buttons go dead only after the browser has read the form,
// since it leaves out the value of a button that is disabled.
function submitters(form) {
  return [...form.elements].filter((element) => element.type === "submit");
}

function setBusy(form, isBusy) {
  form.toggleAttribute("data-busy", isBusy);
  for (const button of submitters(form)) button.disabled = isBusy;
}

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.hasAttribute("data-busy")) {
    event.preventDefault();
    return;
  }
  if (event.defaultPrevented || form.method !== "post" || form.hasAttribute("data-download")) return;
  form.setAttribute("data-busy", "");
  setTimeout(() => setBusy(form, true));
});

// The back button may show this very page again, dead buttons and all.
addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-busy]")) setBusy(form, false);
});

// HTMX sends a form itself, and a button that went dead would lose the focus: the second request is dropped.
document.addEventListener("htmx:beforeRequest", (event) => {
  const form = event.detail.elt;
  if (!form.matches("form[method=post]")) return;
  if (form.hasAttribute("data-busy")) event.preventDefault();
  form.setAttribute("data-busy", "");
});

document.addEventListener("htmx:afterRequest", ({ detail: { elt: form, successful } }) => {
  if (!form.matches("form[method=post]")) return;
  setBusy(form, false);
  if (successful) edited.delete(nameOf(form));
});

// A link marked data-keeps leads on within the same work, where nothing typed is lost.
document.addEventListener("click", (event) => {
  if (event.target.closest("[data-keeps]")) isLeavingWillingly = true;
});

function isUnsaved(form) {
  return !form.hasAttribute("data-busy") && (form.dataset.leaveWarning === "unsaved" || edited.has(nameOf(form)));
}

addEventListener("beforeunload", (event) => {
  const forms = [...document.querySelectorAll("form[data-leave-warning]")];
  if (!isLeavingWillingly && forms.some(isUnsaved)) event.preventDefault();
});

function focusFirstError(root) {
  const field = root.querySelector("[aria-invalid='true']");
  field?.focus();
  return Boolean(field);
}

if (!document.querySelector("#refusal > *")) focusFirstError(document);
document.addEventListener("focus-first-error", (event) => {
  if (focusFirstError(event.target)) event.preventDefault();
});
