import { describe, expect, it, vi } from 'vitest';
import { facelessCaution, NO_FACE, warnOfFaceless } from '../../../bench/latency/faceless.ts';

describe('pictures without a face', () => {
  it('are said to be no measure of faces, with how to give one, also beside a voice', () => {
    for (const played of [NO_FACE, `${NO_FACE} with Front_Center.wav`])
      expect(facelessCaution(played).join()).toMatch(/no measure of faces.*--media.*configs\/setup-debian\.sh/);
    expect(facelessCaution('astronaut.png with Front_Center.wav')).toEqual([]);
    expect(facelessCaution(undefined)).toEqual([]);
  });

  it('are told of on standard error', () => {
    const written = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
    try {
      warnOfFaceless('a face.mp4');
      expect(written).not.toHaveBeenCalled();
      warnOfFaceless(NO_FACE);
      expect(written.mock.calls.join()).toMatch(/^undertone bench: WARNING: Nobody showed a face/);
    } finally {
      written.mockRestore();
    }
  });
});
