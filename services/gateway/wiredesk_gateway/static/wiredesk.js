// Suggests names while typing, keeps the pipeline page live, and puts "/" on the search box. Every page works without this.
"use strict";

const PAUSE_MS = 150;
const AGAIN_MS = 5000; // until a stream that was refused is asked for again
const QUIET_MS = 10000; // between two things a screen reader is told
const list = document.getElementById("suggestions");

function debounced(action) {
  let timer;
  return (...given) => {
    clearTimeout(timer);
    timer = setTimeout(() => action(...given), PAUSE_MS);
  };
}

async function suggest(input) {
  const words = input.value.trim();
  if (words.length < 2) {
    list.replaceChildren();
    return;
  }
  const answer = await fetch(`/api/v1/suggest?limit=8&q=${encodeURIComponent(words)}`);
  if (!answer.ok || input.value.trim() !== words) return;
  const wanted = input.dataset.suggest;
  const entities = (await answer.json()).filter((entity) => !wanted || entity.type === wanted);
  list.replaceChildren(
    ...entities.map((entity) => {
      const option = document.createElement("option");
      option.value = wanted ? entity.name : `"${entity.name.replaceAll('"', "")}"`;
      option.label = `${entity.name} (${entity.type}, ${entity.articles})`;
      return option;
    }),
  );
}

for (const input of document.querySelectorAll("input[data-suggest]")) {
  input.addEventListener("input", debounced(() => suggest(input).catch(() => list.replaceChildren())));
}

document.addEventListener("keydown", (event) => {
  const typing = event.target.closest("input, textarea, select, [contenteditable]");
  const box = document.querySelector("input[type=search]");
  if (event.key === "/" && !typing && !event.ctrlKey && !event.metaKey && !event.altKey && box) {
    event.preventDefault();
    box.focus();
    box.select();
  }
});

// The live part of a page takes over what the server sends, node by node: what did not change stays as it is, and with
// it the keyboard's place, what is selected and how far a table is scrolled. What nobody sees is not asked for.
function takeOver(shown, fresh) {
  if (shown.nodeName !== fresh.nodeName) {
    shown.replaceWith(fresh);
    return;
  }
  if (shown.nodeType !== Node.ELEMENT_NODE) {
    if (shown.data !== fresh.data) shown.data = fresh.data;
    return;
  }
  for (const { name } of [...shown.attributes]) if (!fresh.hasAttribute(name)) shown.removeAttribute(name);
  for (const { name, value } of fresh.attributes) if (shown.getAttribute(name) !== value) shown.setAttribute(name, value);
  takeOverChildren(shown, fresh);
}

function takeOverChildren(shown, fresh) {
  const wanted = [...fresh.childNodes];
  wanted.forEach((child, at) => {
    const there = shown.childNodes[at];
    if (there) takeOver(there, child);
    else shown.append(child);
  });
  while (shown.childNodes.length > wanted.length) shown.lastChild.remove();
}

function watch(live) {
  const [controls, connection, pause, told] = ["live-controls", "connection", "pause", "told"].map((name) =>
    document.querySelector(`[data-${name}]`),
  );
  let source, again, announced, spoken = 0;

  function say(words) {
    if (connection.textContent === words) return;
    connection.textContent = words;
    connection.dataset.connection = words === "Live" ? "live" : "";
  }

  // A screen reader hears of a change, not of every number, and not too often.
  function announce() {
    const words = live.querySelector("[data-announce]")?.textContent ?? "";
    if (words === announced || Date.now() - spoken < QUIET_MS) return;
    if (announced !== undefined) {
      told.textContent = words;
      spoken = Date.now();
    }
    announced = words;
  }

  function close() {
    clearTimeout(again);
    source?.close();
    source = undefined;
  }

  function open() {
    close();
    if (document.hidden || pause.getAttribute("aria-pressed") === "true") return;
    source = new EventSource(live.dataset.live);
    source.addEventListener("part", (event) => {
      const fresh = new DOMParser().parseFromString(event.data, "text/html").body;
      takeOverChildren(live, fresh);
      say("Live");
      announce();
    });
    source.addEventListener("error", () => {
      say("Reconnecting");
      if (source?.readyState === EventSource.CLOSED) again = setTimeout(open, AGAIN_MS);
    });
  }

  pause.addEventListener("click", () => {
    const paused = pause.getAttribute("aria-pressed") !== "true";
    pause.setAttribute("aria-pressed", String(paused));
    say(paused ? "Paused" : "Connecting");
    open();
  });
  document.addEventListener("visibilitychange", open);
  window.addEventListener("pagehide", close);
  document.querySelector("[data-unmoved]").remove();
  controls.hidden = false;
  announce();
  open();
}

const live = document.querySelector("[data-live]");
if (live) watch(live);
