/* The buttons to share and to print a page. */

/* Lay the page out as wide as the paper is (page.css), so that maps and charts have drawn
   themselves for it, then print. */
function print() {
  const { classList } = document.documentElement;
  classList.add("bcumap-printing");
  addEventListener("afterprint", () => classList.remove("bcumap-printing"), { once: true });
  setTimeout(() => window.print(), 700);
}

export default function ({ parentElement }) {
  const said = parentElement.querySelector(".said");
  parentElement.querySelector(".copy").onclick = async () => {
    try {
      await navigator.clipboard.writeText(location.href);
      said.textContent = "The link is copied.";
    } catch {
      said.textContent = location.href; // no clipboard without HTTPS: show what to copy
    }
  };
  parentElement.querySelector(".print").onclick = print;
}
