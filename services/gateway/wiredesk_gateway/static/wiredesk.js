// Suggests names while typing, and puts "/" on the search box. Every page works without this.
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
