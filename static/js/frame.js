// The frame: shortcuts, menus, copying, dismissing, looks. Events are caught at the document, so that what
// a swap brings in behaves like what was there before.

const announcer = document.getElementById("announcer");

document.addEventListener("announce", (event) => {
  announcer.textContent = "";
  // A region that is filled with the same words again stays silent unless it was empty in between.
  setTimeout(() => { announcer.textContent = event.detail; }, 50);
});

function announce(text) {
  document.dispatchEvent(new CustomEvent("announce", { detail: text }));
}

async function copy(button) {
  try {
    // A text that is being written is copied as it is by now.
    const { copy: text, copyFrom } = button.dataset;
    await navigator.clipboard.writeText(text ?? document.getElementById(copyFrom).value);
    announce(button.dataset.copied);
    button.classList.add("copied");
    setTimeout(() => button.classList.remove("copied"), 2000);
  } catch {
    announce("Copying is not possible here: select the text instead.");
  }
}

function closeMenus(except) {
  for (const menu of document.querySelectorAll("details.menu[open]")) {
    if (menu !== except) menu.open = false;
  }
}

document.addEventListener("click", (event) => {
  closeMenus(event.target.closest("details.menu"));
  const copier = event.target.closest("[data-copy], [data-copy-from]");
  if (copier) copy(copier);
  if (event.target.closest("[data-dismiss]")) event.target.closest(".flash").remove();
});

function isTyping(element) {
  return element.matches("input, textarea, select, [contenteditable]");
}

function visible(selector) {
  return [...document.querySelectorAll(selector)].find((element) => element.checkVisibility());
}

document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") {
    const menu = document.querySelector("details.menu[open]");
    closeMenus();
    menu?.querySelector("summary").focus();
    if (location.hash === "#nav") location.hash = "#main";
  }
  if (event.key === "/" && !event.ctrlKey && !event.metaKey && !event.altKey && !isTyping(event.target)) {
    const field = visible("[data-shortcut='/']");
    if (!field) return;
    event.preventDefault();
    field.select();
  }
});

document.addEventListener("preference-changed", ({ detail }) => {
  document.documentElement.dataset[detail.name] = detail.value;
  announce(document.getElementById(`preference-${detail.name}`)?.getAttribute("aria-label") ?? "");
});
