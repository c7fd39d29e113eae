/** The person's own camera and microphone, and errors in words. */

/** Why there is no camera or microphone, and what to do. */
export class CameraError extends Error {
  override readonly name = 'CameraError';
  readonly code: 'no-device' | 'denied' | 'in-use' | 'insecure' | 'failed';

  constructor(code: CameraError['code'], message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

const VIDEO = { width: { ideal: 640 }, height: { ideal: 480 }, frameRate: { ideal: 24, max: 30 } };
// How loud somebody speaks says much; automatic gain would hide it.
const AUDIO = { echoCancellation: true, noiseSuppression: true, autoGainControl: false };

/** Opens camera and microphone; with only one of them present, that one. @throws {CameraError} */
export async function openCamera(): Promise<MediaStream> {
  try {
    return await media({ video: VIDEO, audio: AUDIO });
  } catch (error) {
    if (!(error instanceof CameraError) || error.code !== 'no-device') throw error;
    const kinds = new Set((await navigator.mediaDevices.enumerateDevices()).map(({ kind }) => kind));
    if (kinds.has('videoinput')) return media({ video: VIDEO });
    if (kinds.has('audioinput')) return media({ audio: AUDIO });
    throw error;
  }
}

/** Opens one chosen device. @throws {CameraError} */
export async function openDevice(kind: 'audio' | 'video', deviceId: string): Promise<MediaStreamTrack> {
  const exact = { deviceId: { exact: deviceId } };
  const stream = await media(kind === 'video' ? { video: { ...VIDEO, ...exact } } : { audio: { ...AUDIO, ...exact } });
  const [track] = stream.getTracks();
  if (!track) throw new CameraError('failed', 'The device gave no picture or sound. Choose another.');
  return track;
}

/** What there is to choose from; names are known only after permission was given. */
export async function listDevices(kind: 'audio' | 'video'): Promise<MediaDeviceInfo[]> {
  const devices = await navigator.mediaDevices.enumerateDevices();
  return devices.filter((device) => device.kind === `${kind}input` && device.deviceId !== '');
}

async function media(constraints: MediaStreamConstraints): Promise<MediaStream> {
  if (!('mediaDevices' in navigator)) {
    throw new CameraError(
      'insecure',
      'The browser gives no camera to this address. Open the page on localhost or over HTTPS.',
    );
  }
  try {
    return await navigator.mediaDevices.getUserMedia(constraints);
  } catch (cause) {
    throw explain(cause);
  }
}

function explain(cause: unknown): CameraError {
  switch (cause instanceof DOMException ? cause.name : '') {
    case 'NotFoundError':
    case 'OverconstrainedError':
      return new CameraError(
        'no-device',
        'No camera or microphone was found. Plug one in and try again, or join as a synthetic caller.',
        { cause },
      );
    case 'NotAllowedError':
      return new CameraError(
        'denied',
        'The browser was told not to use the camera or the microphone. Allow both in the address bar and try again, or join as a synthetic caller.',
        { cause },
      );
    case 'NotReadableError':
    case 'AbortError':
      return new CameraError(
        'in-use',
        'The camera or the microphone is used by another program. Close it and try again.',
        { cause },
      );
    default:
      return new CameraError(
        'failed',
        'The camera or the microphone could not be started. Try again, or join as a synthetic caller.',
        { cause },
      );
  }
}
