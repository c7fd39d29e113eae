/** The row of controls below the tiles. */
import { listDevices } from '../media/camera.ts';
import { t } from '../texts.ts';
import { button, el } from './dom.ts';

export interface ToolbarActions {
  mute(kind: 'audio' | 'video', muted: boolean): void;
  choose(kind: 'audio' | 'video', deviceId: string): void;
  /** The person pressed the analysis switch. */
  analysis(): void;
  leave(): void;
}

/** Whole texts: in many languages `on` of a camera is another word than `on` of a microphone. */
const SWITCHES = {
  audio: { on: 'audioOn', off: 'audioOff' },
  video: { on: 'videoOn', off: 'videoOff' },
} as const;

export class Toolbar {
  readonly element: HTMLElement;
  readonly #actions: ToolbarActions;
  readonly #analysis: HTMLButtonElement;
  readonly #devices = el('div', { class: 'devices' });

  /** @param devices false for the synthetic caller: there is nothing to choose */
  constructor(actions: ToolbarActions, devices: boolean) {
    this.#actions = actions;
    this.#analysis = button('', { class: 'analysis-switch', role: 'switch' }, () => actions.analysis());
    this.element = el(
      'footer',
      { class: 'toolbar' },
      this.#toggle('audio'),
      this.#toggle('video'),
      this.#analysis,
      button(t('leave'), { class: 'leave' }, () => actions.leave()),
    );
    if (devices)
      this.element.append(
        el(
          'details',
          { class: 'device-picker', 'aria-label': t('devices') },
          el('summary', {}, t('devices')),
          this.#devices,
        ),
      );
    this.showAnalysis(false);
  }

  showAnalysis(on: boolean): void {
    this.#analysis.setAttribute('aria-checked', String(on));
    this.#analysis.textContent = t(on ? 'analysisOn' : 'analysisOff');
  }

  /** Lists what there is to choose from, with what is in use chosen. */
  async showDevices(stream: MediaStream): Promise<void> {
    const pickers = await Promise.all((['video', 'audio'] as const).map((kind) => this.#picker(kind, stream)));
    this.#devices.replaceChildren(...pickers);
  }

  async #picker(kind: 'audio' | 'video', stream: MediaStream): Promise<HTMLElement> {
    const used = stream
      .getTracks()
      .find((track) => track.kind === kind)
      ?.getSettings().deviceId;
    const devices = await listDevices(kind);
    const options = devices.map(({ deviceId, label }, index) => {
      const fallback = `${nameOf(kind)} ${index + 1}`;
      return el('option', { value: deviceId, selected: deviceId === used }, label || fallback);
    });
    const select = el('select', { disabled: options.length === 0 }, ...options);
    if (options.length === 0) select.append(el('option', {}, t('noneFound')));
    select.addEventListener('change', () => this.#actions.choose(kind, select.value));
    return el('label', {}, nameOf(kind), select);
  }

  #toggle(kind: 'audio' | 'video'): HTMLButtonElement {
    let muted = false;
    const label = (): string => t(SWITCHES[kind][muted ? 'off' : 'on']);
    const toggle = button(label(), { 'aria-pressed': 'true' }, () => {
      muted = !muted;
      toggle.textContent = label();
      toggle.setAttribute('aria-pressed', String(!muted));
      this.#actions.mute(kind, muted);
    });
    return toggle;
  }
}

function nameOf(kind: 'audio' | 'video'): string {
  return t(kind === 'video' ? 'cameraName' : 'microphone');
}
