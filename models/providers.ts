/** Which execution provider runs the models: configured order, each proved by a real run. */
import { InferenceSession, Tensor, env, listSupportedBackends } from 'onnxruntime-node';
import { ModelError } from './runtime/errors.ts';

/** Providers known to the configuration, best first. */
export const PROVIDERS = ['tensorrt', 'cuda', 'webgpu', 'cpu'] as const;

export interface ProviderRefusal {
  readonly provider: string;
  readonly reason: string;
  /** What a person can do about it. */
  readonly advice: string;
}

export interface ProviderChoice<T> {
  readonly provider: string;
  readonly value: T;
  readonly refused: readonly ProviderRefusal[];
}

const GPU_BUILD =
  process.platform === 'linux' && process.arch === 'arm64'
    ? 'needs an NVIDIA driver and ONNX Runtime built on this machine with --use_cuda --use_tensorrt --build_nodejs: for arm64 onnxruntime-node comes with the CPU only.'
    : 'needs linux x64, an NVIDIA driver, and onnxruntime-node installed with --onnxruntime-node-install=cuda12.';
const ADVICE: Record<string, string> = {
  tensorrt: `TensorRT ${GPU_BUILD}`,
  cuda: `CUDA ${GPU_BUILD}`,
  webgpu: 'WebGPU needs a GPU with a working Vulkan, Metal or Direct3D 12 driver.',
  cpu: 'The CPU provider comes with onnxruntime-node; reinstall it.',
};

/** y = x x over 2 x 2: the smallest ONNX graph that proves that a provider computes. */
const TINY_GRAPH = Buffer.from(
  'CAgSADpEChEKAXgKAXgSAXkiBk1hdE11bBIFcHJvYmVaEwoBeBIOCgwIARIICgIIAgoCCAJiEwoBeRIOCgwIARIICgIIAgoCCAJCBAoAEBE=',
  'base64',
);

// What a provider has to say arrives as an exception too; the native library's own print would only repeat it on stderr.
env.logLevel = 'fatal';

/**
 * Tries the providers in order until one survives `attempt`, which must do a real run: a list such as
 * `['cuda', 'cpu']` given to onnxruntime does not fall back, and a provider may be listed yet fail at its first run.
 * Throws {@link ModelError} `no-provider` when none does.
 */
export async function chooseProvider<T>(
  order: readonly string[],
  attempt: (provider: string) => Promise<T>,
): Promise<ProviderChoice<T>> {
  const refused: ProviderRefusal[] = [];
  for (const provider of order) {
    try {
      return { provider, value: await attempt(provider), refused };
    } catch (cause) {
      // A pack that does not fit is no fault of the provider: the next one would refuse it too.
      if (cause instanceof ModelError && cause.code.startsWith('pack-')) throw cause;
      refused.push(refusal(provider, cause));
    }
  }
  const list = refused.map(({ provider, reason, advice }) => `  ${provider}: ${reason}. ${advice}`).join('\n');
  throw new ModelError('no-provider', `No execution provider can run the model:\n${list || '  none was configured'}`);
}

/** Runs a tiny graph on each provider. `refusal` is undefined for those that work. */
export async function probeProviders(
  providers: readonly string[] = PROVIDERS,
): Promise<{ provider: string; refusal: ProviderRefusal | undefined }[]> {
  const found: { provider: string; refusal: ProviderRefusal | undefined }[] = [];
  for (const provider of providers) {
    const failed = await runTinyGraph(provider).then(
      () => undefined,
      (cause: unknown) => refusal(provider, cause),
    );
    found.push({ provider, refusal: failed });
  }
  return found;
}

/** Proves one provider with the tiny graph; rejects with the native reason. */
async function runTinyGraph(provider: string): Promise<void> {
  if (!listSupportedBackends().some(({ name }) => name === provider))
    throw new Error('not in this build of onnxruntime');
  const session = await InferenceSession.create(new Uint8Array(TINY_GRAPH), { executionProviders: [provider] });
  try {
    const { y } = await session.run({ x: new Tensor('float32', Float32Array.of(1, 2, 3, 4), [2, 2]) });
    const data = y?.data;
    if (!(data instanceof Float32Array) || data[0] !== 7 || data[3] !== 22)
      throw new Error('it computes wrong results');
  } finally {
    await session.release();
  }
}

function refusal(provider: string, cause: unknown): ProviderRefusal {
  const message = cause instanceof Error ? cause.message : String(cause);
  // Native messages open with a source path of the build machine: keep what people can use.
  const reason = message.replace(/^\/\S+:\d+ (?:\S+ )*?(?=\w+ was false|Failed|\[)/, '').slice(0, 300);
  return { provider, reason, advice: ADVICE[provider] ?? `Known providers: ${PROVIDERS.join(', ')}.` };
}
