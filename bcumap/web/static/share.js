/* The buttons of every page to copy its link, to hand it to the device's own way of sharing, and to
   print it. The link is the page's address and nothing more. */

const SAID_MS = 8000; // so long it is told that the link is copied

const acts = {
  copy: async (said) => {
    try {
      await navigator.clipboard.writeText(location.href);
      said.textContent = "The link is copied.";
      setTimeout(() => (said.textContent = ""), SAID_MS);
    } catch {
      said.textContent = location.href; // no clipboard without HTTPS: show what to copy
    }
  },
  send: () => navigator.share({ title: document.title, url: location.href }).catch(() => {}), // or not
  print,
};

/* Lay the page out as wide as the paper is (page.css), so that maps and charts have drawn
   themselves for it, then print. */
function print() {
  const { classList } = document.documentElement;
  classList.add("bcumap-printing");
  addEventListener("afterprint", () => classList.remove("bcumap-printing"), { once: true });
  setTimeout(() => window.print(), 700);
}

/* Buttons work, and are seen (page.css), from when this has been loaded. */
document.documentElement.classList.add("bcumap-shares");
document.documentElement.classList.toggle("bcumap-sends", Boolean(navigator.share));

export function share(event) {
  const button = event.target.closest?.(".bcumap-share button");
  if (button) acts[button.className]?.(button.parentElement.querySelector(".said"));
}
