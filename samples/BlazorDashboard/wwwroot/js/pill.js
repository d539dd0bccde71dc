// The state of the connection, in words.
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
    if (status.state === "live" && Date.now() < this.#reset) return;
    clearInterval(this.#timer);
    this[status.state](status);
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

  #say(state, text, countdown = "") {
    this.#element.dataset.state = state;
    const span = this.#element.querySelector("span");
    // A screen reader reads each change aloud: the same words are no change, and the countdown is hidden from it.
    if (span.textContent !== text) span.textContent = text;
    this.#element.querySelector("small").textContent = countdown;
  }
}
