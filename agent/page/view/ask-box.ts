/** The five questions one may ask about a person. */
import { TASKS, type Over, type Task } from '../../../pipeline/index.ts';
import type { Answer } from '../../protocol/server-messages.ts';
import { t } from '../texts.ts';
import { el } from './dom.ts';

export interface Asked {
  readonly participant: string;
  readonly task: Task;
  readonly over: Over;
}

const QUESTIONS: Readonly<Record<Task, Parameters<typeof t>[0]>> = {
  describe: 'taskDescribe',
  sentiment: 'taskSentiment',
  labels: 'taskLabels',
  expression: 'taskExpression',
  cause: 'taskCause',
};

export class AskBox {
  readonly element: HTMLElement;
  readonly #who = el('select', { id: 'ask-who' });
  readonly #task = el('select', { id: 'ask-task' });
  readonly #over = el('select', { id: 'ask-over' });
  readonly #go = el('button', { type: 'submit' }, t('ask'));
  readonly #reply = el('p', { class: 'reply', role: 'status', dir: 'auto' });
  #latest: Promise<Answer> | undefined;

  constructor(onAsk: (asked: Asked) => Promise<Answer>) {
    this.#task.append(...TASKS.map((task) => el('option', { value: task }, t(QUESTIONS[task]))));
    this.#over.append(
      el('option', { value: 'window' }, t('overWindow')),
      el('option', { value: 'call' }, t('overCall')),
    );
    const form = el(
      'form',
      { class: 'ask' },
      field(t('about2'), this.#who),
      field(t('question'), this.#task),
      field(t('over'), this.#over),
      this.#go,
    );
    form.addEventListener('submit', (event) => {
      event.preventDefault();
      const task = TASKS.find((one) => one === this.#task.value) ?? 'describe';
      const over = this.#over.value === 'call' ? 'call' : 'window';
      this.#show(onAsk({ participant: this.#who.value, task, over }));
    });
    const hint = el('p', { class: 'small' }, t('askHint'));
    this.element = el('section', { class: 'panel' }, el('h2', {}, t('ask')), form, this.#reply, hint);
    this.people([]);
  }

  /** Who can be asked about. */
  people(people: readonly { readonly id: string; readonly name: string }[]): void {
    const chosen = this.#who.value;
    this.#who.replaceChildren(
      ...people.map(({ id, name }) => el('option', { value: id, selected: id === chosen }, name)),
    );
    const nobody = people.length === 0;
    for (const control of [this.#who, this.#task, this.#over, this.#go]) control.disabled = nobody;
    if (nobody) this.#reply.textContent = t('askEmpty');
    else if (this.#reply.textContent === t('askEmpty')) this.#reply.textContent = '';
  }

  /** Shows an answer when it comes, unless something else was asked since. */
  #show(coming: Promise<Answer>): void {
    this.#latest = coming;
    this.#reply.textContent = t('asking');
    this.#reply.removeAttribute('lang');
    const say = (text: string, answered: boolean): void => {
      if (coming !== this.#latest) return;
      this.#reply.textContent = text;
      this.#reply.lang = 'en'; // answers and refusals alike, whatever the page speaks
      this.#reply.classList.toggle('refused', !answered);
    };
    coming.then(
      ({ text, status }) => say(text, status === 'ok'),
      (error: unknown) => say(error instanceof Error ? error.message : String(error), false),
    );
  }
}

function field(label: string, control: HTMLSelectElement): HTMLElement {
  return el('div', { class: 'field' }, el('label', { for: control.id }, label), control);
}
