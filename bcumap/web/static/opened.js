/* A page of the static site that was opened as a file says what it cannot do so: browsers let such a
   page read no file beside it, not even a module of its own. */
if (location.protocol === "file:") document.getElementById("from-file").hidden = false;
