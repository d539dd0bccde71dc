// Shared by the scripts: arguments, JSON lines out, JSON lines in, the exit.
import { createInterface } from 'node:readline';

export const url = process.argv[2];
export const options = JSON.parse(process.argv[3] ?? '{}');

let left = options.count ?? Infinity;

export function print(line) {
  process.stdout.write(JSON.stringify(line) + '\n');
}

// Prints a line that counts towards options.count; the script ends with the last one.
export function printCounted(line) {
  print(line);
  if (--left <= 0) end();
}

// Calls a handler for every command; a closed input ends the script, so that it never outlives its test.
export function onCommand(handler, onEnd = async () => {}) {
  createInterface({ input: process.stdin })
    .on('line', line => handler(JSON.parse(line)))
    .on('close', () => onEnd().finally(end));
}

export function end() {
  process.stdout.write('', () => process.exit(0));
}
