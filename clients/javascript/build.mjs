// node build.mjs: compiles src into dist, for npm, and into the static asset of the server's package.
// node build.mjs --check: fails when the committed asset is not what the source compiles to.
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';

const asset = new URL('../../Tornadose.SignalR/wwwroot/', import.meta.url);
const dist = new URL('./dist/', import.meta.url);
process.chdir(new URL('.', import.meta.url).pathname);

// Minified, because a page without a bundler loads every byte; the map shows the source in a debugger.
async function script() {
  const { outputFiles } = await build({
    entryPoints: ['src/tornadose.ts'],
    outfile: 'tornadose.js',
    bundle: true,
    format: 'esm',
    target: 'es2022',
    minify: true,
    sourcemap: 'linked',
    banner: { js: '// tornadose.js, compiled from clients/javascript/src. How to use it: docs/javascript.md.' },
    write: false,
  });
  return Object.fromEntries(outputFiles.map(file => [file.path.endsWith('.map') ? 'tornadose.js.map' : 'tornadose.js', file.text]));
}

// All public types are in two files, whose declarations need no other file, so one declaration file is enough.
function declarations() {
  execFileSync(process.execPath, [createRequire(import.meta.url).resolve('typescript/bin/tsc')], { stdio: 'inherit' });
  const text = name => readFileSync(new URL(`types/${name}.d.ts`, dist), 'utf8');
  return `${text('types')}${text('tornadose').replace(/^(import|export) [^;]*from .*;\n/gm, '')}`;
}

const files = { 'tornadose.d.ts': declarations(), ...await script() };
mkdirSync(dist, { recursive: true });
for (const [name, text] of Object.entries(files)) {
  writeFileSync(new URL(name, dist), text);
  if (!process.argv.includes('--check')) writeFileSync(new URL(name, asset), text);
  else if (readFileSync(new URL(name, asset), 'utf8') !== text) {
    console.error(`Tornadose.SignalR/wwwroot/${name} is not what clients/javascript/src compiles to. Run npm run build there, and commit the result.`);
    process.exitCode = 1;
  }
}

const code = files['tornadose.js'];
console.log(`tornadose.js: ${Buffer.byteLength(code)} bytes, ${gzipSync(code, { level: 9 }).length} compressed`);
