import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';

const path = (relative: string): string => fileURLToPath(new URL(relative, import.meta.url));

// The page shares the protocol with the server, and that takes the event schemas from the pipeline's door. In the browser
// the door leads to the schemas alone: what runs behind it needs Node.
export default defineConfig({
  root: path('../agent/page'),
  resolve: { alias: [{ find: /^.*\/pipeline\/index\.ts$/, replacement: path('../pipeline/events.ts') }] },
  build: {
    outDir: path('../dist/page'),
    emptyOutDir: true,
    target: 'es2022',
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,
  },
});
