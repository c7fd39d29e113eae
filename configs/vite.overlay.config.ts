import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';
import page from './vite.config.ts';

const path = (relative: string): string => fileURLToPath(new URL(relative, import.meta.url));

// `undertone/overlay`: one file with everything in it, so that a page without a bundler can load it.
export default defineConfig({
  ...page,
  root: path('../agent/overlay'),
  build: {
    outDir: path('../dist/overlay'),
    emptyOutDir: true,
    target: 'es2022',
    // Said here, because libraries otherwise keep their white space for another tool to take out.
    rolldownOptions: { output: { minify: true } },
    lib: { entry: path('../agent/overlay/index.ts'), formats: ['es'], fileName: () => 'undertone-overlay.js' },
  },
});
