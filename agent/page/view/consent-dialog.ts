/** The question that comes before the camera: may I be analysed? */
import type { Receipt } from '../../protocol/server-messages.ts';
import { button, el } from './dom.ts';

export type ConsentAnswer = 'agree' | 'decline' | 'cancel';

/** Asks with the words of the receipt. Both answers look alike: neither is pushed. Closing the dialog any other way is `cancel`. */
export function askConsent(receipt: Receipt, asked: { alreadyInCall: boolean }): Promise<ConsentAnswer> {
  return new Promise((resolve) => {
    const answer = (value: ConsentAnswer) => () => dialog.close(value);
    const [agree, decline] = asked.alreadyInCall
      ? ['Switch analysis on', 'Leave it off']
      : ['Join with analysis on', 'Join without analysis'];
    const dialog = el(
      'dialog',
      { class: 'consent', 'aria-labelledby': 'consent-title' },
      el('h1', { id: 'consent-title' }, receipt.title),
      ...receipt.paragraphs.map((paragraph) => el('p', {}, paragraph)),
      el('p', { class: 'small' }, `Version of these words: ${receipt.version}`),
      el(
        'div',
        { class: 'choices' },
        button(decline, { 'data-answer': 'decline' }, answer('decline')),
        button(agree, { 'data-answer': 'agree' }, answer('agree')),
      ),
    );
    if (!asked.alreadyInCall) dialog.append(button('Back', { class: 'link' }, answer('cancel')));
    dialog.addEventListener('close', () => {
      dialog.remove();
      resolve(dialog.returnValue === 'agree' || dialog.returnValue === 'decline' ? dialog.returnValue : 'cancel');
    });
    document.body.append(dialog);
    dialog.showModal();
  });
}
