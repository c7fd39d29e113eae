/** The way in: a name, a room, and what to be seen with. Nothing is switched on here. */
import { roomNameSchema } from '../../protocol/participants.ts';
import { language, languageNames, t } from '../texts.ts';
import { button, el, svg } from './dom.ts';

export type Source = 'camera' | 'synthetic';

export interface LobbyChoice {
  readonly name: string;
  readonly room: string;
  readonly source: Source;
}

/** Builds the lobby. `onJoin` is called with a checked choice. */
export function lobby(start: { room: string }, onJoin: (choice: LobbyChoice) => void): HTMLElement {
  const name = el('input', { id: 'name', autocomplete: 'name', maxlength: '40', placeholder: t('guest') });
  const room = el('input', {
    id: 'room',
    value: start.room,
    maxlength: '64',
    autocapitalize: 'off',
    spellcheck: 'false',
    required: true,
  });
  const fault = el('p', { class: 'field-error', id: 'room-error' });
  const form = el(
    'form',
    { class: 'card', novalidate: true },
    logo(),
    el('h1', {}, t('title')),
    el('p', { class: 'lead' }, t('lead')),
    el('div', { class: 'fields' }, field(t('yourName'), name), field(t('room'), room, fault)),
    el(
      'fieldset',
      {},
      el('legend', {}, t('joinWith')),
      choice('camera', t('camera'), t('cameraHint'), true),
      choice('synthetic', t('synthetic'), t('syntheticHint'), false),
    ),
    el('button', { type: 'submit', class: 'primary' }, t('continue')),
    el('p', { class: 'small' }, t('offUntil')),
    el('div', { class: 'card-foot' }, languagePicker(), about()),
  );
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    const checked = roomNameSchema.safeParse(room.value.trim());
    fault.textContent = checked.success ? '' : t('roomError');
    room.setAttribute('aria-invalid', String(!checked.success));
    if (!checked.success) return room.focus();
    const source =
      form.querySelector<HTMLInputElement>('input[name=source]:checked')?.value === 'synthetic'
        ? 'synthetic'
        : 'camera';
    onJoin({ name: name.value.trim(), room: checked.data, source });
  });
  return el('main', { class: 'lobby' }, form);
}

function field(label: string, input: HTMLInputElement, ...more: Node[]): HTMLElement {
  return el('div', { class: 'field' }, el('label', { for: input.id }, label), input, ...more);
}

function choice(value: Source, title: string, detail: string, checked: boolean): HTMLElement {
  return el(
    'label',
    { class: 'choice' },
    el('input', { type: 'radio', name: 'source', value, checked }),
    el('span', {}, el('strong', {}, title), el('small', {}, detail)),
  );
}

function languagePicker(): HTMLElement {
  const options = languageNames().map(([code, name]) =>
    el('option', { value: code, lang: code, selected: code === language() }, name),
  );
  const picker = el('select', { id: 'language' }, ...options);
  picker.addEventListener('change', () => {
    const address = new URL(location.href);
    address.searchParams.set('lang', picker.value);
    location.assign(address);
  });
  return el('label', { class: 'language' }, el('span', {}, t('language')), picker);
}

/** Leads to the page that explains the call to those in it. */
export function about(text = t('about'), room?: string): HTMLAnchorElement {
  const query = room === undefined ? '' : `?room=${encodeURIComponent(room)}`;
  return el('a', { href: `/about-this-call${query}`, target: '_blank', rel: 'noopener' }, text);
}

function logo(): SVGSVGElement {
  return svg(
    'svg',
    { viewBox: '0 0 32 32', class: 'logo', 'aria-hidden': 'true' },
    svg('path', { d: 'M5 12c3.7-6 7.3-6 11 0s7.3 6 11 0', class: 'logo-tone' }),
    svg('path', { d: 'M5 21c3.7-4.500 7.3-4.500 11 0s7.3 4.500 11 0', class: 'logo-under' }),
  );
}

/** What stands there until the server has answered. */
export function waiting(): HTMLElement {
  return el(
    'main',
    { class: 'lobby' },
    el('div', { class: 'card' }, logo(), el('p', { class: 'lead' }, t('connecting'))),
  );
}

/** A page that says what went wrong and lets one try again. */
export function failure(title: string, message: string, onRetry: () => void): HTMLElement {
  return el(
    'main',
    { class: 'lobby' },
    el(
      'div',
      { class: 'card' },
      el('h1', {}, title),
      el('p', {}, message),
      button(t('tryAgain'), { class: 'primary' }, onRetry),
    ),
  );
}
