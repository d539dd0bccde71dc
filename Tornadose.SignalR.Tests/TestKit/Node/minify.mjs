// node minify.mjs '' '{"file":"…/tornadose.js"}': prints done {bytes}, the size of a module after minification.
import { readFileSync } from 'node:fs';
import { minify } from 'terser';
import { end, options, print } from './lines.mjs';

const { code } = await minify(readFileSync(options.file, 'utf8'), { module: true, ecma: 2022, compress: { passes: 3 } });
print({ type: 'done', bytes: Buffer.byteLength(code) });
end();
