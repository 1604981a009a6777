/** Reads a folder of state dumps into namespaces: `<name>.<link|addr|route|neigh|rule>.json` and `<name>.<command>.txt`. */
import { closeSync, constants, fstatSync, openSync, readdirSync, readSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import type { ExpectationProblem } from '../path/facts.js';
import { UserError } from '../user-error.js';
import { type Namespace, newNamespace, printable, printablePath } from './namespace.js';
import { readRetina, readRetinaTarball } from './retina.js';
import {
  DumpError,
  parseItems,
  readAddresses,
  readLinks,
  readNeighbours,
  readRoutes,
  readRules,
} from './state-json.js';
import {
  readArpN,
  readEthtoolS,
  readIfconfig,
  readIpLink,
  readIpNeigh,
  readIpRoute,
  readIpRule,
  readRouteN,
  readSysctl,
} from './state-text.js';

/** A node with ten thousand routes dumps about 2 MB. */
const LARGEST_DUMP = 32 * 1024 * 1024;
const MOST_FILES = 20_000;

export interface State {
  readonly namespaces: readonly Namespace[];
  readonly problems: readonly ExpectationProblem[];
}

type JsonReader = (namespace: Namespace, items: ReturnType<typeof parseItems>, from: string) => void;
const jsonReaders: Readonly<Record<string, JsonReader>> = {
  link: readLinks,
  addr: readAddresses,
  route: readRoutes,
  neigh: readNeighbours,
  rule: readRules,
};

type TextReader = (namespace: Namespace, dump: string, from: string, interfaceName: string | null) => void;
/** By the command's words without options, as the file name spells them. */
const textReaders: Readonly<Record<string, TextReader>> = {
  'ip-link': readIpLink,
  'ip-addr': readIpLink,
  'ip-address': readIpLink,
  'ip-a': readIpLink,
  'ip-l': readIpLink,
  'ip-route': readIpRoute,
  'ip-r': readIpRoute,
  'ip-neigh': readIpNeigh,
  'ip-neighbor': readIpNeigh,
  'ip-neighbour': readIpNeigh,
  'ip-n': readIpNeigh,
  'ip-rule': readIpRule,
  ifconfig: readIfconfig,
  route: readRouteN,
  arp: readArpN,
  ethtool: (namespace, dump, from, interfaceName) => readEthtoolS(namespace, dump, interfaceName, from),
  sysctl: readSysctl,
};

/** Throws a UserError that lists every dump that cannot be used, one a line. */
export function readState(directory: string): State {
  const names = listDirectory(directory);
  const namespaces = new Map<string, Namespace>();
  const problems: ExpectationProblem[] = [];
  const broken: string[] = [];
  const late: (() => void)[] = [];
  const of = (name: string): Namespace => {
    const known = namespaces.get(name) ?? newNamespace(printable(name));
    namespaces.set(name, known);
    return known;
  };
  const guarded = (file: string, read: () => void): void => {
    try {
      read();
    } catch (error) {
      if (!(error instanceof DumpError)) throw error;
      broken.push(`${printablePath(join(directory, file))} ${error.message}`);
    }
  };

  for (const file of names) {
    const from = printable(file);
    const json = /^(.+)\.(link|addr|route|neigh|rule)\.json$/.exec(file);
    if (json !== null) {
      guarded(file, () => jsonReaders[json[2]!]!(of(json[1]!), parseItems(readDump(directory, file)), from));
      continue;
    }
    if (file === 'ip-resources.txt' || file.endsWith('.ip-resources.txt')) {
      const name =
        file === 'ip-resources.txt' ? basename(resolve(directory)) : file.slice(0, -'.ip-resources.txt'.length);
      guarded(file, () => readRetina(of(name), readDump(directory, file), from));
      continue;
    }
    if (file.endsWith('.tar.gz') || file.endsWith('.tgz')) {
      guarded(file, () => {
        const found = readRetinaTarball(readOctets(directory, file));
        if (found === null)
          throw new DumpError('holds no ip-resources.txt: it is not a Retina capture; unpack it or take it away');
        readRetina(of(file.replace(/\.(tar\.gz|tgz)$/, '')), found, from);
      });
      continue;
    }
    const text = /^(.+)\.([A-Za-z][A-Za-z0-9_-]*)\.txt$/.exec(file);
    if (text === null) continue;
    const command = commandOf(text[2]!);
    const reader = textReaders[command.name];
    if (reader === undefined) {
      problems.push({
        name: 'unread-dump',
        severity: 'info',
        message: `${from} is not read: "${printable(text[2]!)}" is none of ${Object.keys(textReaders).join(', ')}`,
        from,
      });
      continue;
    }
    const read = (): void =>
      guarded(file, () => reader(of(text[1]!), readDump(directory, file), from, command.interfaceName));
    // ethtool does not name its interface: the others must have spoken first.
    if (command.name === 'ethtool') late.push(read);
    else read();
  }
  for (const read of late) read();

  if (broken.length > 0) throw new UserError(broken.join('\n'));
  if (namespaces.size === 0) {
    throw new UserError(
      `${printablePath(directory)}: no state dump in this folder; expected files such as node1.link.json, node1.route.json or pod1.route-n.txt (\`ipip-trace collect\` prints the script that makes them)`,
    );
  }
  const list = [...namespaces.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
  for (const namespace of list) {
    if (namespace.policyRules.length === 0) continue;
    problems.push({
      name: 'policy-routing',
      severity: 'info',
      message: `${namespace.name} has routing rules of its own, which are not followed: ${namespace.policyRules.slice(0, 3).join('; ')}`,
      from: namespace.name,
    });
  }
  return { namespaces: list, problems };
}

function listDirectory(directory: string): string[] {
  let names: string[];
  try {
    names = readdirSync(directory);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    const why = code === 'ENOENT' ? 'no such folder' : code === 'ENOTDIR' ? 'is a file' : `cannot be read (${code})`;
    throw new UserError(`${printablePath(directory)}: ${why}; --state wants the folder of the state dumps`);
  }
  if (names.length > MOST_FILES) {
    throw new UserError(
      `${printablePath(directory)}: ${names.length} files; --state wants a folder of state dumps alone`,
    );
  }
  return names.sort();
}

/** A regular file alone: a device or a pipe with a dump's name would never end. */
function readOctets(directory: string, file: string): Buffer {
  let handle: number;
  try {
    // Without O_NONBLOCK the open of a pipe waits for its writer.
    handle = openSync(join(directory, file), constants.O_RDONLY | constants.O_NONBLOCK);
  } catch (error) {
    throw new DumpError(`cannot be read (${(error as NodeJS.ErrnoException).code})`);
  }
  try {
    const { size } = statOf(handle);
    if (size > LARGEST_DUMP) throw new DumpError(`has ${size} octets, more than the ${LARGEST_DUMP} a dump may have`);
    const octets = Buffer.alloc(size);
    let read = 0;
    while (read < size) {
      const got = readSync(handle, octets, read, size - read, read);
      if (got === 0) break;
      read += got;
    }
    return octets.subarray(0, read);
  } finally {
    closeSync(handle);
  }
}

function statOf(handle: number): { size: number } {
  const stat = fstatSync(handle);
  if (!stat.isFile()) throw new DumpError('is no regular file');
  return stat;
}

function readDump(directory: string, file: string): string {
  return readOctets(directory, file)
    .toString('utf8')
    .replace(/^\uFEFF/, '');
}

/** "ip-d-link-show" → ip-link; "ethtool-S-eth0" → ethtool of eth0. */
function commandOf(written: string): { readonly name: string; readonly interfaceName: string | null } {
  const parts = written.split('-');
  if (parts[0] === 'ethtool') return { name: 'ethtool', interfaceName: parts.slice(2).join('-') || null };
  if (parts[0] !== 'ip') return { name: parts[0] ?? '', interfaceName: null };
  const verb = parts.slice(1).find((part) => !/^(d|s|o|4|N|details?|show|list)$/.test(part));
  return { name: `ip-${verb ?? ''}`, interfaceName: null };
}
