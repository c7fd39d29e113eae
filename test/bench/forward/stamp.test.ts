import { describe, expect, it } from 'vitest';
import { readStamp, stampOpus, stampVp8 } from '../../../bench/forward/stamp.ts';
import { encodeOpus, encodeVp8 } from '../../../bench/load/encoder.ts';
import { OpusDecoder } from '../../../pipeline/ingest/opus-decoder.ts';
import { isDamaged, pictureCodec } from '../../../pipeline/ingest/picture-decoder.ts';
import { PictureExporter } from '../../../pipeline/ingest/picture-export.ts';

describe('stamps', () => {
  it('say when a packet left', () => {
    expect(readStamp(stampVp8(Uint8Array.of(1, 2, 3), 1234.5678))).toBe(1234.5678);
    expect(readStamp(stampOpus(Uint8Array.of(0x78, 2, 3), 0.25)!)).toBe(0.25);
  });

  it('are left out of Opus packets with several frames', () => {
    expect(stampOpus(Uint8Array.of(0x79, 2, 3), 1)).toBeUndefined();
    expect(stampOpus(new Uint8Array(0), 1)).toBeUndefined();
  });

  it('are not heard', () => {
    const tone = Int16Array.from({ length: 16_000 }, (_, i) => 8000 * Math.sin(i / 8));
    const [plain, stamped] = [new OpusDecoder(), new OpusDecoder()];
    const packets = encodeOpus(tone);
    expect(packets.length).toBeGreaterThan(10);
    for (const packet of packets) {
      const heard = stamped.decode(stampOpus(packet, performance.now())!);
      expect(heard).toEqual(plain.decode(packet));
      expect(typeof heard).not.toBe('number');
    }
    plain.close();
    stamped.close();
  });

  it('are not seen', () => {
    const pictures = Array.from({ length: 5 }, (_, n) => ({
      width: 64,
      height: 64,
      data: Uint8Array.from({ length: (64 * 64 * 3) / 2 }, (_value, i) => (i * (n + 3)) % 251),
    }));
    // Once: an encoder in real time does not do the same twice.
    const units = encodeVp8(pictures, 40);
    const see = (stamp: (unit: Uint8Array) => Uint8Array): Uint8Array[] => {
      const decoder = pictureCodec('video/VP8')!.open();
      const exporter = new PictureExporter();
      const seen: Uint8Array[] = [];
      for (const unit of units)
        decoder.decode(stamp(unit), 0n, (frame) => {
          expect(isDamaged(frame)).toBe(false);
          seen.push(Uint8Array.from(exporter.export(frame).y));
        });
      decoder.close();
      exporter.close();
      return seen;
    };
    const plain = see((unit) => unit);
    expect(plain).toHaveLength(5);
    expect(see((unit) => stampVp8(unit, performance.now()))).toEqual(plain);
  });
});
