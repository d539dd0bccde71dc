// What was published, from what is on the wire. JSON wires write text as a string, and mark a string that is JSON; Server-Sent Events
// write JSON as text, and mark text that could be JSON. So each message is parsed once, or not at all, and is the same on every wire.

const encoder = new TextEncoder();

/** The length in UTF-8. */
export const bytesOf = (text: string): number => encoder.encode(text).length;

/** A message of a JSON wire. */
export interface Envelope {
  id?: string;
  store?: string;
  event?: string;
  format?: 'json';
  data?: unknown;
  reset?: { reason: any; id: string; store?: string };
  end?: { id: string; store?: string };
  closed?: unknown;
}

export function fromEvent(text: string, format: string | undefined, json: boolean): unknown {
  if (!json || format === 'text') return text;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** @param line The JSON of the envelope: its last member is the data, as it was published. */
export function fromEnvelope({ data, format }: Envelope, line: string, json: boolean): unknown {
  if (json || typeof data === 'string' && format !== 'json') return data;
  const head = /[{,]"data":/.exec(line)!; // inside of a string a quote has a backslash before it
  return line.slice(head.index + head[0].length, -1);
}

/** What `WatchText` sends is the text already. */
export const fromHub = (data: unknown, json: boolean): unknown => json || typeof data === 'string' ? data : JSON.stringify(data);

/** The lines of a text, with the line ends that it had: a letter for each, the last one for all that follow. */
export function joinLines(lines: string[], ends = 'n'): string {
  if (ends === 'n') return lines.join('\n');
  const signs: Record<string, string> = { n: '\n', r: '\r', b: '\r\n' };
  return lines.map((line, index) => index ? signs[ends[Math.min(index, ends.length) - 1]!] + line : line).join('');
}

/** The elements of an array, or the members of an object, in JSON, each as its text, from behind its bracket. */
export function elements(json: string, at: number): { items: string[]; end: number } {
  const items: string[] = [];
  let depth = 0;
  let begin = at;
  for (;; at++) {
    const sign = json[at];
    if (sign === undefined) throw new SyntaxError('The array has no end');
    if (sign === '"') {
      at = endOfString(json, at);
    } else if (sign === '{' || sign === '[') {
      depth++;
    } else if (depth && (sign === '}' || sign === ']')) {
      depth--;
    } else if (!depth && (sign === ',' || sign === ']' || sign === '}')) {
      if (at > begin) items.push(json.slice(begin, at));
      if (sign !== ',') return { items, end: at + 1 };
      begin = at + 1;
    }
  }
}

/** Where the quote is that ends the string. */
function endOfString(json: string, at: number): number {
  do at = json.indexOf('"', at + 1);
  while (at > 0 && isEscaped(json, at));
  if (at < 0) throw new SyntaxError('The string has no end');
  return at;
}

function isEscaped(json: string, at: number): boolean {
  let first = at;
  while (json[first - 1] === '\\') first--;
  return (at - first) % 2 === 1;
}

/** Whether this says where the snapshot of a keyed store begins or ends: then its id is that of the change before it. */
export const isSnapshotMark = (data: any): boolean =>
  typeof data === 'string' ? data.startsWith('{"headers":{"control":"snapshot-') : `${data?.headers?.control}`.startsWith('snapshot-');
