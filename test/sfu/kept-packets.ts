import { once } from 'node:events';
import type { SenderReport, TapSink } from '../../sfu/index.ts';

/** A sink that keeps everything and says when a packet or the end came. */
export class KeptPackets extends EventTarget implements TapSink {
  readonly packets: Uint8Array[] = [];
  readonly reports: SenderReport[] = [];
  readonly mutes: boolean[] = [];
  readonly ends: Array<Error | undefined> = [];
  onPacket = (): void => {};

  packet(rtp: Uint8Array): void {
    this.packets.push(rtp);
    this.dispatchEvent(new Event('packet'));
    this.onPacket();
  }
  senderReport(report: SenderReport): void {
    this.reports.push(report);
    this.dispatchEvent(new Event('packet'));
  }
  muted(muted: boolean): void {
    this.mutes.push(muted);
  }
  closed(error?: Error): void {
    this.ends.push(error);
    this.dispatchEvent(new Event('packet'));
  }

  async until(enough: () => boolean): Promise<void> {
    while (!enough()) await once(this, 'packet');
  }
}
