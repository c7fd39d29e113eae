import { expect, it } from 'vitest';
import { Participant } from '../../../pipeline/analysis/participant.ts';
import type { SignalChange } from '../../../pipeline/analysis/signal-board.ts';
import { nowUs } from '../../../pipeline/clock.ts';
import { encodePictures } from '../ingest/encoded-media.ts';
import { pictureStream } from '../ingest/rtp-writer.ts';
import { blindNets, DEAF } from './blind-nets.ts';

const VIDEO = { id: 'v', kind: 'video', mimeType: 'video/VP8', clockRateHz: 90_000 } as const;
const INTERVAL_US = 40_000;

it('says of a track that was cut off that it is lost and why, and that all is well when it comes again', () => {
  const told: Array<Pick<SignalChange, 'modality' | 'state' | 'detail'>> = [];
  const onSignal = ({ modality, state, detail }: SignalChange): void => void told.push({ modality, state, detail });
  const participant = new Participant(
    blindNets(() => {}),
    { ...DEAF, onHop: () => {}, onSignal },
    0,
  );
  const units = encodePictures('vp8', { count: 8, width: 64, height: 36, keyEvery: 4 });
  const packets = pictureStream('vp8', units, { intervalUs: INTERVAL_US, layered: false });
  const startUs = nowUs();
  const play = (track: number): void => {
    for (const { bytes, atUs } of packets) participant.packets(track, [bytes], [startUs + atUs]);
    participant.tick(startUs + packets.length * INTERVAL_US);
  };
  participant.openTrack(1, VIDEO);
  play(1);
  participant.closeTrack(1, 'The tap was cut off.');
  participant.openTrack(2, VIDEO);
  play(2);
  participant.closeTrack(2);
  participant.close();
  expect(told.filter(({ modality }) => modality === 'face')).toEqual([
    { modality: 'face', state: 'ok', detail: undefined },
    { modality: 'face', state: 'lost', detail: 'The tap was cut off.' },
    { modality: 'face', state: 'ok', detail: undefined },
  ]);
});
