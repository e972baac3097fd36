// Measurements within a page, called by measures.py.
(() => {
  const PRESSABLE =
    "a[href], button, input:not([type=hidden]), select, textarea, summary, [role=button], [role=link], [role=tab], [role=checkbox]";
  const SPACING =
    "* { line-height: 1.5 !important; letter-spacing: 0.12em !important; word-spacing: 0.16em !important }" +
    "p { margin-block-end: 2em !important }";
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(SPACING);

  const named = (element) => {
    const label = (element.getAttribute("aria-label") || element.innerText || element.id || "").trim().slice(0, 40);
    const kind = element.className && typeof element.className === "string" ? `.${element.className.trim()}` : "";
    return `${element.tagName.toLowerCase()}${kind.replaceAll(/\s+/g, ".")} "${label}"`;
  };
  const shown = (element) =>
    element.checkVisibility({ visibilityProperty: true, opacityProperty: true }) && !element.closest(".unseen");
  const inSentence = (link) => {
    const around = link.parentElement?.cloneNode(true);
    for (const other of around?.querySelectorAll("a, button") ?? []) other.remove();
    return getComputedStyle(link).display === "inline" && Boolean(around?.textContent?.trim());
  };
  // a small box is fine where its label is pressed as well
  const size = (element) => {
    const boxes = [element, ...(element.labels ?? [])].map((part) => part.getBoundingClientRect());
    return { width: Math.max(...boxes.map((box) => box.width)), height: Math.max(...boxes.map((box) => box.height)) };
  };
  const scrolled = (element) => {
    for (let above = element.parentElement; above && above !== document.body; above = above.parentElement) {
      if (/auto|scroll|hidden|clip/.test(getComputedStyle(above).overflowX)) return true;
    }
    return false;
  };
  // text beyond the edge of a box with hidden overflow
  const cut = (element) => {
    const style = getComputedStyle(element);
    if (!/hidden|clip/.test(style.overflowX) || style.textOverflow === "ellipsis") return false;
    const box = element.getBoundingClientRect();
    const texts = document.createTreeWalker(element, NodeFilter.SHOW_TEXT);
    const range = document.createRange();
    while (texts.nextNode()) {
      if (!texts.currentNode.textContent.trim() || !shown(texts.currentNode.parentElement)) continue;
      range.selectNodeContents(texts.currentNode);
      const letters = range.getBoundingClientRect();
      if (letters.right > box.right + 1 || letters.left < box.left - 1) return true;
    }
    return false;
  };

  globalThis.measures = {
    smallTargets(least) {
      return [...document.querySelectorAll(PRESSABLE)]
        .filter((element) => shown(element) && !(element.tagName === "A" && inSentence(element)))
        .map((element) => ({ element, ...size(element), right: element.getBoundingClientRect().right }))
        // leave out off-screen elements such as the skip link
        .filter(({ width, height, right }) => right > 0 && (width < least - 0.5 || height < least - 0.5))
        .map(({ element, width, height }) => `${named(element)} ${width.toFixed(0)} x ${height.toFixed(0)}`);
    },
    sideways() {
      const wide = document.documentElement.clientWidth;
      const elements = [...document.body.querySelectorAll("*")].filter(shown);
      const found = elements.filter(cut).map((element) => `cut off: ${named(element)}`);
      if (document.scrollingElement.scrollWidth <= wide) return found;
      const out = elements.filter((element) => element.getBoundingClientRect().right > wide + 1 && !scrolled(element));
      const innermost = out.filter((element) => !out.some((other) => other !== element && element.contains(other)));
      return [...found, ...(out.length ? innermost : [document.body]).map((element) => `too wide: ${named(element)}`)];
    },
    space(on) {
      document.adoptedStyleSheets = on ? [...document.adoptedStyleSheets, sheet] : document.adoptedStyleSheets.filter((one) => one !== sheet);
    },
    unfocused() {
      const here = document.activeElement;
      if (!here || here === document.body) return "the focus is nowhere";
      if (!here.matches(":focus-visible")) return null;
      const style = getComputedStyle(here);
      const box = here.getBoundingClientRect();
      if (box.width === 0 || box.height === 0 || !here.checkVisibility()) return `the focus is on ${named(here)}, which is not to be seen`;
      const ring = style.outlineStyle !== "none" && Number.parseFloat(style.outlineWidth) >= 2;
      return ring || here.tagName === "H1" || here.tagName === "MAIN" ? null : `nothing shows the focus on ${named(here)}`;
    },
  };
})();
