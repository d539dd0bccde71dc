// Restores the published value from its form on the wire. JSON wires write text as a string, and mark a string that is JSON; Server-Sent
// Events write JSON as text, and mark text that could be JSON. So a message is parsed at most once, and is the same on every wire.

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

/** @param line The JSON of the envelope. Its last member is the data as published. */
export function fromEnvelope({ data, format }: Envelope, line: string, json: boolean): unknown {
  if (json || typeof data === 'string' && format !== 'json') return data;
  const head = /[{,]"data":/.exec(line)!; // a quote within a string follows a backslash
  return line.slice(head.index + head[0].length, -1);
}

/** `WatchText` sends the text already. */
export const fromHub = (data: unknown, json: boolean): unknown => json || typeof data === 'string' ? data : JSON.stringify(data);

/** Joins lines with their original line ends: `ends` has a letter for each, and its last letter applies to all that follow. */
export function joinLines(lines: string[], ends = 'n'): string {
  if (ends === 'n') return lines.join('\n');
  const signs: Record<string, string> = { n: '\n', r: '\r', b: '\r\n' };
  return lines.map((line, index) => index ? signs[ends[Math.min(index, ends.length) - 1]!] + line : line).join('');
}

/** The JSON texts of an array's elements, or of an object's members. `at` is the index after the opening bracket. */
export function elements(json: string, at: number): { items: string[]; end: number } {
  const items: string[] = [];
  let depth = 0;
  let begin = at;
  for (;; at++) {
    const sign = json[at];
    if (sign === undefined) throw new SyntaxError('Unterminated array');
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

/** The index of the quote that ends the string. */
function endOfString(json: string, at: number): number {
  do at = json.indexOf('"', at + 1);
  while (at > 0 && isEscaped(json, at));
  if (at < 0) throw new SyntaxError('Unterminated string');
  return at;
}

function isEscaped(json: string, at: number): boolean {
  let first = at;
  while (json[first - 1] === '\\') first--;
  return (at - first) % 2 === 1;
}

/** Whether this marks the start or the end of a keyed store's snapshot. The id of a mark is that of the change before it. */
export const isSnapshotMark = (data: any): boolean =>
  typeof data === 'string' ? data.startsWith('{"headers":{"control":"snapshot-') : `${data?.headers?.control}`.startsWith('snapshot-');
