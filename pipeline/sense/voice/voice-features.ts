/** The columns of a voice row, in the order of `voice.features` in `models/features.json` (a test holds the two together). */
export const VOICE_FEATURES = [
  'loudnessAbs',
  'loudnessRel',
  'loudnessPeakRel',
  'f0Abs',
  'f0Rel',
  'f0Slope',
  'f0RangeRel',
  'voiced',
  'active',
  'hnrAbs',
  'hnrRel',
  'alphaAbs',
  'alphaRel',
  'hammarbergAbs',
  'hammarbergRel',
  'fluxRel',
  'rateRel',
  'jitter',
  'shimmer',
  'centroidRel',
  'mfcc1Rel',
  'mfcc2Rel',
  'mfcc3Rel',
  'mfcc4Rel',
  'mfcc5Rel',
  'mfcc6Rel',
  'mfcc7Rel',
  'mfcc8Rel',
  'pause',
  'quality',
  'ownness',
  'valid',
] as const;

type VoiceFeature = (typeof VOICE_FEATURES)[number];

/** Column of a feature. */
export function voiceColumn(name: VoiceFeature): number {
  return VOICE_FEATURES.indexOf(name);
}
