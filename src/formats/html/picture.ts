/** The path as a picture in SVG: pods, devices, nodes and the underlay, the request's lane and the reply's, the break between them. */
import type { HopRole } from '../../path/facts.js';
import type { Direction } from '../../path/roles.js';
import { type Mark, markSign, type NameOf } from '../../report/reading.js';
import type { Diagnosis, JourneyReport, Report } from '../../report/report.js';
import { safeText } from '../../report/safe-text.js';
import { shorten } from '../layout.js';
import { html, type Markup } from './markup.js';
import { gapOf, nodeName, type Sighting, type Station, stationsOf } from './stations.js';

/** A picture runs along one axis; `at` maps (along, across) to x and y, so that one drawing serves desktop and phone. */
interface Frame {
  readonly name: 'wide' | 'tall';
  readonly at: (along: number, across: number) => readonly [number, number];
  readonly step: number;
  readonly box: { readonly along: number; readonly across: number };
  readonly lane: Record<Direction, number>;
  /** The stations' middle. */
  readonly centre: number;
  readonly across: number;
  /** Room before the first station, where the lanes' names stand. */
  readonly start: number;
  readonly nodeGap: number;
}

const wide: Frame = {
  name: 'wide',
  at: (along, across) => [along, across],
  step: 150,
  box: { along: 122, across: 66 },
  lane: { request: 52, reply: 262 },
  centre: 160,
  across: 308,
  start: 92,
  nodeGap: 104,
};

/** Without a reply the lower half has nothing to show; a break of the reply has its word below. */
function wideFor(journey: JourneyReport, stations: readonly Station[]): Frame {
  if (journey.reply === null) return { ...wide, across: 250 };
  return gapOf(stations, 'reply') === null ? { ...wide, across: 284 } : wide;
}

const tall: Frame = {
  name: 'tall',
  at: (along, across) => [across, along],
  step: 84,
  box: { along: 60, across: 204 },
  lane: { request: 34, reply: 326 },
  centre: 180,
  across: 360,
  start: 40,
  nodeGap: 84,
};

const shortText = (text: string, room: number): string => shorten(safeText(text), room);

/** Half of a node's frame, across. */
const nodeHalf = (frame: Frame): number => (frame.name === 'wide' ? 68 : 120);

const n = (value: number): string => String(Math.round(value * 10) / 10);

/** Sign and kind of a sighting's badge. */
function badgeOf({ state, mark }: Sighting): readonly [kind: string, sign: string] {
  if (state === 'lost-before') return ['fail', markSign.fail];
  if (state === 'blind' || state === 'not-running') return ['unproven', markSign.unproven];
  if (state === 'seen') return [mark, markSign[mark]];
  return ['absent', state === 'not-captured' ? '–' : '∅'];
}

function badge(frame: Frame, along: number, direction: Direction, sighting: Sighting): Markup {
  if (sighting.state === 'no-leg') return html``;
  const lane = frame.lane[direction];
  const [x, y] = frame.at(along, lane);
  const [kind, sign] = badgeOf(sighting);
  const below = direction === 'request' || frame.name === 'tall';
  const [textX, textY] = frame.name === 'wide' ? [x + 7, y + (below ? 27 : -18)] : [x, y + 28];
  const anchor = frame.name === 'wide' ? 'start' : 'middle';
  const rules =
    sighting.failed.length === 0
      ? html``
      : html`<text class="rules ${kind}" x="${n(textX)}" y="${n(textY)}" text-anchor="${anchor}">${sighting.failed[0] ?? ''}${sighting.failed.length > 1 ? ` +${sighting.failed.length - 1}` : ''}</text>`;
  return html`<g class="badge ${kind}"><title>${sighting.title}</title><circle cx="${n(x)}" cy="${n(y)}" r="13"/><text class="sign" x="${n(x)}" y="${n(y + 5)}" text-anchor="middle">${sign}</text>${rules}</g>`;
}

function line(frame: Frame, from: number, to: number, across: number, kind: string, marker: string | null): Markup {
  const [x1, y1] = frame.at(from, across);
  const [x2, y2] = frame.at(to, across);
  const end = marker === null ? html`` : html` marker-end="url(#${marker})"`;
  return html`<line class="lane ${kind}" x1="${n(x1)}" y1="${n(y1)}" x2="${n(x2)}" y2="${n(y2)}"${end}/>`;
}

