// The state of the connection, in words. A screen reader reads each change aloud: what changes every second is hidden from it.
const resetShownFor = 4000;

export class Pill {
  #element;
  #timer = 0;
  #reset = 0;

  constructor(element) {
    this.#element = element;
  }

  show(status) {
    // A reset is over in no time: it stays readable, unless the connection is lost again.
    if (status.state !== "reconnecting" && Date.now() < this.#reset) return;
    clearInterval(this.#timer);
    this[status.state]?.(status);
  }

  // The first attempt; each later one is part of reconnecting.
  connecting() {
    const again = this.#element.dataset.state === "reconnecting";
    this.#say(again ? "reconnecting" : "connecting", again ? "Reconnecting" : "Connecting");
  }

  replaying({ count }) {
    this.#say("replaying", "Replaying", count);
  }

  live() {
    this.#say("live", "Live");
  }

  reconnecting({ until }) {
    this.#reset = 0;
    const tell = () => {
      const seconds = Math.ceil((until - Date.now()) / 1000);
      this.#say("reconnecting", "Reconnecting", seconds > 0 ? `in ${seconds} s` : "");
    };
    tell();
    this.#timer = setInterval(tell, 500);
  }

  reset({ reason }) {
    this.#reset = Date.now() + resetShownFor;
    this.#say("reset", `Reset (${reason}), refilled`);
    this.#timer = setInterval(() => this.show({ state: "live" }), resetShownFor);
  }

  #say(state, text, detail = "") {
    this.#element.dataset.state = state;
    const span = this.#element.querySelector("span");
    // The same words are no change.
    if (span.textContent !== text) span.textContent = text;
    this.#element.querySelector("small").textContent = detail;
  }
}
