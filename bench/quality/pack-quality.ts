import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { loadPack } from '../../models/index.ts';
import { type Clip, findClips } from './manifest.ts';
import { predictClips } from './pack-predictions.ts';
import { measureQuality, type QualityReport, wheelNeeded } from './quality-command.ts';
import { readWheelFolder } from './wheel-folder.ts';

export interface PackQualityOptions {
  readonly wheel?: string | undefined;
  readonly clips: readonly Clip[];
  /** Folders of packs, scored side by side. */
  readonly packs: readonly string[];
  /** Folder for the predictions, one file a pack; an interrupted run goes on from them. */
  readonly save: string;
  readonly skipMissing: boolean;
  readonly signal: AbortSignal;
}

/** Lets every pack predict every clip, then scores what they said. Throws {@link BenchError}. */
export async function measurePacks(options: PackQualityOptions): Promise<{
  readonly reports: QualityReport[];
  /** Clips that are not there, and predictions that were there from a run before. */
  readonly missing: number;
  readonly resumed: number;
}> {
  const { packs, save, wheel, signal } = options;
  const { found, missing } = findClips(options.clips, options.skipMissing);
  // Before hours of analysis, not after them.
  if (wheel === undefined && found.some(({ task }) => task === 'label' || task === 'labels'))
    throw wheelNeeded('The manifest');
  if (wheel !== undefined) await readWheelFolder(wheel);
  await mkdir(save, { recursive: true });
  const predictions: string[] = [];
  let resumed = 0;
  for (const packDir of packs) {
    const { id } = await loadPack(packDir);
    const file = join(save, `${id.replaceAll(/[^\w.@-]/g, '_')}.jsonl`);
    ({ resumed } = await predictClips(found, { packDir, packName: id, file, signal }));
    predictions.push(file);
  }
  return { reports: await measureQuality({ wheel, predictions }), missing, resumed };
}
