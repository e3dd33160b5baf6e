// Completion in the policy editor: the server is asked what can stand at the cursor, and a listbox shows it. The focus
// stays in Ace's text input, which names the option that would be chosen (aria-activedescendant).

/* global ace */
const PAUSE = 80;
const PAGE = 8;
// Longer texts are pasted or dropped, not typed.
const MOST_TYPED = 20;
// A part of a suggestion that is still to be written: `{BucketName}`.
const PLACEHOLDER = /\{[^{}]*\}/;

function make(name, attributes, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  element.append(...children);
  return element;
}

function announce(text) {
  document.dispatchEvent(new CustomEvent("announce", { detail: text }));
}

// The server counts characters, JavaScript counts those beyond U+FFFF twice.
function charactersUpTo(text, index) {
  return [...text.slice(0, index)].length;
}

function indexAfter(text, characters) {
  return [...text].slice(0, characters).join("").length;
}

class Listbox {
  constructor(input) {
    this.input = input;
    this.options = [];
    // A part that scrolls must be within reach of the keyboard, though here the arrows in the text do the scrolling.
    this.list = make("div", { role: "listbox", id: "completion-list", "aria-label": "Suggestions", tabindex: "0" });
    this.doc = make("p", { class: "completion-doc", id: "completion-doc" });
    this.count = make("p", { class: "completion-count" });
    this.root = make("div", { class: "completion", hidden: "" }, this.list, this.doc, this.count);
    // A press would take the focus from the text.
    this.root.addEventListener("mousedown", (event) => event.preventDefault());
  }

  get isOpen() {
    return !this.root.hidden;
  }

  show({ items, total }) {
    this.items = items;
    this.options = items.map(({ label, kind, detail }, number) => make(
      "div", { role: "option", id: `completion-${number}`, "data-kind": kind },
      make("span", { class: "completion-label" }, label), " ", make("span", { class: "completion-detail" }, detail)));
    this.list.replaceChildren(...this.options);
    this.count.textContent = total > items.length ? `${items.length} of ${total}: type on to narrow them down.` : "";
    this.root.hidden = false;
    this.input.setAttribute("aria-controls", this.list.id);
    this.choose(0);
  }

  choose(place) {
    this.place = place;
    this.options.forEach((option, number) => option.setAttribute("aria-selected", String(number === place)));
    const option = this.options[place];
    this.doc.textContent = this.items[place].doc;
    option.setAttribute("aria-describedby", this.doc.id);
    option.scrollIntoView({ block: "nearest" });
    this.input.setAttribute("aria-haspopup", "listbox");
    this.input.setAttribute("aria-autocomplete", "list");
    this.input.setAttribute("aria-activedescendant", option.id);
  }

  // One step goes round; a page stops at the ends.
  move(step) {
    const { length } = this.options;
    const place = this.place + step;
    this.choose(Math.abs(step) === 1 ? (place + length) % length : Math.min(Math.max(place, 0), length - 1));
  }

  close() {
    this.root.hidden = true;
    for (const name of ["aria-activedescendant", "aria-controls", "aria-haspopup", "aria-autocomplete"]) {
      this.input.removeAttribute(name);
    }
  }

  // Under the line of what is completed, or above it where there is more room.
  put({ left, top, height }) {
    const { style, offsetWidth, offsetHeight } = this.root;
    const isBelow = top + height + offsetHeight <= window.innerHeight || top < offsetHeight;
    style.left = `${Math.max(8, Math.min(left, document.documentElement.clientWidth - offsetWidth - 8))}px`;
    style.top = `${isBelow ? top + height : top - offsetHeight}px`;
  }
}

class Completer {
  constructor(editor, field) {
    this.editor = editor;
    this.session = editor.getSession();
    this.field = field;
    this.listbox = new Listbox(editor.textInput.getElement());
    this.isRefused = false;
    this.keys = {
      up: () => this.listbox.move(-1),
      down: () => this.listbox.move(1),
      pageup: () => this.listbox.move(-PAGE),
      pagedown: () => this.listbox.move(PAGE),
      return: () => this.accept(this.listbox.place),
      tab: () => this.accept(this.listbox.place),
      esc: () => this.close(),
    };
    editor.container.after(this.listbox.root);
  }

  listen() {
    const { editor, listbox } = this;
    editor.commands.addCommand({
      name: "complete", bindKey: "Ctrl-Space", exec: () => this.ask({ isWanted: true }),
    });
    editor.keyBinding.addKeyboardHandler({ handleKeyboard: (_, modifiers, key) => this.press(modifiers, key) });
    editor.commands.on("afterExec", ({ command, args }) => this.follow(command.name, args));
    editor.on("blur", () => this.close());
    editor.on("mousedown", () => this.close());
    // What is shown is about an older text from here on.
    this.session.on("change", () => { this.isStale = true; });
    listbox.list.addEventListener("click", ({ target }) => {
      const place = listbox.options.indexOf(target.closest("[role=option]"));
      if (place >= 0) this.accept(place);
    });
    for (const change of ["scroll", "resize"]) window.addEventListener(change, () => this.put(), true);
    this.session.on("changeScrollTop", () => this.put());
    this.session.on("changeScrollLeft", () => this.put());
  }

