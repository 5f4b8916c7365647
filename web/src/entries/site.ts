/**
 * On every page: light or dark and the size of the text without a reload, and the web font once
 * all else is there. The server does the first two as well, by the links' own addresses.
 */

const ROOT = document.documentElement;
const KEPT_SECONDS = 31_536_000;
const FONT_DELAY = 3_000;
const FONTS = "hanpyo.fonts";

/** Show one setting in the page, mark the link that stands for it, and keep it in a cookie. */
function choose(name: string, value: string): void {
  ROOT.setAttribute(`data-${name}`, value);
  for (const each of document.querySelectorAll(`a[data-set="${name}"]`)) {
    if (each.getAttribute("data-value") === value) {
      each.setAttribute("aria-current", "true");
    } else {
      each.removeAttribute("aria-current");
    }
  }
  const secure = location.protocol === "https:" ? "; Secure" : "";
  // biome-ignore lint/suspicious/noDocumentCookie: not every browser has the Cookie Store API
  document.cookie = `hanpyo_${name}=${value}; Path=/; Max-Age=${KEPT_SECONDS}; SameSite=Lax${secure}`;
}

function settings(): void {
  document.addEventListener("click", (event) => {
    const link = event.target instanceof Element ? event.target.closest("a[data-set]") : null;
    const [name, value] = [link?.getAttribute("data-set"), link?.getAttribute("data-value")];
    if (name && value) {
      event.preventDefault();
      choose(name, value);
    }
  });
  const panel = document.querySelector<HTMLDetailsElement>(".settings");
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && panel?.open) {
      panel.open = false;
      panel.querySelector("summary")?.focus();
    }
  });
  panel?.addEventListener("focusout", ({ relatedTarget }) => {
    if (relatedTarget instanceof Node && !panel.contains(relatedTarget)) {
      panel.open = false; // it would cover what has the focus now
    }
  });
}

/** Put the web font in: its subsets come as texts need them. */
function fonts(href: string): void {
  const link = document.createElement("link");
  link.rel = "stylesheet";
  link.href = href;
  link.addEventListener("load", () => remember(href));
  document.head.append(link);
}

/** A font that this browser has already is used at once; else all that matters comes first. */
function fontsInTurn(): void {
  const href = ROOT.getAttribute("data-fonts");
  if (!href) {
    return;
  }
  if (isKept(href)) {
    fonts(href);
  } else if (document.readyState === "complete") {
    setTimeout(fonts, FONT_DELAY, href);
  } else {
    addEventListener("load", () => setTimeout(fonts, FONT_DELAY, href), { once: true });
  }
}

function isKept(href: string): boolean {
  try {
    return localStorage.getItem(FONTS) === href;
  } catch {
    return false;
  }
}

function remember(href: string): void {
  try {
    localStorage.setItem(FONTS, href);
  } catch {
    // A browser that keeps nothing gets the font late on every page.
  }
}

settings();
fontsInTurn();
