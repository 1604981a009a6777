/** Compares our layers of one frame with tshark's, and says why the two may rightly differ. */
import { describeLayers, type FieldValue, type LayerDescription } from '../../src/decode/describe-frame.js';
import { decodeFrame, type Fault, FrameView, faultOf } from '../../src/decode/frame.js';
import type { CorpusFrame } from './corpus.js';
import type { SeenLayer } from './oracle.js';

interface Ours {
  readonly layers: readonly LayerDescription[];
  readonly fault: Fault | null;
}

export interface Difference {
  readonly frame: string;
  readonly ours: Ours;
  readonly theirs: readonly SeenLayer[];
  /** `layer@offset` of the layers that only one of the two has. */
  readonly onlyOurs: readonly string[];
  readonly onlyTheirs: readonly string[];
  /** `layer.field` whose values differ. */
  readonly fields: readonly string[];
}

interface KnownDifference {
  readonly reason: string;
  readonly explains: (difference: Difference) => boolean;
}

const isOnly = (list: readonly string[], pattern: RegExp): boolean =>
  list.length > 0 && list.every((s) => pattern.test(s));

/** Every way in which we differ on purpose; which frames each one explains stands in known-differences.json. */
export const knownDifferences: Readonly<Record<string, KnownDifference>> = {
  'segmentation-offload': {
    reason: 'total length 0: tshark shows the length it assumes, we show what the header says',
    explains: (d) => isOnly(d.fields, /^ipv4\.totalLength$/) && d.ours.layers.some((l) => l.totalLength === 0),
  },
  'end-of-quote': {
    reason: 'a quote that ends inside a header (RFC 792) is no fault: tshark names the header, we stop before it',
    explains: (d) =>
      d.ours.fault === null &&
      d.onlyOurs.length + d.fields.length === 0 &&
      d.onlyTheirs.length === 1 &&
      d.ours.layers.some((l) => l.quoted === true),
  },
  'ip-in-udp': {
    reason: 'IPv4 behind UDP of any port is known by its lengths and checksum; tshark wants the port to be told',
    explains: (d) =>
      d.onlyTheirs.length + d.fields.length === 0 &&
      d.ours.layers.some((l, i) => l.layer === 'ipv4' && d.ours.layers[i - 1]?.layer === 'udp') &&
      d.onlyOurs[0]?.startsWith('ipv4@') === true,
  },
  'loopback-ether-type': {
    reason: 'tshark takes a large address family for an EtherType',
    explains: (d) => d.ours.layers.length === 1 && d.ours.layers[0]!.layer === 'null' && d.onlyOurs.length === 0,
  },
  'ethernet-in-ip': {
    reason: 'IP protocol 143 is not decoded',
    explains: (d) => d.ours.layers.at(-1)?.nextHeader === 143 && d.onlyTheirs[0]?.startsWith('ethernet@') === true,
  },
  'pppoe-code': {
    reason: 'RFC 2516 section 6 wants code 0 in a session; tshark reads on whatever it is',
    explains: (d) =>
      d.ours.layers.some((l) => l.layer === 'pppoe' && l.code !== 0) && d.onlyTheirs[0]?.startsWith('ppp@') === true,
  },
  'ipnet-length': {
    reason: 'tshark looks for the datagram of a cut IPNET frame by its length from the end, we behind the header',
    explains: (d) => d.ours.layers[0]?.layer === 'ipnet' && d.ours.fault?.limit === 'captured-length',
  },
  'nflog-length': {
    reason: 'tshark reads no datagram whose attribute says more octets than there are, we read those that are there',
    explains: (d) => d.ours.layers[0]?.layer === 'nflog' && d.onlyTheirs.length === 0 && d.onlyOurs[0] === 'ipv4@16',
  },
};

const view = new FrameView();

/** null when both say the same. */
export function differenceOf(frame: CorpusFrame, theirs: readonly SeenLayer[]): Difference | null {
  decodeFrame(view, frame.octets, 0, frame.octets.length, frame.linkType);
  const ours = { layers: describeLayers(view), fault: faultOf(view) };
  const mine = inTsharksWords(ours.layers);
  let common = 0;
  while (common < mine.length && common < theirs.length && label(mine[common]!) === label(theirs[common]!)) common++;
  const onlyOurs = mine.slice(common).map(label);
  let onlyTheirs = theirs.slice(common).map(label);
  // tshark names a header of which only some octets are there, or whose version or length is wrong; we report a fault at it.
  if (onlyOurs.length === 0 && theirs.slice(common).every((l) => l.at === ours.fault?.at)) onlyTheirs = [];
  const fields: string[] = [];
  for (let i = 0; i < common; i++) {
    for (const [field, value] of Object.entries(theirs[i]!.fields)) {
      const own = mine[i]![field];
      // A checksum is compared when both judge it: tshark does not in quotes (2), we do not in parts of a message (null).
      const isUnjudged = field === 'checksumRight' && (value === 2 || own === null);
      if (!isUnjudged && !isSame(own, value)) fields.push(`${mine[i]!.layer}.${field}`);
    }
  }
  if (onlyOurs.length + onlyTheirs.length + fields.length === 0) return null;
  return { frame: frame.name, ours, theirs, onlyOurs, onlyTheirs, fields };
}

/** Name of the known difference that explains this one, or null. */
export function reasonOf(difference: Difference): string | null {
  return Object.entries(knownDifferences).find(([, known]) => known.explains(difference))?.[0] ?? null;
}

function label(layer: { readonly layer: string; readonly at: number }): string {
  return `${layer.layer}@${layer.at}`;
}

function isSame(ours: FieldValue | undefined, theirs: string | number): boolean {
  return typeof ours === 'boolean' ? Number(ours) === theirs : ours === theirs;
}

/** tshark has one name for both cooked headers. */
function inTsharksWords(layers: readonly LayerDescription[]): LayerDescription[] {
  return layers.map((layer) => (layer.layer === 'linux-sll2' ? { ...layer, layer: 'linux-sll' } : layer));
}
