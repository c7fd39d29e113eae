/** `undertone doctor`: what this machine can run, for people or as JSON. */
import { inspectRuntime } from '../../models/index.ts';
import { inspectSfu } from '../../sfu/index.ts';

type Runtime = Awaited<ReturnType<typeof inspectRuntime>>;
type Report = Runtime & { readonly media: Awaited<ReturnType<typeof inspectSfu>> };

/** Prints the report. @returns true when at least one pack runs here */
export async function doctor(asJson: boolean): Promise<boolean> {
  const packDir = process.env['UNDERTONE_ANALYSIS_PACK_DIR'];
  const runtime = await inspectRuntime(packDir === undefined ? {} : { packDirs: [packDir] });
  const report: Report = { ...runtime, media: await inspectSfu() };
  process.stdout.write(asJson ? `${JSON.stringify(report, null, 2)}\n` : text(report));
  return report.packs.some((pack) => pack.problem === undefined);
}

function text({ machine, onnxruntime, providers, packs, media }: Report): string {
  const memory = `${(machine.memoryBytes / 2 ** 30).toFixed(1)} GiB`;
  const lines = [
    `Machine      ${machine.system}, ${machine.cpu}, ${machine.cores} cores, ${memory}`,
    `Node         ${machine.node}`,
    `ONNX Runtime ${onnxruntime}`,
    `Media engine ${media.engine}, because ${media.why}`,
    '',
    'Providers',
    ...providers.map(({ provider, refusal }) =>
      refusal
        ? `  no   ${provider}: ${refusal.reason.trim().replace(/\.$/, '')}. ${refusal.advice}`
        : `  yes  ${provider}`,
    ),
    '',
    'Packs',
    ...packs.flatMap(packLines),
    '',
    'Decoding uses FFmpeg as built into the package node-av; that build is under the GPL, version 3.',
  ];
  return `${lines.join('\n')}\n`;
}

function packLines({ dir, pack, provider, variant, timing, problem }: Report['packs'][number]): string[] {
  if (problem) return [`  no   ${dir}: ${problem.message}`];
  const lines = [`  yes  ${pack ?? dir} on ${provider ?? 'unknown'}${variant ? ` (${variant})` : ''}`];
  if (timing) {
    const { hopMs, firstWordMs, speakMs } = timing;
    lines.push(
      `       hop ${hopMs.p50.toFixed(1)} ms (90 %: ${hopMs.p90.toFixed(1)}), first word ${firstWordMs.toFixed(0)} ms, description ${speakMs.toFixed(0)} ms`,
    );
  }
  return lines;
}
