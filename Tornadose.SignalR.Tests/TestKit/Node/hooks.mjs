// node hooks.mjs '' '{"framework":"react","hook":"…","module":"…/tornadose.js"}'
// Bundles a component that shows the numbers of the store "orders" by a hook, as an application does, and renders it as a server does.
// Prints bundled {script, html}: the script mounts the component in <main>, and has a global unmount().
import { createRequire } from 'node:module';
import { build } from 'esbuild';
import { compile } from 'svelte/compiler';
import { end, options, print } from './lines.mjs';

const frameworks = {
  react: {
    component: `
      import { createElement } from 'react';
      import { useStore } from 'hook';
      export default function Orders() {
        const { messages, state } = useStore('/stores', 'orders');
        return createElement('ol', { 'data-state': state },
          messages.map(({ id, data }) => createElement('li', { key: id }, data.number)));
      }`,
    // Only in strict mode React mounts each component twice, which reveals an effect that does not clean up.
    browser: `
      import { createElement, StrictMode } from 'react';
      import { createRoot } from 'react-dom/client';
      import Orders from 'component';
      const root = createRoot(document.querySelector('main'));
      root.render(createElement(StrictMode, null, createElement(Orders)));
      globalThis.unmount = () => root.unmount();`,
    server: `
      import { createElement } from 'react';
      import { renderToString } from 'react-dom/server';
      import Orders from 'component';
      export const html = renderToString(createElement(Orders));`,
  },
  vue: {
    component: `
      import { h } from 'vue';
      import { useStore } from 'hook';
      export default {
        setup() {
          const { messages, state } = useStore('/stores', 'orders');
          return () => h('ol', { 'data-state': state.value },
            messages.value.map(({ id, data }) => h('li', { key: id }, data.number)));
        },
      };`,
    browser: `
      import { createApp } from 'vue';
      import Orders from 'component';
      const app = createApp(Orders);
      app.mount('main');
      globalThis.unmount = () => app.unmount();`,
    server: `
      import { createSSRApp } from 'vue';
      import { renderToString } from 'vue/server-renderer';
      import Orders from 'component';
      export const html = renderToString(createSSRApp(Orders));`,
  },
  svelte: {
    component: `
      <script>
        import { messagesOf } from 'hook';
        const messages = messagesOf('/stores', 'orders');
      </script>
      <ol>{#each $messages as { id, data } (id)}<li>{data.number}</li>{/each}</ol>`,
    browser: `
      import { mount, unmount } from 'svelte';
      import Orders from 'component';
      const app = mount(Orders, { target: document.querySelector('main') });
      globalThis.unmount = () => unmount(app);`,
    server: `
      import { render } from 'svelte/server';
      import Orders from 'component';
      export const html = render(Orders).body;`,
  },
};

const { component, browser, server } = frameworks[options.framework];

function parts(generate) {
  const contents = {
    hook: () => options.hook,
    component: () => options.framework === 'svelte' ? compile(component, { generate }).js.code : component,
  };
  return {
    name: 'parts',
    setup({ onResolve, onLoad }) {
      onResolve({ filter: /^@tornadose\/client$/ }, () => ({ path: options.module }));
      onResolve({ filter: /^(hook|component)$/ }, ({ path }) => ({ path, namespace: 'parts' }));
      onLoad({ filter: /.*/, namespace: 'parts' }, ({ path }) => ({ contents: contents[path](), resolveDir: process.cwd() }));
    },
  };
}

async function bundle(entry, generate, settings) {
  const { outputFiles: [file] } = await build({
    stdin: { contents: entry, resolveDir: process.cwd() },
    bundle: true,
    write: false,
    plugins: [parts(generate)],
    ...settings,
  });
  return file.text;
}

const script = await bundle(browser, 'client', { platform: 'browser', format: 'esm' });
const rendering = { exports: {} };
new Function('require', 'module', await bundle(server, 'server', { platform: 'node', format: 'cjs' }))(
  createRequire(import.meta.url), rendering);
print({ type: 'bundled', script, html: await rendering.exports.html });
end();
