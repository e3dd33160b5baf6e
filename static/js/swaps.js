// After a swap: focus goes on, changes are announced, dialogs open and close, and a failure is told.

const dialog = document.getElementById("dialog");
let focusWasWithin = false;

function focusWithin(root) {
  const isFree = root.dispatchEvent(new CustomEvent("focus-first-error", { bubbles: true, cancelable: true }));
  if (!isFree) return;
  const wanted = root.querySelector("[data-focus], [autofocus]");
  // Otherwise the focus stays where it is, unless the swap took it away.
  if (wanted) wanted.focus();
  else if (focusWasWithin && document.activeElement === document.body && root.id && !root.closest("#flashes, #refusal")) {
    root.setAttribute("tabindex", "-1");
    root.focus({ preventScroll: true });
  }
}

function announceWithin(root) {
  const said = root.matches("[data-announce]") ? root : root.querySelector("[data-announce]");
  if (said) document.dispatchEvent(new CustomEvent("announce", { detail: said.dataset.announce || said.textContent.trim() }));
}

document.addEventListener("htmx:beforeSwap", ({ target }) => {
  const focused = document.activeElement;
  focusWasWithin = focused !== document.body && target instanceof Element && target.contains(focused);
});

// An answer holds the search field as it was asked about. What has been typed since would be lost with it, so that
// answer is dropped: the next one is on its way.
document.addEventListener("htmx:beforeSwap", ({ detail }) => {
  const { elt, formData } = detail.requestConfig;
  if (elt.matches("input[type=search]") && elt.value !== formData.get(elt.name)) detail.shouldSwap = false;
});

document.addEventListener("htmx:afterSwap", ({ target }) => {
  if (target === dialog && dialog.childElementCount && !dialog.open) dialog.showModal();
});

document.addEventListener("htmx:afterSettle", ({ target }) => {
  if (!(target instanceof Element)) return;
  focusWithin(target);
  announceWithin(target);
});

// A refusal appears above the form, perhaps out of sight: go there, after everything else has settled.
document.addEventListener("htmx:oobAfterSwap", ({ detail: { target } }) => {
  if (target.id !== "refusal" || !target.childElementCount) return;
  target.setAttribute("tabindex", "-1");
  setTimeout(() => target.focus(), 50);
});

dialog.addEventListener("close", () => dialog.replaceChildren());

document.addEventListener("click", (event) => {
  const isOutside = event.target === dialog;
  const closer = event.target.closest("[data-close-dialog]");
  if (!isOutside && !(closer && dialog.contains(closer))) return;
  event.preventDefault();
  dialog.close();
});

function tellFailure() {
  const flash = document.getElementById("failure-flash").content.cloneNode(true);
  document.getElementById("flashes")?.append(flash);
}

for (const failure of ["htmx:responseError", "htmx:sendError", "htmx:timeout"]) {
  document.addEventListener(failure, tellFailure);
}
