/** The face nets in onnxruntime: one session each, one input tensor each, shared by all faces of a worker. */
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { FaceModelError } from './face-model-error.ts';
import { FACE_NETS, type FaceNetName } from './manifest.ts';
import type { FaceModelPaths } from './prepare.ts';

/** Writes a net's input in place: planar float32, as `FACE_NETS[name].input` says. */
export type FillInput = (input: Float32Array) => void;

/** Outputs by name, as `FACE_NETS[name].outputs` lists them; the arrays are the caller's. */
export type NetOutputs = Readonly<Record<string, Float32Array>>;

/** One worker, one core: threads would fight over it, and spinning would burn what other participants need. */
const SESSION: InferenceSession.SessionOptions = {
  intraOpNumThreads: 1,
  interOpNumThreads: 1,
  executionMode: 'sequential',
  graphOptimizationLevel: 'all',
  extra: { session: { intra_op: { allow_spinning: '0' } } },
};

/** One net. Runs queue up: the input tensor is filled only when the run before has ended. */
export class FaceNet {
  readonly #session: InferenceSession;
  readonly #input: Float32Array;
  readonly #feeds: Record<string, Tensor>;
  #tail: Promise<unknown> = Promise.resolve();

  private constructor(session: InferenceSession, input: Float32Array, dims: readonly number[]) {
    this.#session = session;
    this.#input = input;
    this.#feeds = { image: new Tensor('float32', input, dims) };
  }

  static async open(name: FaceNetName, path: string): Promise<FaceNet> {
    const dims = FACE_NETS[name].input;
    try {
      const session = await InferenceSession.create(path, SESSION);
      return new FaceNet(session, new Float32Array(dims.reduce((product, dim) => product * dim, 1)), dims);
    } catch (cause) {
      throw new FaceModelError(
        'face-session',
        `onnxruntime cannot open the ${name} net ${path}. Delete the file and start again to rebuild it.`,
        cause,
      );
    }
  }

  /** Fills the input and runs. Blocks the calling thread meanwhile: call it in a worker. */
  run(fill: FillInput): Promise<NetOutputs> {
    const result = this.#tail.then(() => this.#runNow(fill));
    this.#tail = result.catch(() => undefined);
    return result;
  }

  /** Waits for the runs already queued, then frees the session. */
  async release(): Promise<void> {
    await this.#tail;
    await this.#session.release();
  }

  async #runNow(fill: FillInput): Promise<NetOutputs> {
    const outputs: Record<string, Float32Array> = {};
    try {
      fill(this.#input);
      for (const [name, { data }] of Object.entries(await this.#session.run(this.#feeds))) {
        if (data instanceof Float32Array) outputs[name] = data;
      }
    } finally {
      // No picture outlives its run: what a person withdraws is not lying about here.
      this.#input.fill(0);
    }
    return outputs;
  }
}

/** The four nets. */
export class FaceNets {
  readonly detector: FaceNet;
  readonly mesh: FaceNet;
  readonly expression: FaceNet;
  readonly iris: FaceNet;
  #closed: Promise<void> | undefined;

  private constructor(nets: Readonly<Record<FaceNetName, FaceNet>>) {
    this.detector = nets.detector;
    this.mesh = nets.mesh;
    this.expression = nets.expression;
    this.iris = nets.iris;
  }

  /** @throws FaceModelError `face-session` when onnxruntime refuses a file. */
  static async open(paths: FaceModelPaths): Promise<FaceNets> {
    return new FaceNets({
      detector: await FaceNet.open('detector', paths.detector),
      mesh: await FaceNet.open('mesh', paths.mesh),
      expression: await FaceNet.open('expression', paths.expression),
      iris: await FaceNet.open('iris', paths.iris),
    });
  }

  /** Waits for runs in flight; may be called twice. */
  close(): Promise<void> {
    this.#closed ??= Promise.all(
      [this.detector, this.mesh, this.expression, this.iris].map((net) => net.release()),
    ).then(() => undefined);
    return this.#closed;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}
