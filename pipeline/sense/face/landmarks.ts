/** Points of the 468-point mesh by name; right and left are the person's own. Numbering: MediaPipe's canonical face mesh. */
export const LANDMARKS = {
  rightEyeOuter: 33,
  rightEyeInner: 133,
  leftEyeInner: 362,
  leftEyeOuter: 263,
} as const;
