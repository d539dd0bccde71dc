// node asyncapi.mjs '' '{"file":"…/asyncapi.yaml","messages":[["reset","{…}"]]}'
// Prints error {message} for each fault of the document, and for each message that its schema does not allow; then done {schemas}.
import { readFileSync } from 'node:fs';
import { Parser } from '@asyncapi/parser';
import Ajv from 'ajv';
import { parse } from 'yaml';
import { end, options, print } from './lines.mjs';

const error = message => print({ type: 'error', message });
const source = readFileSync(options.file, 'utf8');

const { diagnostics } = await new Parser().parse(source);
for (const { path, message } of diagnostics)
  error(`${path.join('/')}: ${message}`);

const document = parse(source);
const ajv = new Ajv({ strict: false, allErrors: true });
ajv.addSchema(document, 'asyncapi');
const validators = {};
for (const [name, text] of options.messages) {
  const validate = validators[name] ??= ajv.compile({ $ref: `asyncapi#/components/messages/${name}/payload` });
  if (!validate(JSON.parse(text))) error(`${name} ${text}: ${ajv.errorsText(validate.errors)}`);
}

print({ type: 'done', schemas: Object.keys(validators).length, all: Object.keys(document.components.messages).length });
end();
