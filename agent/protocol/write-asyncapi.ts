/**
 * Writes `asyncapi.json` and `README.md` beside itself: `npx tsx agent/protocol/write-asyncapi.ts` after a change of the
 * schemas. Compiled, it writes into `dist`.
 */
import { writeFileSync } from 'node:fs';
import { asyncApiDocument } from './asyncapi.ts';
import { protocolReference } from './reference.ts';

writeFileSync(new URL('./asyncapi.json', import.meta.url), `${JSON.stringify(asyncApiDocument(), undefined, 2)}\n`);
writeFileSync(new URL('./README.md', import.meta.url), protocolReference());
