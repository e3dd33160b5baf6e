// Tables with a choice of rows: select all on the page, the count, and the bar that acts on what is selected.
// A form marked data-selection holds the table and its bar; without script the bar is simply there.

function picks(form) {
  return [...form.querySelectorAll("input[data-select]")];
}

function sync(form) {
  const all = picks(form);
  const selected = all.filter((pick) => pick.checked);
  for (const pick of all) pick.closest("tr")?.classList.toggle("selected", pick.checked);
  const selectAll = form.querySelector("input[data-select-all]");
  if (selectAll) {
    selectAll.checked = all.length > 0 && selected.length === all.length;
    selectAll.indeterminate = selected.length > 0 && selected.length < all.length;
  }
  for (const bar of form.querySelectorAll(".bulk")) {
    bar.hidden = selected.length === 0;
    const count = bar.querySelector("[data-selected-count]");
    if (count) count.textContent = `${selected.length} ${selected.length === 1 ? count.dataset.one : count.dataset.many}`;
  }
}

function setAll(form, isChecked) {
  for (const pick of picks(form)) pick.checked = isChecked;
  sync(form);
}

function syncAll() {
  document.querySelectorAll("form[data-selection]").forEach(sync);
}

document.addEventListener("change", (event) => {
  const form = event.target.closest("form[data-selection]");
  if (!form) return;
  if (event.target.matches("[data-select-all]")) setAll(form, event.target.checked);
  else sync(form);
});

document.addEventListener("click", (event) => {
  const form = event.target.closest("[data-clear-selection]")?.closest("form[data-selection]");
  if (!form) return;
  setAll(form, false);
  (form.querySelector("input[data-select-all]") ?? picks(form)[0])?.focus();
});

syncAll();
document.addEventListener("htmx:afterSettle", syncAll);
addEventListener("pageshow", syncAll);
