// Sending a list: a file may be dropped anywhere on its field, and one that is too large is told before it is sent. Without this the form still works.
"use strict";

for (const form of document.querySelectorAll("form[data-largest]")) {
  const field = form.querySelector(".drop");
  const input = field.querySelector("input[type=file]");
  const told = form.querySelector("[data-too-large]");
  const fits = () => (input.files[0]?.size ?? 0) <= Number(form.dataset.largest);
  input.addEventListener("change", () => { told.hidden = fits(); });
  form.addEventListener("submit", (event) => { if (!fits()) event.preventDefault(); });
  for (const name of ["dragover", "dragleave", "drop"]) {
    field.addEventListener(name, (event) => {
      event.preventDefault();
      field.classList.toggle("over", name === "dragover");
      if (name !== "drop" || !event.dataTransfer.files.length) return;
      input.files = event.dataTransfer.files;
      told.hidden = fits();
    });
  }
}
