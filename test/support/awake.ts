import type { HopRole } from '../../src/path/facts.js';
import type { IpipPath } from './ipip-path.js';
import { arp, EtherType, ethernet, ipv4, udp } from './octets.js';

const second = 1_000_000_000n;

/** Somebody's ARP, or on a tunnel device somebody's UDP, before and after the ping shows that the capture ran all the time. */
export function awake(path: IpipPath, ...roles: readonly HopRole[]): IpipPath {
  const ask = arp('request', { mac: '52:54:00:aa:00:99', address: '10.9.0.99' }, { mac: null, address: '10.9.0.98' });
  const frame = ethernet({ source: '52:54:00:aa:00:99', destination: 'ff:ff:ff:ff:ff:ff' }, EtherType.arp, ask);
  const ends = { source: '172.20.5.77', destination: '172.20.9.78' };
  const datagram = ipv4(
    {
      ...ends,
      protocol: 17,
      ttl: 63,
      tos: 0,
      identification: 9,
      dontFragment: true,
      moreFragments: false,
      fragmentOffset: 0,
    },
    udp(ends, 40_000, 9, new Uint8Array(4)),
  );
  for (const role of roles) {
    const bytes = role.endsWith('tunnel') ? datagram : frame;
    path.frame(role, -second, bytes, 'arp').frame(role, 900n * second, bytes, 'arp');
  }
  return path;
}
