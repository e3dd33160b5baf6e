// The policy editor: Ace laid over the text area of the form. The text area stays the field that is sent and
// checked; HTMX posts it while one types, and what comes back is marked in the text.

/* global ace */
import { offerCompletions } from "./completion.js";

const field = document.getElementById("policy-document");
const form = field.form;
const SEVERITY = { error: "error", security: "warning", warning: "warning", suggestion: "info" };
let spans = [];
let markers = [];
let chosenTab = "";
let sentText = field.value;
let announced = "";

// Set before anything is made: the policy of the page allows neither inline styles nor workers from blobs.
ace.config.set("useStrictCSP", true);
ace.config.set("loadWorkerFromBlob", false);
ace.config.setModuleUrl("ace/ext/searchbox", field.dataset.searchbox);

const host = document.createElement("div");
host.className = "document-editor";
host.textContent = field.value;
field.before(host);
field.hidden = true;

const editor = ace.edit(host);
const session = editor.getSession();
session.setUseWorker(false);
session.setMode("ace/mode/json");
session.setNewLineMode("unix");
session.setUseSoftTabs(true);
session.setTabSize(/\n {2}\S/.test(field.value) ? 2 : 4);
session.setUseWrapMode(false);
editor.setOptions({
  showPrintMargin: false, displayIndentGuides: false, fixedWidthGutter: true, scrollPastEnd: 0.1,
  textInputAriaLabel: "Policy document, JSON", useSvgGutterIcons: false, showFoldWidgets: false,
});
const input = editor.textInput.getElement();
input.setAttribute("aria-describedby", field.getAttribute("aria-describedby"));

function announce(text) {
  if (text !== announced) document.dispatchEvent(new CustomEvent("announce", { detail: text }));
  announced = text;
}

function showCursor() {
  const shown = document.querySelector("[data-cursor]");
  const { row, column } = editor.getCursorPosition();
  if (shown) shown.textContent = `Ln ${row + 1}, Col ${column + 1}`;
}

// Findings are about the text that was sent: as soon as it differs, their fixes would cut in the wrong place.
function allowFixes(isAllowed) {
  for (const button of form.querySelectorAll("[data-fix]")) button.disabled = !isAllowed;
}

session.on("change", () => {
  field.value = editor.getValue();
  allowFixes(field.value === sentText);
  field.dispatchEvent(new Event("input", { bubbles: true }));
});
session.selection.on("changeCursor", () => {
  showCursor();
  const index = session.doc.positionToIndex(editor.getCursorPosition());
  field.dispatchEvent(new CustomEvent("cursor-moved", { detail: index }));
});

// Marks

function rangeOf([startRow, startColumn, endRow, endColumn]) {
  return new ace.Range(startRow, startColumn, endRow, endColumn);
}

// Anchored at both ends, so that a mark moves along with its words until the next answer.
function mark(span) {
  const range = rangeOf(span.range);
  if (range.isEmpty()) range.end.column += 1;
  range.start = session.doc.createAnchor(range.start.row, range.start.column);
  range.end = session.doc.createAnchor(range.end.row, range.end.column);
  return session.addMarker(range, `span-mark ${span.kind}`, "text", false);
}

function showMarks() {
  markers.forEach((marker) => session.removeMarker(marker));
  // The gravest last, since a line shows the sign of the last one.
  const order = ["suggestion", "warning", "security", "error"];
  const sorted = [...spans].sort((one, other) => order.indexOf(one.kind) - order.indexOf(other.kind));
  markers = sorted.map(mark);
  session.setAnnotations(sorted.map(({ range: [row, column], text, kind }) => (
    { row, column, text, type: SEVERITY[kind], className: ` sign-${kind}` })));
}

function showTab(slug, isFocused = false) {
  for (const tab of form.querySelectorAll("[role=tab]")) {
    const isOpen = tab.id === `tab-${slug}`;
    tab.setAttribute("aria-selected", String(isOpen));
    tab.tabIndex = isOpen ? 0 : -1;
    document.getElementById(tab.getAttribute("aria-controls")).classList.toggle("open", isOpen);
    if (isOpen && isFocused) tab.focus();
  }
}

function countOf(kind) {
  return spans.filter((span) => span.kind === kind).length;
}

function readFindings() {
  spans = JSON.parse(document.getElementById("policy-findings").dataset.spans);
  showMarks();
  showCursor();
  if (chosenTab && countOf(chosenTab)) showTab(chosenTab);
}

document.addEventListener("htmx:configRequest", ({ detail }) => {
  if (detail.elt === field) sentText = field.value;
});

// An answer about an older text is dropped: the one about the present text is on its way.
document.addEventListener("htmx:beforeSwap", ({ detail }) => {
  if (detail.requestConfig.elt === field && field.value !== sentText) detail.shouldSwap = false;
});

// Not before all is settled: until then HTMX lets new elements wear the classes of the old ones.
document.addEventListener("htmx:afterSettle", ({ target }) => {
  if (target.id !== "policy-findings") return;
  readFindings();
  const tabs = [...form.querySelectorAll("[role=tab]")].map((tab) => tab.textContent.trim().replace(/\s+/g, " "));
  announce(tabs.join(", "));
});

