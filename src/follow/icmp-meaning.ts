/** Names of ICMP error types and codes: RFC 792, RFC 1122 section 3.2.2.1, RFC 1812 section 5.2.7.1. */
const unreachable: readonly string[] = [
  'network unreachable',
  'host unreachable',
  'protocol unreachable',
  'port unreachable',
  'fragmentation needed',
  'source route failed',
  'destination network unknown',
  'destination host unknown',
  'source host isolated',
  'network administratively prohibited',
  'host administratively prohibited',
  'network unreachable for this type of service',
  'host unreachable for this type of service',
  'communication administratively prohibited',
  'host precedence violation',
  'precedence cutoff in effect',
];

/** "3/3 (port unreachable)". */
export function errorMeaning(type: number, code: number): string {
  let words = '';
  if (type === 3) words = unreachable[code] ?? 'destination unreachable';
  else if (type === 4) words = 'source quench';
  else if (type === 5) words = 'redirect';
  else if (type === 11) words = code === 1 ? 'fragment reassembly time exceeded' : 'time to live exceeded';
  else if (type === 12) words = 'parameter problem';
  return words === '' ? `${type}/${code}` : `${type}/${code} (${words})`;
}
