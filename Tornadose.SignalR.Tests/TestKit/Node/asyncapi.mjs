// node asyncapi.mjs '' '{"file":"…/asyncapi.yaml","messages":[["reset","{…}"]]}'
// Prints error {message} for each fault of the document, and for each message that its schema does not allow; then done {schemas}.
import { readFileSync } from 'node:fs';
import Ajv from 'ajv';
import { parse } from 'yaml';
import { end, options, print } from './lines.mjs';

const error = message => print({ type: 'error', message });
const document = parse(readFileSync(options.file, 'utf8'));

function resolve(reference) {
  return reference.slice(2).split('/').reduce((node, key) => node?.[key], document);
}

function checkReferences(node, path) {
  if (node === null || typeof node !== 'object') return;
  if (typeof node.$ref === 'string' && resolve(node.$ref) === undefined) error(`${path}: ${node.$ref} is nowhere`);
  for (const [key, value] of Object.entries(node)) checkReferences(value, `${path}/${key}`);
}

function checkObject(path, node, required, allowed) {
  for (const key of required) if (!(key in (node ?? {}))) error(`${path} lacks ${key}`);
  for (const key of Object.keys(node ?? {})) if (![...required, ...allowed].includes(key)) error(`${path} has ${key}, which AsyncAPI 3 does not know`);
}

if (document.asyncapi !== '3.0.0') error(`the version is ${document.asyncapi}`);
checkObject('#', document, ['asyncapi', 'info', 'channels', 'operations', 'components'], ['defaultContentType', 'servers']);
checkObject('#/info', document.info, ['title', 'version'], ['description', 'license']);
for (const [name, channel] of Object.entries(document.channels))
  checkObject(`#/channels/${name}`, channel, ['address', 'messages'], ['title', 'description', 'parameters', 'bindings']);
for (const [name, operation] of Object.entries(document.operations))
  checkObject(`#/operations/${name}`, operation, ['action', 'channel'], ['title']);
for (const [name, message] of Object.entries(document.components.messages))
  checkObject(`#/components/messages/${name}`, message, ['payload'], ['title', 'summary']);
checkReferences(document, '#');

const ajv = new Ajv({ strict: false, allErrors: true });
ajv.addSchema(document, 'asyncapi');
const validators = {};
for (const [name, text] of options.messages) {
  const validate = validators[name] ??= ajv.compile({ $ref: `asyncapi#/components/messages/${name}/payload` });
  if (!validate(JSON.parse(text))) error(`${name} ${text}: ${ajv.errorsText(validate.errors)}`);
}

print({ type: 'done', schemas: Object.keys(validators).length, all: Object.keys(document.components.messages).length });
end();
