/** What a file or interface name says of its point: only asked when content says nothing. */
import type { CapturePoint } from '../observe/capture-point.js';

export type PointKind = 'pod' | 'bridge' | 'tunnel' | 'underlay';

export interface NameHint {
  readonly kind: PointKind | null;
  /** Points of one group were taken on one node ("1" of pod1, pod1-ipip, node1); null when the name has no such part. */
  readonly group: string | null;
  readonly side: 'source' | 'destination' | null;
  /** The host end of one pod's veth pair (Calico's cali…, Cilium's lxc…): other pods' datagrams do not pass there. */
  readonly isVeth: boolean;
  /** The name is that of a machine between the nodes. */
  readonly isBetween: boolean;
}

const tunnelName = /(^|[^a-z])(ipip|tunl?\d*|flannel|vxlan|tunnel|overlay)/;
const bridgeName = /(^|[^a-z])(cni|bridge|br|veth|cali|lxc|docker)(\d|[^a-z]|$)/;
const vethName = /(^|[^a-z])(veth|cali|lxc)[0-9a-z]/;
const podName = /(^|[^a-z])(pod|container|ctr|app)/;
const underlayName = /(^|[^a-z])(node|host|underlay|ens|enp|eno|eth|bond|wan|phys|nic|uplink|worker|master|control)/;
const betweenName =
  /(^|[^a-z])(router|rtr|gw|gateway|switch|tor|spine|leaf|firewall|fw|hypervisor|vmhost|mirror|span)(\d|[^a-z]|$)/;
const interfaceWord = /^(ens|enp|eno|eth|cni|tunl?|ipip|veth|cali|flannel|bond|br|wlan|vxlan|if|vlan)\d*[a-z0-9]*$/;
const roleWord =
  /^(pod|node|host|worker|master|container|ctr|app|underlay|overlay|tunnel|bridge|cap|pcap|pcapng|capture|dump|any|sll|out|in|trace)$/;

/**
 * `shared`: the file holds the interfaces of several nodes, so its name says nothing of one. `common`: words of all names, which
 * tell none from another.
 */
export function readName(point: CapturePoint, shared = false, common: ReadonlySet<string> = new Set()): NameHint {
  const device = (point.interfaceName ?? '').toLowerCase();
  const stem = stemOf(point.file);
  return {
    kind: kindOf(device, stem),
    group: groupOf(device, stem, shared, common),
    side: shared ? sideOf(device) : sideOf(stem),
    isVeth: vethName.test(device === '' ? stem : device),
    isBetween: betweenName.test(stem) && !podName.test(stem) && !/(^|[^a-z])(node|worker|master)/.test(stem),
  };
}

function kindOf(device: string, stem: string): PointKind | null {
  for (const text of [device, stem]) {
    if (text === '') continue;
    if (tunnelName.test(text)) return 'tunnel';
    if (bridgeName.test(text)) return 'bridge';
    if (text === device && /^eth\d/.test(text)) continue; // a pod's or a node's: the file name must tell
    if (podName.test(text)) return 'pod';
    if (underlayName.test(text)) return 'underlay';
  }
  return null;
}

function stemOf(file: string): string {
  return baseName(file)
    .toLowerCase()
    .replace(/(\.(gz|zst|lz4|xz))?$/, '')
    .replace(/\.(cap|pcap|pcapng|dmp|dump)\d*$/, '');
}

const wordsOf = (stem: string): string[] => stem.split(/[^a-z0-9]+/).filter((w) => w !== '');

/** Words that stand in the name of every file: of a case, a cluster, a kind of machine. */
export function commonWords(files: Iterable<string>): ReadonlySet<string> {
  const names = [...new Set(files)].map((file) => new Set(wordsOf(stemOf(file))));
  const [first, ...others] = names;
  if (first === undefined || others.length === 0) return new Set();
  return new Set([...first].filter((word) => others.every((words) => words.has(word))));
}

function groupOf(device: string, stem: string, shared: boolean, common: ReadonlySet<string>): string | null {
  // Merged files name their interfaces after the captures that they were made of: "node1-ens33".
  if (/^(pod|node|host|worker|master|vm)/.test(device)) return groupIn(device, new Set());
  return shared ? null : groupIn(stem, common);
}

function groupIn(stem: string, common: ReadonlySet<string>): string | null {
  const words = wordsOf(stem).filter((w) => !interfaceWord.test(w) && !common.has(w));
  const rest = words
    .map((w) => w.replace(/^(pod|node|host|worker|container|vm|kube|k8s|app)(?=[a-z0-9])/, ''))
    .filter((w) => w !== '' && !roleWord.test(w));
  return rest.length === 0 ? (words.find((w) => w === 'master') ?? null) : rest[0]!;
}

function sideOf(stem: string): NameHint['side'] {
  if (/(^|[^a-z])(src|source|client|sender|from|encap|encapsulator)([^a-z]|$)/.test(stem)) return 'source';
  if (/(^|[^a-z])(dst|dest|destination|server|receiver|to|decap|decapsulator)([^a-z]|$)/.test(stem))
    return 'destination';
  return null;
}

export function baseName(file: string): string {
  return file.slice(Math.max(file.lastIndexOf('/'), file.lastIndexOf('\\')) + 1);
}
