// Keeps pages of running experiments up to date. Without it they are as they were when
// they were asked for.
"use strict";

(() => {
  const root = new URL("..", document.currentScript ? document.currentScript.src : document.querySelector('script[src$="live.js"]').src);
  const here = location.href.slice(root.href.length).replace(/[^/]*$/, "");
  const live = () => document.getElementById("live");
  const trial = here.startsWith("trials/") && document.querySelector("[data-running]") !== null;
  if (!live() && !trial) return;

  const parse = (html) => new DOMParser().parseFromString(html, "text/html");
  const open = () => new Set([...document.querySelectorAll("details[open] > summary")].map((s) => s.textContent));
  let state = null;

  const reload = async () => {
    const answer = await fetch(location.pathname, { cache: "no-store" });
    if (!answer.ok) return;
    const shown = open();
    const main = parse(await answer.text()).querySelector("main");
    for (const s of main.querySelectorAll("details > summary")) if (shown.has(s.textContent)) s.parentElement.open = true;
    document.querySelector("main").replaceWith(main);
  };

  const feed = new EventSource(new URL("events", root));
  feed.onmessage = (event) => {
    const news = JSON.parse(event.data);
    const old = live();
    if (old) old.replaceWith(parse(news.html).getElementById("live"));
    if (!trial) return;
    const now = news.trials[here] || "ended";
    if (state !== null && state !== now) reload();
    state = now;
  };
})();
