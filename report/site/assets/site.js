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
