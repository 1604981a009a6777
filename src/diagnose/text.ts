/** What a diagnosis says in its own words: what it means, how it shows, its candidates with what confirms each and the command to run next. */
import type { Source } from '../checks/rule.js';

/** What texts and commands may refer to; the words for one direction of travel. */
export interface Scene {
  /** Machine names, or what stands for them when nobody named them. */
  readonly sender: string;
  readonly receiver: string;
  readonly senderPod: string;
  readonly receiverPod: string;
  /** Addresses as text; '…' when unknown. */
  readonly senderNode: string;
  readonly receiverNode: string;
  readonly tunnel: string;
  readonly tunnelMtu: number;
  readonly underlayMtu: number;
  readonly filter: string;
}

export interface CauseText {
  readonly cause: string;
  readonly confirm: string;
  readonly on: 'sender' | 'receiver' | 'senderPod' | 'receiverPod' | 'underlay' | 'capture';
  readonly command: (s: Scene) => string;
}

export interface DiagnosisText {
  readonly id: string;
  /** Where it lies, for the overview; a diagnosis itself names the segment it found. */
  readonly segment: string;
  readonly summary: string;
  /** Why it matters to someone who reads it. */
  readonly why: string;
  /** Its signature in captures. */
  readonly shows: string;
  readonly remedy: string;
  readonly causes: readonly CauseText[];
  readonly sources: readonly Source[];
}

export const linux = (path: string, symbol: string): Source => ({
  kind: 'code',
  project: 'torvalds/linux',
  path,
  symbol,
});
export const flannelIpip = (symbol: string): Source => ({
  kind: 'code',
  project: 'flannel-io/flannel',
  path: 'pkg/backend/ipip/ipip.go',
  symbol,
});
export const rfc = (number: number, section: string): Source => ({ kind: 'rfc', number, section });

export const routeGet = (s: Scene): string => `ip route get ${s.receiverPod} from ${s.senderPod} iif cni0`;

/** One file under texts/ is one diagnosis. */
export function defineDiagnosis(text: DiagnosisText): DiagnosisText {
  return text;
}
