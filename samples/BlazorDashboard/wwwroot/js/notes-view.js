// The notes: a feed, the newest first, and a form that publishes one the way curl does.
export class NotesView {
  #panel;
  #feed;

  constructor(panel, storesUrl) {
    this.#panel = panel;
    this.#feed = panel.querySelector("[data-feed]");
    this.capacity = Number(this.#feed.dataset.capacity);
    const form = panel.querySelector("[data-note-form]");
    form.addEventListener("submit", event => {
      event.preventDefault();
      publish(form, `${storesUrl}/${panel.dataset.store}`);
    });
  }

  add({ id, data }) {
    const template = this.#feed.querySelector("template");
    template.after(template.content.cloneNode(true));
    const note = template.nextElementSibling;
    note.querySelector("p").textContent = data;
    note.querySelector("small").textContent = id ?? "";
    note.classList.add("new");
    while (this.#feed.children.length - 1 > this.capacity) this.#feed.lastElementChild.remove();
    if (id) this.#stand(id);
  }

  // All that are kept come again.
  reset() {
    this.#feed.querySelectorAll("li").forEach(note => note.remove());
  }

  #stand(id) {
    this.#panel.dataset.id = id;
    this.#panel.querySelector("[data-last-id]").textContent = id;
  }
}

// The note comes back through the store, as it does to everybody else: nothing is added to the feed here.
async function publish(form, url) {
  const input = form.elements.namedItem("note");
  const response = await fetch(url, { method: "POST", headers: { "Content-Type": "text/plain" }, body: input.value }).catch(() => null);
  input.setCustomValidity(response?.ok ? "" : "This note was not published: try again.");
  input.reportValidity();
  if (response?.ok) form.reset();
}
