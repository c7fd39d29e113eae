/** Sessions of one pack on one provider, their tensors checked against what the pack and the features promise. */
import { join } from 'node:path';
import { InferenceSession } from 'onnxruntime-node';
import { FEATURES as features } from '../feature-contract.ts';
import type { Pack } from '../pack.ts';
import { ModelError } from './errors.ts';

export interface Sessions {
  readonly variant: string;
  readonly provider: string;
  readonly hop: InferenceSession;
  readonly speak: InferenceSession;
}

export const FACE_SHAPE = [features.face.framesPerHop, features.face.features.length] as const;
export const VOICE_SHAPE = [features.voice.segmentsPerHop, features.voice.features.length] as const;
export const CAPTION_SHAPE = [features.caption.rowsPerHop, features.caption.features.length] as const;

/** Opens the first variant of the pack that names this provider. Rejects when there is none or it does not fit. */
export async function openSessions(pack: Pack, provider: string, threads: number): Promise<Sessions> {
  const variant = pack.manifest.variants.find(({ providers }) => providers.includes(provider));
  if (variant === undefined) throw new Error(`the pack ${pack.id} has no variant for ${provider}`);
  const options: InferenceSession.SessionOptions = {
    executionProviders: [provider],
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
  };
  const hop = await create(pack, variant.graphs.hop, options);
  try {
    checkShapes(hop, join(pack.dir, variant.graphs.hop), hopInputs(pack));
    const speak = await create(pack, variant.graphs.speak, options);
    checkShapes(speak, join(pack.dir, variant.graphs.speak), speakInputs(pack));
    return { variant: variant.name, provider, hop, speak };
  } catch (error) {
    await hop.release();
    throw error;
  }
}

async function create(pack: Pack, file: string, options: InferenceSession.SessionOptions): Promise<InferenceSession> {
  return InferenceSession.create(join(pack.dir, file), options);
}

type Shapes = Readonly<Record<string, readonly (number | undefined)[]>>;

/** Inputs that the hop graph must take; `undefined` stands for a dynamic dimension. */
function hopInputs({ manifest }: Pack): Shapes {
  return {
    face: [undefined, ...FACE_SHAPE],
    voice: [undefined, ...VOICE_SHAPE],
    caption: [undefined, ...CAPTION_SHAPE],
    said: [undefined, manifest.saidSize],
    ...Object.fromEntries(manifest.state.map(({ name, shape }) => [name, [undefined, ...shape]])),
  };
}

function speakInputs({ manifest }: Pack): Shapes {
  return {
    said: [undefined, manifest.saidSize],
    bias: [undefined, manifest.vocabulary],
    token: [undefined],
    ...Object.fromEntries(
      manifest.branch.map(({ name, shape: [heads, width] }) => [name, [undefined, heads, undefined, width]]),
    ),
  };
}

function checkShapes(session: InferenceSession, file: string, expected: Shapes): void {
  for (const [name, shape] of Object.entries(expected)) {
    const input = session.inputMetadata.find((entry) => entry.name === name);
    const actual = input?.isTensor === true ? input.shape : undefined;
    const fits = actual?.length === shape.length && shape.every((size, i) => fitsDimension(size, actual[i]));
    if (fits) continue;
    const found = actual === undefined ? 'is missing' : `is [${actual.join(', ')}]`;
    const wanted = shape.map((size) => size ?? 'any').join(', ');
    throw new ModelError(
      'pack-mismatch',
      `${file}: input ${name} ${found}, this build feeds [${wanted}]. Use a pack exported for this build.`,
    );
  }
}

/** A graph may keep a dimension symbolic; one that it fixes must be ours. */
function fitsDimension(expected: number | undefined, actual: number | string | undefined): boolean {
  return typeof actual !== 'number' || actual === expected;
}
