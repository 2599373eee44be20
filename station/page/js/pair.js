// Pairing: the code comes with the link that the station printed, or is typed in.

import { post } from "./api.js";

const form = document.getElementById("pair");
const said = document.getElementById("said");

// The code is taken out of the address, so that no history keeps it.
const given = location.hash.slice(1) || new URLSearchParams(location.search).get("code");
if (given) {
  form.elements.code.value = given;
  history.replaceState(null, "", "/pair");
  pair();
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  pair();
});

async function pair() {
  said.textContent = "";
  try {
    await post("/api/pair", { code: form.elements.code.value.trim() });
    location.replace("/");
  } catch (failure) {
    said.textContent = failure.words ?? String(failure);
    form.elements.code.select();
  }
}
