// Pause: what arrives is held back, and given to the views when the reader goes on. Of each store no more is held than its view would keep.
export class Hold {
  #button;
  #label;
  #count;
  #held = new Map();
  #messages = 0;
  #released;
  isPaused = false;

  // released() is told that the page goes on.
  constructor(button, released) {
    this.#button = button;
    this.#released = released;
    this.#label = button.querySelector("[data-pause-label]");
    this.#count = button.querySelector("[data-held]");
    button.addEventListener("click", () => this.#toggle());
  }

  // A keyed store's view keeps a value for each key, however long the pause is, and holds back by itself.
  message(view, message) {
    if (!this.isPaused || view.isKeyed) {
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
    if (this.isPaused && !view.isKeyed) this.#held.set(view, { reset: true, messages: [] });
    else view.reset();
  }

  #of(view) {
    if (!this.#held.has(view)) this.#held.set(view, { reset: false, messages: [] });
    return this.#held.get(view);
  }

  #toggle() {
    this.isPaused = !this.isPaused;
    if (!this.isPaused) this.#release();
    this.#show();
  }

  #release() {
    for (const [view, { reset, messages }] of this.#held) {
      if (reset) view.reset();
      messages.forEach(message => view.add(message));
    }
    this.#held.clear();
    this.#messages = 0;
    this.#released();
  }

  #show() {
    this.#button.setAttribute("aria-pressed", this.isPaused);
    this.#label.textContent = this.isPaused ? "Resume" : "Pause";
    this.#count.textContent = this.isPaused ? `${this.#messages} held back` : "";
  }
}
