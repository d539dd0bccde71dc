// node yaml.mjs '' '{"text":"…"}'
// Prints done, or error {message}.
import { parseAllDocuments } from 'yaml';
import { end, options, print } from './lines.mjs';

const errors = parseAllDocuments(options.text).flatMap(document => document.errors);
print(errors.length === 0 ? { type: 'done' } : { type: 'error', message: errors[0].message });
end();