/** An arrow has the colour of what was found where it arrives. */
function arrowKind(mark: Mark): 'pass' | 'fail' | 'warning' {
  if (mark === 'fail') return 'fail';
  return mark === 'warning' || mark === 'unproven' ? 'warning' : 'pass';
}

interface Stretch {
  /** Indexes of two stations, the nearer to the source first. */
  readonly ends: readonly [number, number];
  readonly direction: Direction;
  readonly kind: 'fail' | 'warning';
  readonly text: string;
}

function lanes(
  frame: Frame,
  stations: readonly Station[],
  along: readonly number[],
  direction: Direction,
  stretches: readonly Stretch[],
  id: string,
): Markup[] {
  const order = direction === 'request' ? stations.map((_, i) => i) : stations.map((_, i) => stations.length - 1 - i);
  const sign = direction === 'request' ? 1 : -1;
  const drawn: Markup[] = [];
  const gap = gapOf(stations, direction);
  const across = frame.lane[direction];
  let previous: number | null = null;
  for (const i of order) {
    const sighting = stations[i]?.[direction];
    if (sighting === undefined || sighting.state === 'not-captured' || sighting.state === 'no-leg') continue;
    if (previous !== null) {
      const from = (along[previous] ?? 0) + sign * 15;
      const to = (along[i] ?? 0) - sign * 17;
      const blamed = stretches.find(
        ({ ends, direction: whose }) =>
          whose === direction && Math.min(previous ?? 0, i) >= ends[0] && Math.max(previous ?? 0, i) <= ends[1],
      );
      const kind = blamed?.kind ?? arrowKind(sighting.mark);
      if (gap !== null && i === gap.missing) drawn.push(line(frame, from, to, across, 'broken', null));
      else if (sighting.state === 'seen' || sighting.mark === 'unproven') {
        drawn.push(line(frame, from, to, across, kind, `arrow-${kind}-${id}`));
      } else drawn.push(line(frame, from, to, across, 'beyond', null));
    }
    previous = i;
  }
  if (gap !== null) {
    // Between two neighbouring badges, never on one: hops that nobody captured may lie in the gap.
    const first = Math.min(gap.last, gap.missing) + Math.floor((Math.abs(gap.missing - gap.last) - 1) / 2);
    const middle = ((along[first] ?? 0) + (along[first + 1] ?? 0)) / 2;
    const [x, y] = frame.at(middle, across);
    drawn.push(html`<g class="cross"><path d="M${n(x - 9)} ${n(y - 9)} l18 18 m0 -18 l-18 18"/></g>`);
  }
  return drawn;
}

/** The band across the whole picture where the path breaks: visible before anything is read. */
function band(
  frame: Frame,
  along: readonly number[],
  total: number,
  strays: boolean,
  { ends, direction, kind, text }: Stretch,
): Markup {
  const low = (along[ends[0]] ?? 0) + frame.box.along / 2;
  const high = (along[ends[1]] ?? 0) - frame.box.along / 2;
  // Between neighbours on one node there is little room: the band fills it. The tall picture has a node's name above its first station.
  const narrow = high - low < 60;
  const margin = narrow ? 1 : 14;
  const head = narrow || frame.name === 'wide' ? margin : 36;
  const [x1, y1] = frame.at(low + margin, frame.name === 'wide' ? 28 : 6);
  const [x2, y2] = frame.at(high - head, frame.name === 'wide' ? Math.min(frame.across - 10, 280) : frame.across - 6);
  // Half of the text at 16 px, bold: it must not run out of the picture nor into the lane's name.
  const half = [...text].length * 4.6;
  const [tx, ty] =
    frame.name === 'wide'
      ? [Math.max(frame.start + half, Math.min(total - 8 - half, (x1 + x2) / 2)), direction === 'request' ? 19 : 299]
      : [frame.across / 2, (y1 + y2) / 2 + (strays && !narrow ? -16 : 5)];
  return html`<g class="break ${kind}"><rect x="${n(x1)}" y="${n(y1)}" width="${n(x2 - x1)}" height="${n(y2 - y1)}" rx="8"/><text x="${n(tx)}" y="${n(ty)}" text-anchor="middle">${text}</text></g>`;
}

