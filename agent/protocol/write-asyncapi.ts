/**
 * Writes `asyncapi.json` beside itself: `npx tsx agent/protocol/write-asyncapi.ts` after a change of the schemas. Compiled,
 * it writes into `dist`.
 */
import { writeFileSync } from 'node:fs';
import { asyncApiDocument } from './asyncapi.ts';

writeFileSync(new URL('./asyncapi.json', import.meta.url), `${JSON.stringify(asyncApiDocument(), undefined, 2)}\n`);
