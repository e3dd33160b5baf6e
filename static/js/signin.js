// The door: rules of a password are ticked off while it is typed, and the seconds to the next code are counted.

function holds(line, password) {
  const matching = JSON.parse(line.dataset.patterns).filter((pattern) => new RegExp(pattern, "u").test(password));
  return matching.length >= Number(line.dataset.least);
}

function tick(line, isMet) {
  line.classList.toggle("ok", isMet);
  line.querySelector("use").setAttribute("href", isMet ? "#i-ok" : "#i-open");
  line.querySelector("[data-said]").textContent = isMet ? "Done: " : "";
}

for (const list of document.querySelectorAll("[data-rules-of]")) {
  const field = document.getElementById(list.dataset.rulesOf);
  const lines = [...list.querySelectorAll("[data-patterns]")];
  const tickAll = () => lines.forEach((line) => tick(line, holds(line, field.value)));
  field.addEventListener("input", tickAll);
  tickAll();
}

// The server says how many seconds were left when it answered: its clock counts, not the one of this computer.
for (const place of document.querySelectorAll("[data-seconds]")) {
  const step = Number(place.dataset.step);
  const end = Number(place.dataset.seconds) * 1000;
  const count = () => {
    const left = Math.ceil((end - performance.now()) / 1000);
    const seconds = ((left - 1) % step + step) % step + 1;
    place.textContent = `The next code comes in ${seconds} second${seconds === 1 ? "" : "s"}.`;
  };
  count();
  setInterval(count, 1000);
}
