/** Builds what browsers load, as it is published. */
import { fileURLToPath } from 'node:url';
import { build } from 'vite';

/** @param config name of a file in `configs/`; @param outDir an empty folder */
export async function bundle(config: string, outDir: string): Promise<void> {
  const configFile = fileURLToPath(new URL(`../../configs/${config}`, import.meta.url));
  // Under a test runner libraries would come as they are for development.
  const mode = process.env.NODE_ENV;
  process.env.NODE_ENV = 'production';
  try {
    await build({ configFile, logLevel: 'silent', build: { outDir, emptyOutDir: true } });
  } finally {
    process.env.NODE_ENV = mode;
  }
}
