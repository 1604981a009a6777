/** The path as a picture in SVG: pods, devices, nodes and the underlay, the request's lane and the reply's, the break between them. */
import { markSign, type NameOf } from '../reading.js';
import type { Direction, JourneyReport, Report } from '../report.js';
import { html, type Markup } from './markup.js';
import { gapOf, nodeName, type Sighting, type Station, stationsOf } from './stations.js';

/** A picture runs along one axis; `at` maps (along, across) to x and y, so that one drawing serves desktop and phone. */
interface Frame {
  readonly name: 'wide' | 'tall';
  readonly at: (along: number, across: number) => readonly [number, number];
  readonly step: number;
  readonly box: { readonly along: number; readonly across: number };
  readonly lane: Record<Direction, number>;
  readonly across: number;
  readonly start: number;
  readonly nodeGap: number;
}

const wide: Frame = {
  name: 'wide',
  at: (along, across) => [along, across],
  step: 146,
  box: { along: 126, across: 62 },
  lane: { request: 44, reply: 236 },
  across: 280,
  start: 14,
  nodeGap: 96,
};

const tall: Frame = {
  name: 'tall',
  at: (along, across) => [across, along],
  step: 78,
  box: { along: 54, across: 204 },
  lane: { request: 34, reply: 326 },
  across: 360,
  start: 34,
  nodeGap: 78,
};

function shortText(text: string, room: number): string {
  const characters = [...text];
  if (characters.length <= room) return text;
  const head = Math.ceil((room - 1) / 2);
  return `${characters.slice(0, head).join('')}…${characters.slice(characters.length - (room - 1 - head)).join('')}`;
}

const n = (value: number): string => String(Math.round(value * 10) / 10);

function badge(frame: Frame, along: number, direction: Direction, sighting: Sighting): Markup {
  const [x, y] = frame.at(along, frame.lane[direction]);
  if (sighting.state === 'no-leg') return html``;
  const lost = sighting.state === 'lost-before';
  const open = sighting.state !== 'seen' && !lost;
  const kind = lost ? 'fail' : sighting.state === 'blind' ? 'unproven' : open ? 'absent' : sighting.mark;
  const sign = lost
    ? markSign.fail
    : sighting.state === 'blind'
      ? '?'
      : open
        ? sighting.state === 'not-captured'
          ? '–'
          : '∅'
        : markSign[sighting.mark];
  return html`<g class="badge ${kind}"><title>${sighting.title}</title><circle cx="${n(x)}" cy="${n(y)}" r="13"/><text x="${n(x)}" y="${n(y + 5)}" text-anchor="middle">${sign}</text></g>`;
}

function line(frame: Frame, from: number, to: number, across: number, kind: string, marker: string | null): Markup {
  const [x1, y1] = frame.at(from, across);
  const [x2, y2] = frame.at(to, across);
  const end = marker === null ? html`` : html` marker-end="url(#${marker})"`;
  return html`<line class="lane ${kind}" x1="${n(x1)}" y1="${n(y1)}" x2="${n(x2)}" y2="${n(y2)}"${end}/>`;
}

function lanes(
  frame: Frame,
  stations: readonly Station[],
  along: readonly number[],
  direction: Direction,
  id: string,
): Markup[] {
  const order = direction === 'request' ? stations.map((_, i) => i) : stations.map((_, i) => stations.length - 1 - i);
  const sign = direction === 'request' ? 1 : -1;
  const drawn: Markup[] = [];
  const gap = gapOf(stations, direction);
  const across = frame.lane[direction];
  let previous: number | null = null;
  for (const i of order) {
    const state = stations[i]?.[direction].state;
    if (state === 'not-captured' || state === 'no-leg') continue;
    if (previous !== null) {
      const from = (along[previous] ?? 0) + sign * 15;
      const to = (along[i] ?? 0) - sign * 17;
      if (gap !== null && i === gap.missing) drawn.push(line(frame, from, to, across, 'broken', null));
      else if (state === 'seen' || state === 'blind') drawn.push(line(frame, from, to, across, 'whole', `arrow-${id}`));
      else drawn.push(line(frame, from, to, across, 'beyond', null));
    }
    previous = i;
  }
  if (gap !== null) {
    const middle = ((along[gap.last] ?? 0) + (along[gap.missing] ?? 0)) / 2;
    const [x, y] = frame.at(middle, across);
    drawn.push(html`<g class="cross"><path d="M${n(x - 9)} ${n(y - 9)} l18 18 m0 -18 l-18 18"/></g>`);
  }
  return drawn;
}

