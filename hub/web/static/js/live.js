/* Keeps the number on the bell right while the page is looked at: by server-sent events, or by asking now and then where they fail. */
const bell = document.querySelector("[data-live]");
const SOON = 5e3; // the page has just been rendered with the right number
const POLL = 60e3;
let source, timer;

function show({ unread, shown, label }) {
  bell.setAttribute("aria-label", label);
  let count = bell.querySelector(".count");
  if (!unread) return count?.remove();
  if (!count) bell.append((count = Object.assign(document.createElement("b"), { className: "count" })));
  count.textContent = shown;
}

function stream() {
  if (!window.EventSource) return poll();
  source = new EventSource(bell.dataset.live);
  source.onmessage = ({ data }) => show(JSON.parse(data));
  source.onerror = () => source.readyState === EventSource.CLOSED && plan(poll, POLL);
}

async function poll() {
  try {
    const answer = await fetch(bell.dataset.live, { headers: { Accept: "application/json" }, credentials: "same-origin" });
    if (answer.redirected || answer.status === 401) return; // signed out elsewhere
    if (answer.ok) show(await answer.json());
  } catch {
    /* offline: try again */
  }
  plan(poll, POLL);
}

function plan(step, wait) {
  stop();
  timer = setTimeout(step, wait);
}

function stop() {
  clearTimeout(timer);
  source?.close();
}

if (bell) {
  const look = () => (document.hidden ? stop() : plan(stream, SOON));
  document.addEventListener("visibilitychange", look);
  window.addEventListener("pagehide", stop);
  window.addEventListener("pageshow", ({ persisted }) => persisted && look());
  look();
}
