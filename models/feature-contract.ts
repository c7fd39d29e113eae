/** What the senses measure and the packs read, in order and with units: one file for TypeScript and Python. */
import contract from './features.json' with { type: 'json' };

/** `models/features.json` as it stands. */
export const FEATURES = contract;
