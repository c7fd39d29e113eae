/** The question that comes before the camera: may I be analysed? */
import type { Receipt } from '../../protocol/server-messages.ts';
import { language, t } from '../texts.ts';
import { button, el } from './dom.ts';
import { about } from './lobby.ts';

export type ConsentAnswer = 'agree' | 'decline' | 'cancel';

/** Asks with the words of the receipt. Both answers look alike: neither is pushed. Closing the dialog any other way is `cancel`. */
export function askConsent(receipt: Receipt, asked: { alreadyInCall: boolean; room: string }): Promise<ConsentAnswer> {
  return new Promise((resolve) => {
    const answer = (value: ConsentAnswer) => () => dialog.close(value);
    const [agree, decline] = asked.alreadyInCall ? [t('switchOn'), t('leaveOff')] : [t('joinOn'), t('joinOff')];
    const dialog = el(
      'dialog',
      { class: 'consent', 'aria-labelledby': 'consent-title' },
      ...(language() === 'en' ? [] : [el('p', { class: 'small' }, t('receiptEnglish'))]),
      // What is agreed to are the server's own words, in the language that it has them in.
      el(
        'div',
        { class: 'receipt', lang: 'en', dir: 'ltr' },
        el('h1', { id: 'consent-title' }, receipt.title),
        ...receipt.paragraphs.map((paragraph) => el('p', {}, paragraph)),
      ),
      el('p', {}, about(t('aboutMore'), asked.room)),
      el('p', { class: 'small' }, t('receiptVersion', { version: receipt.version })),
      el(
        'div',
        { class: 'choices' },
        button(decline, { 'data-answer': 'decline' }, answer('decline')),
        button(agree, { 'data-answer': 'agree' }, answer('agree')),
      ),
    );
    if (!asked.alreadyInCall) dialog.append(button(t('back'), { class: 'link' }, answer('cancel')));
    dialog.addEventListener('close', () => {
      dialog.remove();
      resolve(dialog.returnValue === 'agree' || dialog.returnValue === 'decline' ? dialog.returnValue : 'cancel');
    });
    document.body.append(dialog);
    dialog.showModal();
  });
}