const endOf: Record<string, HopRole> = {
  1: 'source-pod',
  2: 'encapsulator-tunnel',
  3: 'encapsulator-underlay',
  4: 'decapsulator-underlay',
  5: 'decapsulator-tunnel',
  6: 'destination-pod',
};

/** The stations around a diagnosis's segment; null when it names none that are drawn. */
function stretchOf(segment: string, stations: readonly Station[]): readonly [number, number] | null {
  const ends = /^S([1-6])([1-6])(?:-S[1-6]([1-6]))?$/.exec(segment);
  if (ends === null) return null;
  const first = stations.findIndex(({ role }) => role === endOf[ends[1] ?? '']);
  const last = stations.findIndex(({ role }) => role === endOf[ends[3] ?? ends[2] ?? '']);
  return first < 0 || last <= first ? null : [first, last];
}

const endWord = {
  lost: 'lost',
  refused: 'refused',
  misrouted: 'misrouted',
  delivered: 'lost',
  'insufficient-evidence': 'not seen',
};

/** Where each leg breaks off; when none does and yet something is wrong, where the diagnosis says that it is. */
function stretches(
  frame: Frame,
  journey: JourneyReport,
  stations: readonly Station[],
  diagnoses: readonly Diagnosis[],
): Stretch[] {
  const found: Stretch[] = [];
  for (const direction of ['request', 'reply'] as const) {
    const leg = journey[direction];
    const gap = gapOf(stations, direction);
    if (leg === null || gap === null) continue;
    const refusal = leg.disposition === 'refused' ? journey.refusals[0] : undefined;
    const by =
      refusal === undefined || frame.name === 'tall'
        ? ''
        : `: ICMP ${refusal.type}/${refusal.code} from ${shortText(refusal.sender, 40)}`;
    const ends = [Math.min(gap.last, gap.missing), Math.max(gap.last, gap.missing)] as const;
    found.push({ ends, direction, kind: 'fail', text: `✗ ${direction} ${endWord[leg.disposition]}${by}` });
  }
  if (found.length > 0) return found;
  for (const diagnosis of diagnoses) {
    const ends = diagnosis.segment === null ? null : stretchOf(diagnosis.segment, stations);
    if (ends === null) continue;
    const failed = journey.outcome === 'fail';
    const text = `${failed ? markSign.fail : markSign.warning} ${shortText(diagnosis.id, 34)}`;
    return [{ ends, direction: diagnosis.direction ?? 'request', kind: failed ? 'fail' : 'warning', text }];
  }
  return [];
}

function stationBox(frame: Frame, station: Station, along: number): Markup {
  const { centre } = frame;
  const [cx, cy] = frame.at(along, centre);
  const width = frame.name === 'wide' ? frame.box.along : frame.box.across;
  const height = frame.name === 'wide' ? frame.box.across : frame.box.along;
  const room = frame.name === 'wide' ? 16 : 26;
  const stems = (['request', 'reply'] as const).map((direction) => {
    const lane = frame.lane[direction];
    const side = lane < centre ? -1 : 1;
    const [x1, y1] = frame.at(along, lane - side * 14);
    const [x2, y2] = frame.at(along, centre + (side * frame.box.across) / 2);
    return station[direction].state === 'no-leg'
      ? html``
      : html`<line class="stem" x1="${n(x1)}" y1="${n(y1)}" x2="${n(x2)}" y2="${n(y2)}"/>`;
  });
  const failed = [station.request, station.reply].some(({ state, mark }) => state === 'seen' && mark === 'fail');
  const classes = [
    station.kind.toLowerCase(),
    ...(station.captured ? [] : ['uncaptured']),
    ...(failed ? ['failed'] : []),
  ];
  const more =
    station.morePoints === 0
      ? html``
      : html`<text class="more" x="${n(cx)}" y="${n(cy + 24)}" text-anchor="middle">and ${station.morePoints} more here</text>`;
  const lift = station.morePoints === 0 ? 0 : 7;
  return html`${stems}<g class="station ${classes.join(' ')}"><title>${`${station.role}: ${station.name}. ${station.request.title}. ${station.reply.title}.`}</title><rect x="${n(cx - width / 2)}" y="${n(cy - height / 2)}" width="${width}" height="${height}" rx="${station.kind === 'Pod' ? 20 : 6}"/><text class="kind" x="${n(cx)}" y="${n(cy - 6 - lift)}" text-anchor="middle">${station.kind}</text><text class="name" x="${n(cx)}" y="${n(cy + 14 - lift)}" text-anchor="middle">${station.captured ? shortText(station.name, room) : 'not captured'}</text>${more}</g>`;
}

