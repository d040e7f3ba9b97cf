/* The buttons to share and to print a page. */
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
  parentElement.querySelector(".print").onclick = () => window.print();
}
