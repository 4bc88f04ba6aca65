// Filters and search. A page is whole without this file; it only hides what was not
// asked for. What is asked for stands in the address, so that it can be sent on.
"use strict";

for (const bar of document.querySelectorAll(".filters")) {
  const target = document.getElementById(bar.dataset.for);
  if (!target) continue;
  bar.hidden = false;
  const items = [...target.querySelectorAll("tbody tr, [data-item]")];
  const filters = [...bar.querySelectorAll("[data-filter]")];
  const search = bar.querySelector("[data-search]");
  const columns = bar.querySelector("[data-columns]");
  const said = bar.querySelector("output");

  for (const f of filters) {
    const values = new Set(items.map((i) => i.dataset[f.dataset.filter]).filter(Boolean));
    for (const v of [...values].sort()) f.append(new Option(v, v));
    if (values.size < 2) f.closest("label").hidden = true;
  }

  const apply = () => {
    const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    let shown = 0;
    for (const item of items) {
      const text = words.length ? item.textContent.toLowerCase() : "";
      const fits = filters.every((f) => !f.value || item.dataset[f.dataset.filter] === f.value) && words.every((w) => text.includes(w));
      item.hidden = !fits;
      if (fits) shown++;
    }
    if (columns) {
      for (const c of target.querySelectorAll("[data-domain]")) c.hidden = columns.value !== "" && c.dataset.domain !== columns.value;
    }
    said.textContent = shown === items.length ? "" : `${shown} of ${items.length}`;
    const asked = new URLSearchParams();
    if (search.value) asked.set("q", search.value);
    for (const f of filters) if (f.value) asked.set(f.dataset.filter, f.value);
    if (columns && columns.value) asked.set("domain", columns.value);
    const query = asked.toString();
    if (query !== location.search.slice(1)) history.replaceState(null, "", (query ? "?" + query : location.pathname) + location.hash);
  };

  const asked = new URLSearchParams(location.search);
  search.value = asked.get("q") || "";
  for (const f of filters) if ([...f.options].some((o) => o.value === asked.get(f.dataset.filter))) f.value = asked.get(f.dataset.filter);
  if (columns && asked.get("domain")) columns.value = asked.get("domain");
  bar.addEventListener("input", apply);
  if (location.search) apply();
}

// Search in all calls of a trial: a file of words says in which pages they stand. It is
// loaded as a script when somebody searches, which works without a server too.
for (const bar of document.querySelectorAll("[data-words]")) {
  const search = bar.querySelector("input");
  const said = bar.querySelector("output");
  let index = null;
  bar.hidden = false;

  const apply = () => {
    said.replaceChildren();
    const words = search.value.toLowerCase().split(/[^\p{L}\p{Nd}]+/u).filter(Boolean).map((w) => [...w].slice(0, 32).join(""));
    if (!index || !words.length) return;
    // Where a word stands: a list of parts, or hexadecimal digits of four parts each.
    const stands = (at, part) => typeof at === "string" ? (parseInt(at[part >> 2] || "0", 16) >> (part & 3)) & 1 : at.includes(part);
    const places = words.map((w) => Object.keys(index.words).filter((k) => k.includes(w)).map((k) => index.words[k]));
    const found = index.parts.map((_, part) => part).filter((part) => places.every((word) => word.some((at) => stands(at, part))));
    said.append(found.length ? "in part " : "in no part");
    found.forEach((part, i) => {
      const link = document.createElement("a");
      link.href = index.parts[part] + "?q=" + encodeURIComponent(search.value);
      link.textContent = part + 1;
      said.append(i ? ", " : "", link);
    });
    if (!index.whole) said.append(" (not all words are in the index)");
  };
  window.callWords = (loaded) => {
    index = loaded;
    apply();
  };
  search.addEventListener("focus", () => {
    const script = document.createElement("script");
    script.src = bar.dataset.words;
    script.onerror = () => said.replaceChildren(bar.dataset.words + " cannot be loaded");
    document.head.append(script);
  }, { once: true });
  search.addEventListener("input", apply);
}
