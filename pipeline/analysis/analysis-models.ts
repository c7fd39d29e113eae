/** What every analysis runs on, live or over a file: the pack's model and the face nets. */
import { AffectModel, FaceNets, prepareFaceModels } from '../../models/index.ts';

export interface AnalysisModelOptions {
  readonly packDir: string;
  /** Where the converted face nets are kept; default: the user's cache folder. */
  readonly faceCacheDir?: string | undefined;
  /** Execution providers in order of preference; default `['cpu']`. */
  readonly providers?: readonly string[] | undefined;
}

export class AnalysisModels {
  readonly model: AffectModel;
  readonly nets: FaceNets;

  private constructor(model: AffectModel, nets: FaceNets) {
    this.model = model;
    this.nets = nets;
  }

  /** @throws FaceModelError when the nets cannot be converted, ModelError when the pack cannot be run */
  static async open({ packDir, faceCacheDir, providers }: AnalysisModelOptions): Promise<AnalysisModels> {
    const paths = await prepareFaceModels(faceCacheDir === undefined ? {} : { cacheDir: faceCacheDir });
    const model = await AffectModel.open({ packDir, providers: providers ?? ['cpu'] });
    try {
      return new AnalysisModels(model, await FaceNets.open(paths));
    } catch (error) {
      await model.close();
      throw error;
    }
  }

  /** Waits for runs in flight. Idempotent. */
  async close(): Promise<void> {
    await Promise.all([this.model.close(), this.nets.close()]);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}
