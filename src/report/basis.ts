/** What a verdict rests on: the MTU as far as it was tried, the files, the expectation, the hops that nobody captured. */
import type { Finding } from '../checks/finding.js';
import { commonFolder, roleName, shortNames, unusableFiles } from './reading.js';
import type { FlowReport, Report } from './report.js';
import { rolesNotCaptured } from './sentence.js';

export interface Fact {
  readonly label: string;
  readonly text: string;
}

/** One line each, in this order. `print`: the number by which the same failure is known again. */
export function basisOf(report: Report, flow: FlowReport | null, print: string): Fact[] {
  const facts: Fact[] = [];
  if (flow !== null) facts.push({ label: 'MTU', text: mtuStatement(report, flow) });
  facts.push({ label: 'Files', text: filesText(report) }, { label: 'Expected', text: expectationText(report) });
  if (flow !== null) facts.push({ label: 'Not captured', text: gapsText(report) });
  if (report.outcome !== 'pass') {
    facts.push({ label: 'Known as', text: `case ${print} each time; --evidence FILE.pcapng saves its frames` });
  }
  return facts;
}

function gapsText({ flows }: Report): string {
  const roles = rolesNotCaptured(flows);
  if (roles.length === 0) return 'nothing that had to be';
  const some = flows.filter((flow) => rolesNotCaptured([flow]).length > 0).length;
  const where = flows.length > 1 ? `, in ${some} of ${flows.length} flows` : '';
  return `${roles.map(roleName).join(', ')}${where}: not proven there`;
}

function filesText(report: Report): string {
  const { captures } = report;
  const nameOf = shortNames(report);
  const total = `${captures.length} capture${captures.length === 1 ? '' : 's'}`;
  const folder = commonFolder(report)
    .split('/')
    .filter((part) => part !== '')
    .at(-1);
  const count = `${total}${folder === undefined ? '' : ` in ${folder}/`}`;
  const unusable = unusableFiles(report);
  const damaged = captures.filter(({ ending }) => ending !== 'clean');
  const empty = captures.filter(({ frames }) => frames === 0);
  const named = (list: readonly { readonly file: string }[]): string => list.map(({ file }) => nameOf(file)).join(', ');
  const parts = [
    damaged.length === 0
      ? `${count}, ${captures.length === 1 ? '' : 'all '}whole`
      : `${captures.length - damaged.length} of ${count} whole, not ${damaged.map((one) => `${nameOf(one.file)} (${one.ending})`).join(', ')}`,
    ...(unusable.length === 0 ? [] : [`not usable: ${unusable.join(', ')}`]),
    ...(empty.length === 0 ? [] : [`no frame in ${named(empty)}`]),
  ];
  return parts.join('; ');
}

/** Where the expected values come from; for inferred ones what they cannot show, and which option helps. */
function expectationText({ expectation }: Report): string {
  const { source, from, weaknesses } = expectation;
  const partial = weaknesses.find((text) => text.includes('--only, --skip'));
  const assumed = weaknesses.some((text) => text.includes('--mtu'));
  const said = {
    inferred: `from the captures alone${assumed ? ', MTU assumed' : ''} (--state, --expect${assumed ? ', --mtu' : ''})`,
    'topology-file': `by ${from ?? 'a file'}${assumed ? ', MTU assumed (--mtu)' : ''}`,
    'kernel-state': `by the kernel state in ${from ?? 'a folder'}${assumed ? ', MTU assumed (--mtu)' : ''}`,
  }[source];
  return `${said}${partial === undefined ? '' : `; ${partial}`}`;
}

/** What the captures say of the MTU, and no more: exercised only when a datagram of that size arrived. */
export function mtuStatement(report: Report, flow: FlowReport): string {
  const { tunnelMtu, underlayMtu } = report.expectation;
  const findings = [...flow.findings, ...flow.journeys.flatMap((journey) => journey.findings)];
  const of = (...rules: string[]): Finding[] => findings.filter((finding) => rules.includes(finding.rule));
  const outer = flow.largestOuter === null ? '' : `, outer ${flow.largestOuter} of ${underlayMtu}`;
  const most = `${flow.largestInner} of ${tunnelMtu}`;
  const seen = `largest datagram ${most}${outer}`;
  if (of('IPT401', 'IPT402').some((finding) => finding.verdict === 'fail')) return `exceeded: ${seen}`;
  if (of('IPT403').some((finding) => finding.verdict === 'fail')) {
    return `contradicted: the captures tell another MTU than ${tunnelMtu} (IPT403); ${seen}`;
  }
  if (of('IPT404').some((finding) => finding.verdict === 'pass')) return `exercised: ${seen}`;
  if (flow.largestInner === 0) return 'not judged: no request was followed';
  if (!of('IPT401', 'IPT402').some((finding) => finding.verdict === 'pass')) return `not judged: ${seen}`;
  if (flow.largestInner >= tunnelMtu) return `not proven: a datagram of ${most} was seen, and none that arrived`;
  // 28: an IP header without options and an ICMP header (RFC 791, RFC 792).
  return `not exceeded (${most} seen); to try more: ping -M do -s ${tunnelMtu - 28}`;
}
