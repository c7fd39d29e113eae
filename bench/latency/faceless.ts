/** What is played where nobody gave a face and this machine has none. */
export const NO_FACE = 'a drawn disc (no face)';

/** What must be said of figures for which pictures without a face were played; `played` as reports have it. */
export function facelessCaution(played: string | undefined): string[] {
  return played?.startsWith(NO_FACE)
    ? [
        `Nobody showed a face, but ${NO_FACE}: the face nets found nothing, so this is no measure of faces. ` +
          'Give one with --media, or have configs/setup-debian.sh fetch the photograph, and measure again.',
      ]
    : [];
}

/** Says so at once, on standard error, before minutes are spent on it. */
export function warnOfFaceless(played: string): void {
  for (const caution of facelessCaution(played)) process.stderr.write(`undertone bench: WARNING: ${caution}\n`);
}
