/* Shows every moment in the reader's own zone. The server's text, which names UTC, stays as the title. */
const spoken = document.documentElement.lang;
const language = spoken === "en" ? "en-GB" : spoken || undefined; // day before month, as the server writes it
const clock = new Intl.DateTimeFormat(language, { day: "numeric", month: "short", year: "numeric", hour: "2-digit", minute: "2-digit" });
const zone = new Intl.DateTimeFormat(language, { timeZoneName: "short" });
const zoneName = (date) => zone.formatToParts(date).find(({ type }) => type === "timeZoneName").value;
const moment = { format: (date) => `${clock.format(date)} ${zoneName(date)}` };
const relative = new Intl.RelativeTimeFormat(language, { numeric: "auto" });
const STEPS = [["day", 86400e3], ["hour", 3600e3], ["minute", 60e3]];

function localise(root) {
  for (const time of root.querySelectorAll("time[data-when]:not([data-local])")) {
    const date = new Date(time.dateTime);
    if (isNaN(date)) continue;
    time.title = time.textContent.trim();
    time.textContent = moment.format(date);
    time.dataset.local = "";
  }
}

/* "in 19 days": kept fresh while the page stays open. */
function countDown() {
  for (const time of document.querySelectorAll("time[data-until]")) {
    const left = new Date(time.dateTime) - Date.now();
    const [unit, size] = STEPS.find(([, size]) => Math.abs(left) >= size) || STEPS[2];
    if (Math.abs(left) >= 60e3) time.textContent = relative.format(Math.trunc(left / size), unit);
    time.title ||= moment.format(new Date(time.dateTime));
  }
}

function besideUtcField(input) {
  const field = input.closest("[data-utc-field]");
  const said = field?.querySelector("[data-utc-local]");
  if (!said) return;
  const date = input.value ? new Date(input.value + "Z") : NaN;
  said.hidden = isNaN(date);
  if (!said.hidden) said.textContent = field.dataset.utcField.replace("{time}", moment.format(date));
}

{
  const all = (root) => {
    localise(root);
    root.querySelectorAll("[data-utc-field] input").forEach(besideUtcField);
  };
  all(document);
  countDown();
  setInterval(countDown, 60e3);
  document.addEventListener("htmx:afterSettle", () => all(document));
  document.addEventListener("input", (event) => besideUtcField(event.target));
}
