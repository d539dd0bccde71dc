import { bytesOf, joinLines } from './content';

/** One server-sent event. */
export interface ServerSentEvent {
  id?: string;
  event?: string;
  data?: string;
  retry?: string;
  store?: string;
  format?: string;
  /** Its size on the wire, in bytes of UTF-8. */
  bytes: number;
}

/** Parses a text stream into events (WHATWG HTML §9.2.6). Each character is scanned once, however many chunks a message spans. */
export class EventReader {
  readonly #dispatch: (event: ServerSentEvent) => void;
  #pieces: string[] = []; // of the unfinished line
  #endsWithReturn = false;
  #fields: Record<string, string> = {};
  #data: string[] = [];
  #bytes = 0;

  constructor(dispatch: (event: ServerSentEvent) => void) {
    this.#dispatch = dispatch;
  }

  read(chunk: string): void {
    if (!chunk) return;
    if (this.#endsWithReturn && chunk[0] === '\n') chunk = chunk.slice(1);
    this.#endsWithReturn = chunk.endsWith('\r');
    const lines = chunk.split(/\r\n|\r|\n/);
    const rest = lines.pop()!;
    for (const line of lines) {
      this.#pieces.push(line);
      this.#readLine(this.#pieces.length === 1 ? line : this.#pieces.join(''));
      this.#pieces = [];
    }
    if (rest) this.#pieces.push(rest);
  }

  #readLine(line: string): void {
    this.#bytes += bytesOf(line) + 1;
    if (!line) return this.#end();
    const colon = line.indexOf(':');
    if (colon === 0) return; // a comment
    const name = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? '' : line.slice(line[colon + 1] === ' ' ? colon + 2 : colon + 1);
    if (name === 'data') this.#data.push(value);
    else this.#fields[name] = value;
  }

  #end(): void {
    const { ends, ...fields } = this.#fields;
    const event: ServerSentEvent = { ...fields, bytes: this.#bytes };
    if (this.#data.length) event.data = joinLines(this.#data, ends);
    this.#fields = {};
    this.#data = [];
    this.#bytes = 0;
    this.#dispatch(event);
  }
}