  // While the list is open, its keys are taken before Ace sees them.
  press(modifiers, key) {
    const act = this.listbox.isOpen && modifiers === 0 && Object.hasOwn(this.keys, key) ? this.keys[key] : null;
    act?.();
    return act ? { command: "null" } : undefined;
  }

  // Typing in a string asks; any other command than correcting goes elsewhere.
  follow(name, typed) {
    const isTyped = name === "insertstring" && typed?.length <= MOST_TYPED && this.isInString();
    const isCorrected = name === "backspace" && this.listbox.isOpen;
    if (isTyped || isCorrected) this.askSoon();
    else if (name !== "complete") this.close();
  }

  isInString() {
    const { row, column } = this.editor.getCursorPosition();
    return /string|variable/.test(this.session.getTokenAt(row, column)?.type ?? "");
  }

  askSoon() {
    this.cancel();
    if (!this.isRefused) this.timer = setTimeout(() => this.ask({ isWanted: false }), PAUSE);
  }

  cancel() {
    clearTimeout(this.timer);
    this.request?.abort();
  }

  close() {
    this.cancel();
    if (this.listbox.isOpen) this.listbox.close();
  }

  // The newest request wins: the one before is given up, and no answer is shown but to the present text and place.
  async ask({ isWanted }) {
    this.cancel();
    const request = this.request = new AbortController();
    const text = this.editor.getValue();
    const at = this.session.doc.positionToIndex(this.editor.getCursorPosition());
    const body = new URLSearchParams({
      csrfmiddlewaretoken: this.field.form.elements.csrfmiddlewaretoken.value,
      policy_document: text,
      offset: charactersUpTo(text, at),
      policy_type: this.field.dataset.policyType,
    });
    this.isStale = false;
    try {
      const response = await fetch(this.field.dataset.completion, { method: "POST", body, signal: request.signal });
      const answer = await response.json();
      if (request.signal.aborted || this.isStale) return;
      if (response.ok) this.show(answer, text, isWanted);
      else this.refuse(response.status, answer.message, isWanted);
    } catch (error) {
      if (request.signal.aborted) return;
      if (!(error instanceof TypeError || error instanceof SyntaxError)) throw error;
      this.refuse(0, "Completion does not answer.", isWanted);
    }
  }

  // Who may not ask is not asked for again with every key.
  refuse(status, message, isWanted) {
    this.isRefused = status === 403;
    this.close();
    if (isWanted) announce(message);
  }

  show(answer, text, isWanted) {
    const { doc } = this.session;
    const [start, end] = [answer.from, answer.to].map((characters) => doc.indexToPosition(indexAfter(text, characters)));
    this.range = ace.Range.fromPoints(start, end);
    const isWhole = answer.items.length === 1 && answer.items[0].text === this.session.getTextRange(this.range);
    if (!answer.items.length || (isWhole && !isWanted)) {
      this.close();
      if (isWanted) announce("No suggestions here.");
      return;
    }
    const wasOpen = this.listbox.isOpen;
    this.listbox.show(answer);
    this.put();
    if (!wasOpen) announce(`${answer.total} ${answer.total === 1 ? "suggestion" : "suggestions"}.`);
  }

  put() {
    if (!this.listbox.isOpen) return;
    const { renderer } = this.editor;
    const { pageX, pageY } = renderer.textToScreenCoordinates(this.range.start.row, this.range.start.column);
    this.listbox.put({ left: pageX, top: pageY, height: renderer.lineHeight });
  }

  // One step of the history of its own: Ctrl+Z takes back the choice and nothing else.
  accept(place) {
    // The list is about an older text, and its range would cut in the wrong place; the next answer is on its way.
    if (this.isStale) return;
    const { text, label } = this.listbox.items[place];
    this.close();
    this.session.mergeUndoDeltas = false;
    const end = this.session.replace(this.range, text);
    this.session.mergeUndoDeltas = false;
    this.goOn(this.range.start, end, text);
    if (label.endsWith(":")) this.askSoon();
  }

  // To the first part that is still to be written, selected so that typing replaces it; else behind what was chosen.
  goOn(start, end, text) {
    const open = PLACEHOLDER.exec(text);
    const from = open ? start.column + open.index : end.column;
    const to = open ? from + open[0].length : end.column;
    this.editor.selection.setRange(new ace.Range(end.row, from, end.row, to));
    this.editor.renderer.scrollCursorIntoView();
  }
}

export function offerCompletions(editor, field) {
  new Completer(editor, field).listen();
}