/** Where the datagram was met off the path, hung below the underlay between the nodes. */
function detour(frame: Frame, journey: JourneyReport, nameOf: NameOf, low: number, high: number): Markup {
  const points = [...new Set(journey.strays.map((stray) => nameOf(stray.point)))];
  const [first] = points;
  if (first === undefined) return html``;
  const middle = (low + high) / 2;
  // Beside the wire in the wide picture, on it in the tall one, below the word of the break.
  const [cx, cy] = frame.name === 'wide' ? frame.at(middle, frame.centre + 44) : frame.at(middle + 8, frame.centre);
  const [wx, wy] = frame.at(middle, frame.centre);
  const half = 62;
  const stem =
    frame.name === 'wide' ? html`<line x1="${n(wx)}" y1="${n(wy)}" x2="${n(cx)}" y2="${n(cy - 20)}"/>` : html``;
  const name = shortText(first, points.length > 1 ? 12 : 16);
  return html`<g class="stray"><title>${`Seen off the path at ${points.slice(0, 20).join(', ')}`}</title>${stem}<rect x="${n(cx - half)}" y="${n(cy - 20)}" width="${half * 2}" height="40" rx="6"/><text x="${n(cx)}" y="${n(cy - 4)}" text-anchor="middle">✗ off the path</text><text class="name" x="${n(cx)}" y="${n(cy + 12)}" text-anchor="middle">${name}${points.length > 1 ? ` +${points.length - 1}` : ''}</text></g>`;
}

