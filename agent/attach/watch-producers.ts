/** Tells of producers as they are made on a router: mediasoup has no list of those that are there already. */
import type { Producer, Router, Transport } from 'mediasoup/types';

/** @returns a function that ends it */
export function watchProducers(router: Router, onProducer: (producer: Producer) => void): () => void {
  const transports = new Set<Transport>();
  const onTransport = (transport: Transport): void => {
    transports.add(transport);
    transport.observer.on('newproducer', onProducer);
    transport.observer.once('close', () => transports.delete(transport));
  };
  router.observer.on('newtransport', onTransport);
  return () => {
    router.observer.off('newtransport', onTransport);
    for (const transport of transports) transport.observer.off('newproducer', onProducer);
  };
}
