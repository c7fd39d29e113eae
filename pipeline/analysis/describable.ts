/** A closed hop as describing takes it: a sense that gave nothing is left out instead of being zeros. */
import type { DescribableHop, EarlierStages, Rest } from '../describe/hop-input.ts';
import { CAPTION_WIDTH } from '../sense/caption/caption-features.ts';
import { FACE_SLOTS, type Hop, VOICE_SLOTS } from '../window/hop.ts';

/** The words' sense is there while captions flow: the last column of each row is `valid`. */
export function describable(
  hop: Hop,
  marks: { readonly earlier?: EarlierStages; readonly rest?: Rest | undefined } = {},
): DescribableHop {
  const { startUs, endUs, face, voice, caption, gaps, sensedMs, closedMs } = hop;
  return {
    startUs,
    endUs,
    face: gaps.face < FACE_SLOTS ? face : undefined,
    voice: gaps.voice < VOICE_SLOTS ? voice : undefined,
    caption: caption[CAPTION_WIDTH - 1] > 0 || caption[caption.length - 1] > 0 ? caption : undefined,
    sensedMs,
    closedMs,
    ...marks,
  };
}
