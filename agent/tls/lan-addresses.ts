/** By which addresses and names this machine is known on its own network. */
import { hostname, networkInterfaces, type NetworkInterfaceInfo } from 'node:os';

/** Bridges of containers and virtual machines: nobody's telephone is there. */
const VIRTUAL = /^(docker|br-|veth|virbr|vmnet|vboxnet|lxc|cni)/;

type Interfaces = Readonly<
  Record<string, readonly Pick<NetworkInterfaceInfo, 'address' | 'family' | 'internal'>[] | undefined>
>;

/** IPv4 addresses that machines on the same network reach this one by. */
export function lanAddresses(interfaces: Interfaces = networkInterfaces()): string[] {
  return Object.entries(interfaces)
    .filter(([name]) => !VIRTUAL.test(name))
    .flatMap(([, addresses]) => addresses ?? [])
    .filter(({ internal, family, address }) => !internal && family === 'IPv4' && !address.startsWith('169.254.'))
    .map(({ address }) => address);
}

/** The name of this machine, and how it is announced on most networks (multicast DNS). */
export function lanNames(host: string = hostname()): string[] {
  const name = host.toLowerCase().replace(/\.local$/, '');
  return /^[a-z0-9]([a-z0-9-]*[a-z0-9])?$/.test(name) ? [`${name}.local`, name] : [];
}