function draw(
  frame: Frame,
  journey: JourneyReport,
  stations: readonly Station[],
  diagnoses: readonly Diagnosis[],
  nameOf: NameOf,
  id: string,
): Markup {
  const half = frame.box.along / 2;
  let position = frame.start + half + (frame.name === 'wide' ? 8 : 20);
  const nodeGap = frame.nodeGap + (journey.strays.length > 0 ? 44 : 0);
  const along = stations.map((station, i) => {
    if (i > 0) position += frame.step + (station.side !== stations[i - 1]?.side ? nodeGap : 0);
    return position;
  });
  const total = position + half + 24;
  const [width, height] = frame.at(total, frame.across);
  const groups = (['source', 'destination'] as const).map((side) => {
    const own = along.filter((_, i) => stations[i]?.side === side);
    const first = own[0];
    const last = own.at(-1);
    if (first === undefined || last === undefined) return null;
    const [x1, y1] = frame.at(first - half - (frame.name === 'wide' ? 10 : 28), frame.centre - nodeHalf(frame));
    const [x2, y2] = frame.at(last + half + 10, frame.centre + nodeHalf(frame));
    // Names stand beside the first stem, which runs through the middle of the first station.
    const [tx, room] =
      frame.name === 'wide'
        ? [first + 8, Math.floor((x2 - first - 8) / 8.2)]
        : [x1 + 12, Math.floor((x2 - x1 - 16) / 7.6)];
    const label = shortText(nodeName(stations, journey, side), Math.max(8, Math.min(room, 34)));
    return {
      frame: html`<g class="node"><rect x="${n(x1)}" y="${n(y1)}" width="${n(x2 - x1)}" height="${n(y2 - y1)}" rx="12"/></g>`,
      name: html`<g class="node"><text x="${n(tx)}" y="${n(y1 + 18)}">${label}</text></g>`,
    };
  });
  const border = stations.findIndex((station, i) => i > 0 && station.side !== stations[i - 1]?.side);
  const low = (along[border - 1] ?? 0) + half;
  const high = (along[border] ?? 0) - half;
  const underlay = ((): Markup => {
    if (border < 1) return html``;
    const [x1, y1] = frame.at(low, frame.centre);
    const [x2, y2] = frame.at(high, frame.centre);
    const [tx, ty] = frame.name === 'wide' ? [(x1 + x2) / 2, y1 - 9] : [x1 + 34, (y1 + y2) / 2 - 10];
    return html`<g class="wire"><line x1="${n(x1)}" y1="${n(y1)}" x2="${n(x2)}" y2="${n(y2)}"/><text x="${n(tx)}" y="${n(ty)}" text-anchor="middle">underlay</text></g>`;
  })();
  const broken = stretches(frame, journey, stations, diagnoses);
  const bands = broken.map((stretch) => band(frame, along, total, journey.strays.length > 0, stretch));
  const marker = `${id}-${frame.name}`;
  const markers = (['pass', 'warning', 'fail'] as const).map(
    (kind) =>
      html`<marker id="arrow-${kind}-${marker}" viewBox="0 0 10 10" refX="8" refY="5" markerWidth="6" markerHeight="6" orient="auto"><path class="arrow ${kind}" d="M0 0 L10 5 L0 10 z"/></marker>`,
  );
  const labels =
    frame.name === 'wide'
      ? html`<text class="lane-name" x="12" y="${frame.lane.request + 5}">request →</text>${journey.reply === null ? html`<text class="lane-name" x="${n(frame.start - 2)}" y="${frame.across - 4}">no reply was seen</text>` : html`<text class="lane-name" x="12" y="${frame.lane.reply + 5}">← reply</text>`}`
      : html`<text class="lane-name" x="8" y="18">↓ request</text><text class="lane-name" x="352" y="18" text-anchor="end">${journey.reply === null ? 'no reply seen' : '↑ reply'}</text>`;
  const summary = stations
    .map((station) => `${station.kind} ${station.name}: ${station.request.title}; ${station.reply.title}`)
    .join('. ');
  return html`<svg class="picture ${frame.name}" viewBox="0 0 ${n(width)} ${n(height)}" role="img" aria-label="${summary}"><defs>${markers}</defs>${groups.flatMap((group) => (group === null ? [] : [group.frame]))}${frame.name === 'wide' ? bands : underlay}${frame.name === 'wide' ? underlay : bands}${border < 1 ? html`` : detour(frame, journey, nameOf, low, high)}${stations.map((station, i) => stationBox(frame, station, along[i] ?? 0))}${groups.flatMap((group) => (group === null ? [] : [group.name]))}${lanes(frame, stations, along, 'request', broken, marker)}${lanes(frame, stations, along, 'reply', broken, marker)}${stations.map((station, i) => badge(frame, along[i] ?? 0, 'request', station.request))}${stations.map((station, i) => badge(frame, along[i] ?? 0, 'reply', station.reply))}${labels}</svg>`;
}

const legend: readonly (readonly [sign: string, text: string])[] = [
  [markSign.pass, 'passed'],
  [markSign.fail, 'failed or lost'],
  [markSign.warning, 'warning'],
  [markSign.unproven, 'could not be judged'],
  [markSign.none, 'seen, nothing to judge'],
  ['∅', 'captured, not seen'],
  ['–', 'not captured'],
];

/** Both drawings; the style sheet shows the one that fits. */
export function pathPicture(
  report: Report,
  journey: JourneyReport,
  diagnoses: readonly Diagnosis[],
  nameOf: NameOf,
  id: string,
): Markup {
  const stations = stationsOf(report, journey, nameOf);
  if (stations.length === 0) return html``;
  const signs = new Set(
    stations.flatMap(({ request, reply }) =>
      [request, reply].filter(({ state }) => state !== 'no-leg').map((sighting) => badgeOf(sighting)[1]),
    ),
  );
  const used = legend
    .filter(([sign]) => signs.has(sign))
    .map(([sign, text]) => html`<span><b>${sign}</b> ${text}</span>`);
  return html`<figure class="path">${draw(wideFor(journey, stations), journey, stations, diagnoses, nameOf, id)}${draw(tall, journey, stations, diagnoses, nameOf, id)}<figcaption>${used}</figcaption></figure>`;
}
