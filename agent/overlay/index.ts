/**
 * `undertone/overlay`: importing it defines `<undertone-overlay>`. For browsers only.
 *
 *     <undertone-overlay url="https://calls.example" room="demo" participant="p-1"><video></video></undertone-overlay>
 */
import './no-eval.ts';
import { UndertoneOverlay } from './overlay.ts';

export { UndertoneOverlay } from './overlay.ts';

const TAG = 'undertone-overlay';

// A page may load this twice, as a file and in a bundle of its own: the first one stays.
if (!customElements.get(TAG)) customElements.define(TAG, UndertoneOverlay);

declare global {
  interface HTMLElementTagNameMap {
    'undertone-overlay': UndertoneOverlay;
  }
}
