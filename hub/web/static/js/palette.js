/* Ctrl/Cmd+K: go to any page the bars and menus link to, or search everything. */
const dialog = document.getElementById("palette");
let input, list, pages, at;

function gather() {
  const seen = new Map();
  for (const link of document.querySelectorAll(".bar nav a, .menu-sheet a, .foot nav a")) {
    const label = link.textContent.trim();
    if (label && !link.hash && !seen.has(link.pathname)) seen.set(link.pathname, { label, href: link.href });
  }
  return [...seen.values()];
}

function row(label, href, index) {
  const link = document.createElement("a");
  Object.assign(link, { href, textContent: label, id: `palette-${index}`, tabIndex: -1 });
  link.setAttribute("role", "option");
  return link;
}

function mark(next) {
  const rows = list.children;
  at = (next + rows.length) % rows.length;
  [...rows].forEach((one, index) => one.setAttribute("aria-selected", String(index === at)));
  input.setAttribute("aria-activedescendant", rows[at]?.id || "");
  rows[at]?.scrollIntoView({ block: "nearest" });
}

function draw() {
  const words = input.value.trim();
  const hits = pages.filter(({ label }) => label.toLowerCase().includes(words.toLowerCase()));
  const rows = hits.map(({ label, href }, index) => row(label, href, index));
  if (words) rows.push(row(list.dataset.searchLabel.replace("{q}", words), `${input.form.action}?q=${encodeURIComponent(words)}`, rows.length));
  list.replaceChildren(...rows);
  mark(0);
}

function show(event) {
  event.preventDefault();
  pages = gather();
  input.value = "";
  draw();
  if (!dialog.open) dialog.showModal();
}

function start() {
  [input, list] = [dialog.querySelector("input"), dialog.querySelector("[role=listbox]")];
  document.addEventListener("keydown", (event) => {
    if ((event.ctrlKey || event.metaKey) && !event.altKey && event.key.toLowerCase() === "k") show(event);
  });
  document.addEventListener("click", (event) => {
    const opener = event.target.closest("[data-palette-open]");
    if (opener && !event.ctrlKey && !event.metaKey) show(event);
  });
  input.addEventListener("input", draw);
  input.addEventListener("keydown", (event) => {
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      mark(at + (event.key === "ArrowDown" ? 1 : -1));
    } else if (event.key === "Escape") {
      dialog.close(); // a search field would only empty itself
    } else if (event.key === "Enter" && list.children[at]) {
      event.preventDefault();
      location.assign(list.children[at].href);
    }
  });
}

if (dialog?.showModal) start();
