import type { HopRole } from '../../src/path/facts.js';
import type { IpipPath } from './ipip-path.js';
import { arp, EtherType, ethernet } from './octets.js';

const second = 1_000_000_000n;

/** Somebody's ARP before and after the ping shows that the capture ran all the time. */
export function awake(path: IpipPath, ...roles: readonly HopRole[]): IpipPath {
  const ask = arp('request', { mac: '52:54:00:aa:00:99', address: '10.9.0.99' }, { mac: null, address: '10.9.0.98' });
  const frame = ethernet({ source: '52:54:00:aa:00:99', destination: 'ff:ff:ff:ff:ff:ff' }, EtherType.arp, ask);
  for (const role of roles) path.frame(role, -second, frame, 'arp').frame(role, 900n * second, frame, 'arp');
  return path;
}