/** The red band across the whole picture where the path breaks: visible before anything is read. */
function breakBand(
  frame: Frame,
  stations: readonly Station[],
  along: readonly number[],
  direction: Direction,
  word: string,
): Markup | null {
  const gap = gapOf(stations, direction);
  if (gap === null) return null;
  const low = Math.min(along[gap.last] ?? 0, along[gap.missing] ?? 0) + frame.box.along / 2;
  const high = Math.max(along[gap.last] ?? 0, along[gap.missing] ?? 0) - frame.box.along / 2;
  // Between neighbours on one node there is little room: the band fills it. The tall picture has a node's name above its first station.
  const narrow = high - low < 60;
  const margin = narrow ? 1 : 14;
  const head = narrow || frame.name === 'wide' ? margin : 34;
  const [x1, y1] = frame.at(low + margin, frame.name === 'wide' ? 26 : 6);
  const [x2, y2] = frame.at(high - head, frame.across - (frame.name === 'wide' ? 26 : 6));
  const [tx, ty] =
    frame.name === 'wide'
      ? [(x1 + x2) / 2, direction === 'request' ? 18 : frame.across - 8]
      : [frame.across / 2, (y1 + y2) / 2 + 5];
  return html`<g class="break"><rect x="${n(x1)}" y="${n(y1)}" width="${n(x2 - x1)}" height="${n(y2 - y1)}" rx="8"/><text x="${n(tx)}" y="${n(ty)}" text-anchor="middle">✗ ${direction} ${word}</text></g>`;
}

function stationBox(frame: Frame, station: Station, along: number): Markup {
  const centre = frame.across / 2;
  const [cx, cy] = frame.at(along, centre);
  const width = frame.name === 'wide' ? frame.box.along : frame.box.across;
  const height = frame.name === 'wide' ? frame.box.across : frame.box.along;
  const room = frame.name === 'wide' ? 16 : 24;
  const kind = station.kind.toLowerCase();
  const stems = (['request', 'reply'] as const).map((direction) => {
    const lane = frame.lane[direction];
    const edge =
      lane < centre
        ? centre - (frame.name === 'wide' ? height : width) / 2
        : centre + (frame.name === 'wide' ? height : width) / 2;
    const near = lane < centre ? lane + 14 : lane - 14;
    const [x1, y1] = frame.at(along, near);
    const [x2, y2] = frame.at(along, edge);
    return station[direction].state === 'no-leg'
      ? html``
      : html`<line class="stem" x1="${n(x1)}" y1="${n(y1)}" x2="${n(x2)}" y2="${n(y2)}"/>`;
  });
  const captured = station.captured ? '' : ' uncaptured';
  return html`${stems}<g class="station ${kind}${captured}"><title>${`${station.role}: ${station.name}. ${station.request.title}. ${station.reply.title}.`}</title><rect x="${n(cx - width / 2)}" y="${n(cy - height / 2)}" width="${width}" height="${height}" rx="${station.kind === 'Pod' ? 20 : 6}"/><text class="kind" x="${n(cx)}" y="${n(cy - 7)}" text-anchor="middle">${station.kind}</text><text class="name" x="${n(cx)}" y="${n(cy + 13)}" text-anchor="middle">${station.captured ? shortText(station.name, room) : 'not captured'}</text></g>`;
}

