// Pause: what arrives is held back, and given to the views when the reader goes on. Of each store no more is held than its view would keep.
export class Hold {
  #button;
  #label;
  #count;
  #held = new Map();
  #messages = 0;
  #paused = false;

  constructor(button) {
    this.#button = button;
    this.#label = button.querySelector("[data-pause-label]");
    this.#count = button.querySelector("[data-held]");
    button.addEventListener("click", () => this.#toggle());
  }

  message(view, message) {
    if (!this.#paused) {
      view.add(message);
      return;
    }
    const held = this.#of(view);
    held.messages.push(message);
    if (held.messages.length > view.capacity) held.messages.shift();
    this.#messages++;
    this.#show();
  }

  // What was held is part of what comes again.
  reset(view) {
    if (this.#paused) this.#held.set(view, { reset: true, messages: [] });
    else view.reset();
  }

  #of(view) {
    if (!this.#held.has(view)) this.#held.set(view, { reset: false, messages: [] });
    return this.#held.get(view);
  }

  #toggle() {
    this.#paused = !this.#paused;
    if (!this.#paused) this.#release();
    this.#show();
  }

  #release() {
    for (const [view, { reset, messages }] of this.#held) {
      if (reset) view.reset();
      messages.forEach(message => view.add(message));
    }
    this.#held.clear();
    this.#messages = 0;
  }

  #show() {
    this.#button.setAttribute("aria-pressed", this.#paused);
    this.#label.textContent = this.#paused ? "Resume" : "Pause";
    this.#count.textContent = this.#paused ? `${this.#messages} held back` : "";
  }
}