// Going to a finding, and mending it

function jump(span) {
  const range = rangeOf(span.range);
  editor.selection.setRange(range);
  editor.scrollToLine(range.start.row, true, false);
  editor.focus();
}

// One step of the history of its own: Ctrl+Z takes back the fix and nothing else.
function apply({ title, range, replacement }) {
  session.mergeUndoDeltas = false;
  session.replace(rangeOf(range), replacement);
  session.mergeUndoDeltas = false;
  editor.focus();
  announce(`${title.replaceAll("`", "")}. Ctrl+Z takes it back.`);
}

// Another view of the text writes here too: only what differs is replaced, as one step of the history.
function replaceText(text) {
  const old = editor.getValue();
  const most = Math.min(old.length, text.length);
  let start = 0;
  while (start < most && old[start] === text[start]) start += 1;
  let end = 0;
  while (end < most - start && old.at(-1 - end) === text.at(-1 - end)) end += 1;
  const [from, to] = [start, old.length - end].map((index) => session.doc.indexToPosition(index));
  session.mergeUndoDeltas = false;
  session.replace(ace.Range.fromPoints(from, to), text.slice(start, text.length - end));
  session.mergeUndoDeltas = false;
}

field.addEventListener("replace-text", ({ detail }) => replaceText(detail));
field.addEventListener("undo-text", () => editor.undo());

function spanOf(element, attribute) {
  const number = element?.getAttribute(attribute);
  return spans.find((span) => String(span.number) === number);
}

form.addEventListener("click", (event) => {
  const jumping = spanOf(event.target.closest("[data-jump]"), "data-jump");
  const fixing = spanOf(event.target.closest("[data-fix]"), "data-fix");
  if (jumping || fixing) event.preventDefault();
  if (jumping) jump(jumping);
  if (fixing) apply(fixing.fix);
  const formatting = event.target.closest("[data-format]");
  if (formatting) {
    event.preventDefault();
    format(formatting);
  }
  const tab = event.target.closest("[role=tab]");
  if (tab) showTab(chosenTab = tab.id.slice("tab-".length));
});

// Enter in the box of a request asks it, and does not lead on to the next page.
form.addEventListener("keydown", (event) => {
  const box = event.target.closest("[data-enter=try]");
  if (event.key !== "Enter" || !box || !event.target.matches("input")) return;
  event.preventDefault();
  box.querySelector("button").click();
});

async function format(button) {
  const { csrfmiddlewaretoken } = form.elements;
  const asked = editor.getValue();
  const body = new URLSearchParams({ csrfmiddlewaretoken: csrfmiddlewaretoken.value, policy_document: asked });
  const response = await fetch(button.dataset.format, { method: "POST", body });
  const { text, message } = await response.json().catch(() => ({ message: "The text could not be formatted." }));
  if (text !== undefined && editor.getValue() === asked) replaceText(text);
  announce(text === undefined ? message : "The text is formatted. Ctrl+Z takes it back.");
}

const STEPS = { ArrowRight: 1, ArrowLeft: -1 };
form.addEventListener("keydown", (event) => {
  const tab = event.target.closest("[role=tab]");
  if (!tab || !(event.key in STEPS)) return;
  const tabs = [...form.querySelectorAll("[role=tab]")];
  const next = tabs[(tabs.indexOf(tab) + STEPS[event.key] + tabs.length) % tabs.length];
  showTab(chosenTab = next.id.slice("tab-".length), true);
});

// Alt+E goes from finding to finding in the order of the text. Ace has commands of these names, which stumble over
// findings about an older text.

function goOn(direction) {
  const { row, column } = editor.getSelectionRange().start;
  const places = [...spans].sort((one, other) => one.range[0] - other.range[0] || one.range[1] - other.range[1]);
  const ahead = places.filter(({ range }) => direction * (range[0] - row || range[1] - column) > 0);
  const next = direction > 0 ? ahead[0] ?? places[0] : ahead.at(-1) ?? places.at(-1);
  announce(next ? next.text : "Nothing was found.");
  if (!next) return;
  showTab(chosenTab = next.kind);
  jump(next);
}

editor.commands.addCommand({
  name: "goToNextError", bindKey: { win: "Alt-E", mac: "F4" }, readOnly: true, exec: () => goOn(1),
});
editor.commands.addCommand({
  name: "goToPreviousError", bindKey: { win: "Alt-Shift-E", mac: "Shift-F4" }, readOnly: true, exec: () => goOn(-1),
});

// Tab indents, so there must be a way out: Escape lets the next Tab go on to what follows on the page.

function trapTab(isTrapped) {
  editor.commands.bindKey("Tab", isTrapped ? "indent" : null);
  editor.commands.bindKey("Shift-Tab", isTrapped ? "outdent" : null);
}

editor.commands.addCommand({
  name: "leave", bindKey: "Escape", readOnly: true,
  exec: () => { trapTab(false); announce("Tab now leaves the editor."); },
});
editor.on("focus", () => trapTab(true));
editor.on("blur", () => { announced = ""; });

offerCompletions(editor, field);
form.querySelector(`label[for='${field.id}']`)?.addEventListener("click", () => editor.focus());
readFindings();