function draw(frame: Frame, journey: JourneyReport, stations: readonly Station[], id: string): Markup {
  const half = frame.box.along / 2;
  let position = frame.start + half + (frame.name === 'wide' ? 8 : 14);
  const along = stations.map((station, i) => {
    if (i > 0) position += frame.step + (station.side !== stations[i - 1]?.side ? frame.nodeGap : 0);
    return position;
  });
  const total = position + half + frame.start + 8;
  const [width, height] = frame.at(total, frame.across);
  const groups = (['source', 'destination'] as const).map((side) => {
    const own = along.filter((_, i) => stations[i]?.side === side);
    const first = own[0];
    const last = own.at(-1);
    if (first === undefined || last === undefined) return html``;
    const inset = frame.name === 'wide' ? 74 : 60;
    const [x1, y1] = frame.at(first - half - (frame.name === 'wide' ? 10 : 24), inset);
    const [x2, y2] = frame.at(last + half + 10, frame.across - inset);
    const label = shortText(nodeName(stations, journey, side), 34);
    return html`<g class="node"><rect x="${n(x1)}" y="${n(y1)}" width="${n(x2 - x1)}" height="${n(y2 - y1)}" rx="12"/><text x="${n(x1 + 12)}" y="${n(y1 + 16)}">${label}</text></g>`;
  });
  const border = stations.findIndex((station, i) => i > 0 && station.side !== stations[i - 1]?.side);
  const underlay = ((): Markup => {
    if (border < 1) return html``;
    const low = (along[border - 1] ?? 0) + half;
    const high = (along[border] ?? 0) - half;
    const [x1, y1] = frame.at(low, frame.across / 2);
    const [x2, y2] = frame.at(high, frame.across / 2);
    const [tx, ty] = frame.name === 'wide' ? [(x1 + x2) / 2, y1 - 8] : [x1 + 34, (y1 + y2) / 2 - 2];
    return html`<g class="wire"><line x1="${n(x1)}" y1="${n(y1)}" x2="${n(x2)}" y2="${n(y2)}"/><text x="${n(tx)}" y="${n(ty)}" text-anchor="middle">underlay</text></g>`;
  })();
  const word = {
    lost: 'lost',
    refused: 'refused',
    misrouted: 'misrouted',
    delivered: 'lost',
    'insufficient-evidence': 'not seen',
  };
  const bands = [
    breakBand(frame, stations, along, 'request', word[journey.request.disposition]),
    journey.reply === null ? null : breakBand(frame, stations, along, 'reply', word[journey.reply.disposition]),
  ];
  const marker = `${id}-${frame.name}`;
  const labels =
    frame.name === 'wide'
      ? html`<text class="lane-name" x="14" y="22">request →</text><text class="lane-name" x="14" y="${frame.across - 8}">${journey.reply === null ? 'no reply was seen' : '← reply'}</text>`
      : html`<text class="lane-name" x="8" y="16">↓ request</text><text class="lane-name" x="352" y="16" text-anchor="end">${journey.reply === null ? 'no reply seen' : 'reply ↑'}</text>`;
  const summary = stations
    .map((station) => `${station.kind} ${station.name}: ${station.request.title}; ${station.reply.title}`)
    .join('. ');
  return html`<svg class="picture ${frame.name}" viewBox="0 0 ${n(width)} ${n(height)}" role="img" aria-label="${summary}"><defs><marker id="arrow-${marker}" viewBox="0 0 10 10" refX="8" refY="5" markerWidth="6" markerHeight="6" orient="auto"><path class="arrow" d="M0 0 L10 5 L0 10 z"/></marker></defs>${underlay}${groups}${bands.filter((band) => band !== null)}${lanes(frame, stations, along, 'request', marker)}${lanes(frame, stations, along, 'reply', marker)}${stations.map((station, i) => stationBox(frame, station, along[i] ?? 0))}${stations.map((station, i) => badge(frame, along[i] ?? 0, 'request', station.request))}${stations.map((station, i) => badge(frame, along[i] ?? 0, 'reply', station.reply))}${labels}</svg>`;
}

/** Both drawings; the style sheet shows the one that fits. */
export function pathPicture(report: Report, journey: JourneyReport, nameOf: NameOf, id: string): Markup {
  const stations = stationsOf(report, journey, nameOf);
  if (stations.length === 0) return html``;
  return html`<figure class="path">${draw(wide, journey, stations, id)}${draw(tall, journey, stations, id)}<figcaption>✓ passed &#160; ✗ failed or lost &#160; ! warning &#160; ? could not be judged &#160; · seen, nothing to judge &#160; ∅ captured, not seen &#160; – not captured</figcaption></figure>`;
}
