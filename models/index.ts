/** The door of the models: packs, providers and the affect model's runtime. Knows nothing of calls. */
export { FEATURES } from './feature-contract.ts';
export { AffectModel, type AffectModelOptions, type HopResult } from './affect-model.ts';
export { loadReaderWeights, type ReaderTensor } from './captions/reader-weights.ts';
export { bundledPackDir, loadPack, type Pack, type PackCue, type PackLabel, type PackManifest } from './pack.ts';
export { PROVIDERS, type ProviderRefusal } from './providers.ts';
export { ModelError, type ModelErrorCode } from './runtime/errors.ts';
export type { HopItem } from './runtime/hop-inputs.ts';
export type { ParticipantMemory } from './runtime/memory.ts';
export type { SpeakItem, SpeakOptions, SpeakUpdate } from './runtime/speaker.ts';
export { FaceModelError, type FaceModelErrorCode } from './face/face-model-error.ts';
export { FaceNets, type FaceNet, type FillInput, type NetOutputs } from './face/face-nets.ts';
export { prepareFaceModels, type FaceModelPaths, type PrepareFaceModelsOptions } from './face/prepare.ts';
export { inspectRuntime, type InspectOptions, type PackReport, type RuntimeReport } from './doctor.ts';
