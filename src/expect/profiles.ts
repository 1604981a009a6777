/** Profiles: what each CNI mode makes of a path. The only place that knows a default MTU or a device name. */
import { OUTER_HEADER } from '../path/facts.js';

export interface Profile {
  readonly name: string;
  readonly summary: string;
  /** How pod traffic must travel between nodes: always in IPIP, or plain where the nodes share a link and in IPIP elsewhere. */
  readonly between: 'ipip' | 'plain-on-one-link';
  /** Octets; the tunnel's is the underlay's less the outer header (flannel pkg/backend/ipip/ipip.go, Calico's IPIPMTU). */
  readonly underlayMtu: number;
  readonly tunnelMtu: number;
  readonly tunnelDevice: string;
  /** Commands on a node that show what this profile relies on. */
  readonly commands: { readonly filter: string; readonly routes: string };
}

const ETHERNET_MTU = 1500;

const flannel = {
  underlayMtu: ETHERNET_MTU,
  tunnelMtu: ETHERNET_MTU - OUTER_HEADER,
  tunnelDevice: 'flannel.ipip',
  commands: { filter: 'iptables -L FLANNEL-FWD -vn', routes: 'ip route show dev flannel.ipip' },
};
const calico = {
  underlayMtu: ETHERNET_MTU,
  tunnelMtu: ETHERNET_MTU - OUTER_HEADER,
  tunnelDevice: 'tunl0',
  commands: { filter: 'iptables -L cali-FORWARD -vn', routes: 'ip route show dev tunl0' },
};

export const profiles: readonly Profile[] = [
  { name: 'flannel-ipip', summary: 'Flannel, backend ipip, DirectRouting off', between: 'ipip', ...flannel },
  {
    name: 'flannel-ipip-direct-routing',
    summary: 'Flannel, backend ipip, DirectRouting on: plain between nodes of one link',
    between: 'plain-on-one-link',
    ...flannel,
  },
  { name: 'calico-ipip', summary: 'Calico, ipipMode Always', between: 'ipip', ...calico },
  {
    name: 'calico-ipip-crosssubnet',
    summary: 'Calico, ipipMode CrossSubnet: plain between nodes of one subnet',
    between: 'plain-on-one-link',
    ...calico,
  },
];

export const defaultProfile = profiles[0]!;

export function findProfile(name: string): Profile | null {
  return profiles.find((p) => p.name === name) ?? null;
}
