// What the stories ask of a page from within (tests/it/support/checks.rs). The browser runs this before each page, so a
// page's own policy has no say in it.
"use strict";
window.rundbrief = (() => {
  const name = (e) => `<${e.localName}${e.id ? " #" + e.id : ""}${e.className ? " ." + e.className : ""}> "${(e.textContent || e.value || "").trim().replace(/\s+/g, " ").slice(0, 40)}"`;
  const seen = (e) => e.checkVisibility({ visibilityProperty: true, contentVisibilityAuto: true }) && e.getClientRects().length > 0;
  const says = (e) => [...e.childNodes].some((node) => node.nodeType === Node.TEXT_NODE && node.data.trim());
  const spacing = new CSSStyleSheet();
  // WCAG 2.2, 1.4.12.
  spacing.replaceSync("* { line-height: 1.5 !important; letter-spacing: 0.12em !important; word-spacing: 0.16em !important } p { margin-bottom: 2em !important }");
  let stops = [];
  let rest = new Map();

  const facts = () => ({
    language: document.documentElement.lang,
    headings: document.querySelectorAll("h1").length,
    focused: document.activeElement?.id ?? "",
    kept: document.cookie.length + localStorage.length + sessionStorage.length,
    foreign: performance.getEntriesByType("resource").map((entry) => entry.name)
      .filter((url) => !url.startsWith(location.origin + "/") && !url.startsWith("data:")),
  });

  // 1.4.10 and 1.4.12: nothing beside the window, nothing cut off.
  const misfits = (spaced) => {
    document.adoptedStyleSheets = spaced ? [spacing] : [];
    const found = [];
    const wide = document.documentElement.scrollWidth > window.innerWidth;
    if (wide) found.push(`the page is ${document.documentElement.scrollWidth} px wide in ${window.innerWidth}`);
    for (const e of document.body.querySelectorAll("*")) {
      if (!seen(e)) continue;
      const box = e.getBoundingClientRect();
      if (wide && box.right > window.innerWidth + 1) found.push(`${name(e)} reaches ${Math.round(box.right)} px`);
      if (!says(e) || box.right <= 0) continue;
      const inline = getComputedStyle(e).display === "inline";
      if (!inline && (e.scrollWidth > e.clientWidth + 2 || e.scrollHeight > e.clientHeight + 4) && !/auto|scroll/.test(getComputedStyle(e).overflow)) {
        found.push(`${name(e)} is larger than its box: ${e.scrollWidth} × ${e.scrollHeight} in ${e.clientWidth} × ${e.clientHeight}`);
      }
      for (let a = e.parentElement; a && a !== document.documentElement; a = a.parentElement) {
        const frame = a.getBoundingClientRect();
        if (/hidden|clip/.test(getComputedStyle(a).overflow) && (box.bottom > frame.bottom + 2 || box.right > frame.right + 2)) found.push(`${name(e)} is cut off by ${name(a)}`);
      }
    }
    document.adoptedStyleSheets = [];
    return found;
  };

  // 2.5.8 lets links be as high as the line they stand in; a row of links is no sentence.
  const inSentence = (e) => {
    if (e.localName !== "a" || getComputedStyle(e).display !== "inline") return false;
    const around = e.parentElement.cloneNode(true);
    around.querySelectorAll("a").forEach((link) => link.remove());
    return around.textContent.trim().length > 2;
  };

  const look = (e) => {
    const style = getComputedStyle(e);
    return { outline: style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2, shadow: style.boxShadow };
  };

  // 2.4.3: what Tab should reach, in the order of the document. Begins at the top.
  const begin = () => {
    window.scrollTo(0, 0);
    const all = "a[href], button, input, select, textarea, summary, iframe, [tabindex], [contenteditable]";
    stops = [...document.querySelectorAll(all)].filter((e) => e.tabIndex >= 0 && !e.disabled && e.type !== "hidden" && seen(e));
    document.body.tabIndex = -1;
    document.body.focus();
    document.body.blur();
    document.body.removeAttribute("tabindex");
    rest = new Map(stops.map((e) => [e, look(e)]));
    return stops.length;
  };

  // 2.4.7, 2.4.11, 2.5.8, at the place Tab has come to for the nth time.
  const arrived = (nth) => {
    const e = document.activeElement;
    if (e !== stops[nth]) return [`Tab no. ${nth + 1} comes to ${e ? name(e) : "nothing"} instead of ${name(stops[nth])}`];
    const found = [];
    const now = look(e);
    if (!(now.outline && !rest.get(e).outline) && now.shadow === rest.get(e).shadow) found.push(`${name(e)} does not show its focus`);
    const box = e.getBoundingClientRect();
    if (!inSentence(e) && (box.width < 24 || box.height < 24)) found.push(`${name(e)} is ${Math.round(box.width)} × ${Math.round(box.height)} px`);
    const line = e.getClientRects()[0];
    const there = document.elementFromPoint(line.x + line.width / 2, line.y + line.height / 2);
    if (!there || !e.contains(there)) found.push(`${name(e)} has the focus and is covered by ${there ? name(there) : "the window's edge"}`);
    return found;
  };

  const barriers = async () => {
    const tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];
    const told = await axe.run(document, { runOnly: { type: "tag", values: tags }, rules: { "target-size": { enabled: true } }, resultTypes: ["violations"] });
    if (told.passes.length < 10) return ["axe has hardly looked at anything"];
    return told.violations.flatMap((rule) => rule.nodes.map((node) => `axe, ${rule.id}: ${node.html.slice(0, 160)}: ${node.failureSummary.replaceAll(/\s+/g, " ")}`));
  };

  return { facts, misfits, begin, arrived, barriers };
})();
