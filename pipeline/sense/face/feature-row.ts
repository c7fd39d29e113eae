/** Where each face feature lies in a row. `models/features.json` is the contract; this finds its way in it by name. */
import { FEATURES as contract } from '../../../models/index.ts';

/** `face.features` of the contract. */
export const FACE_FEATURES: readonly string[] = contract.face.features;

/** Index of a feature in the row; throws at start-up when the contract lacks it. */
export function featureIndex(name: string): number {
  const index = FACE_FEATURES.indexOf(name);
  if (index < 0)
    throw new Error(`models/features.json has no face feature "${name}": the sensor and the contract disagree`);
  return index;
}
