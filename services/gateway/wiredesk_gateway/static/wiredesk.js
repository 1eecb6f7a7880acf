// Suggests names while typing, keeps the pipeline page fresh, and puts "/" on the search box. Every page works without this.
"use strict";

const PAUSE_MS = 150;
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

// A page that asks for it is fetched again, and its live parts take the place of those shown. What is being read with
// the keyboard stays as it is, and so does what nobody sees.
async function refresh() {
  if (document.hidden) return;
  const answer = await fetch(location.href);
  if (!answer.ok) return;
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").querySelectorAll("[data-live]");
  document.querySelectorAll("[data-live]").forEach((shown, at) => {
    if (fresh[at] && !shown.contains(document.activeElement)) shown.replaceWith(fresh[at]);
  });
}

const refreshing = document.querySelector("[data-refresh]");
if (refreshing) {
  refreshing.hidden = false;
  setInterval(() => refresh().catch(() => {}), Number(refreshing.dataset.refresh) * 1000);
}
