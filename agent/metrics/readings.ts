/** What is read at every scrape, rather than counted as it happens. */

/** One value of a metric. */
export interface Sample {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

export const READINGS = [
  gauge('consents', 'Consents that hold now.'),
  gauge('participants', 'People in rooms.'),
  gauge('rooms', 'Rooms with somebody in them.'),
  gauge('analysed', 'People who are analysed now, as the workers have it.'),
  gauge('analysis_stopped', '1 while the switch that stops all analysis is thrown.', 'scope'),
  gauge('subscriber_messages_waiting', 'Messages that wait to be sent, over all subscribers.'),
  gauge('subscriber_messages_waiting_max', 'The same, of the subscriber who is furthest behind.'),
  gauge('hops_waiting', 'Closed hops that wait for their batch.', 'worker'),
  gauge('workers', 'Analysis threads, by whether they are alive.', 'state'),
  gauge('recorded_bytes', 'What recorded events take on disk.'),
  gauge('sfu', 'What the SFU says of itself; counts since the start, or numbers of now, by name.', 'name'),
  gauge('info', 'Always 1; tells the engine, pack and provider in use.', 'engine', 'pack', 'provider'),
  counter('consent_changes_total', 'Consents given and withdrawn, by what happened.', 'change'),
  counter('hops_total', 'Hops that were encoded, over all participants.', 'worker'),
  counter('hops_rested_total', 'Hops of people who rest, for which the one before stood.', 'worker'),
  counter('model_runs_total', 'Batches of hops that were given to the model.', 'worker'),
  counter('descriptions_total', 'Descriptions that were decoded.', 'worker'),
  counter('analysis_errors_total', 'Problems that were contained.', 'worker'),
  counter(
    'worker_busy_seconds_total',
    "How long an analysis thread was at work; its rate is the thread's load.",
    'worker',
  ),
  counter('ingest_total', 'What became of packets and pictures on the way into the pipeline, by name.', 'name'),
  counter('dropped_total', 'What fell because something was behind, full or broken, by cause.', 'cause'),
] as const;

/** Samples by the name of their metric; what is not known now is absent. */
export type Reading = Readonly<Partial<Record<(typeof READINGS)[number]['name'], readonly Sample[]>>>;

function gauge<N extends string>(name: N, help: string, ...labels: string[]) {
  return { name, help, labels, kind: 'gauge' as const };
}

function counter<N extends string>(name: N, help: string, ...labels: string[]) {
  return { name, help, labels, kind: 'counter' as const };
}
