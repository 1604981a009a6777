/** The report as one self-contained HTML page: no network, a strict policy, readable on paper, on a phone and without colour. */

import type { Outcome } from '../checks/finding.js';
import { probeText } from '../path/probe-kinds.js';
import { mtuStatement } from '../report/basis.js';
import { flowTitle } from '../report/flow-name.js';
import {
  allFindings,
  boundedDuration,
  captureTroubles,
  commonFolder,
  frameCommand,
  isFailure,
  journeyToShow,
  type Mark,
  markSign,
  type NameOf,
  noteText,
  refusalGroups,
  refusalText,
  shortNames,
  sideOf,
  worstOf,
} from '../report/reading.js';
import type { Diagnosis, FlowReport, JourneyReport, Report } from '../report/report.js';
import { safeText } from '../report/safe-text.js';
import { causeOf, openText, type Step, storyOf } from '../report/story.js';
import { type FindingGroup, groupFindings, groupPlace, worstGroupsFirst } from './grouping.js';
import { pageScript, pageStyle, scriptHash, styleHash } from './html/assets.js';
import { headerStacks } from './html/headers.js';
import { ladder } from './html/ladder.js';
import { html, type Markup, trusted } from './html/markup.js';
import { pathPicture } from './html/picture.js';
import type { Reporter, ReporterOptions } from './reporter.js';

const word: Record<Outcome, string> = { pass: 'PASS', fail: 'FAIL', unproven: 'UNPROVEN' };
const outcomeText: Record<Outcome, string> = { pass: 'passed', fail: 'failed', unproven: 'unproven' };

interface Page {
  readonly report: Report;
  readonly options: ReporterOptions;
  readonly nameOf: NameOf;
  /** Details are drawn for these flows; the table has all. */
  readonly detailed: ReadonlySet<FlowReport>;
  /** Findings put together, by the flow they stand under; null holds the captures' own. */
  readonly groupsOf: ReadonlyMap<FlowReport | null, readonly FindingGroup[]>;
}

type HeadingLevel = 'h3' | 'h4';

/** Text of the catalogue and of diagnoses: what stands between backticks is code. */
function prose(text: string): Markup {
  const parts = text.split('`');
  if (parts.length % 2 === 0) return html`${text}`;
  return html`${parts.map((part, i) => (i % 2 === 1 ? html`<code>${part}</code>` : html`${part}`))}`;
}

function heading(level: HeadingLevel, content: Markup): Markup {
  return level === 'h3' ? html`<h3>${content}</h3>` : html`<h4>${content}</h4>`;
}

const plural = (count: number, what: string): string => `${what}${count === 1 ? '' : 's'}`;

/** A table that scrolls by itself, so that the page never does; the frame can be reached and scrolled by keyboard. */
function scrolling(name: string, table: Markup): Markup {
  return html`<div class="scroll" tabindex="0" role="group" aria-label="${name}">${table}</div>`;
}

/** The heads of a table: a name that begins with # stands over numbers. */
function heads(names: readonly string[]): Markup {
  return html`<thead><tr>${names.map((name) => (name.startsWith('#') ? html`<th scope="col" class="number">${name.slice(1)}</th>` : html`<th scope="col">${name}</th>`))}</tr></thead>`;
}

function command(text: string, where: string): Markup {
  return html`<div class="command"><span class="where">${where}</span><code>${text}</code><button type="button" data-copy hidden aria-label="Copy the command ${text}">Copy</button></div>`;
}

function sign(mark: Mark): Markup {
  return html`<span class="sign ${mark}">${markSign[mark]}</span>`;
}

function verdictHeader({ report }: Page): Markup {
  const { outcome, counts } = report;
  const sum = (read: (flow: FlowReport) => number): number =>
    report.flows.reduce((total, flow) => total + read(flow), 0);
  const probes = sum((flow) => flow.probes);
  const story = storyOf(report);
  const cause = outcome === 'pass' ? null : story.cause;
  const more = story.others.length;
  const others =
    more > 0
      ? html` <span class="faint">and ${more} more ${more === 1 ? 'diagnosis' : 'diagnoses'} below</span>`
      : html``;
  const [step] = cause?.steps ?? [];
  const told =
    cause === null
      ? html``
      : html`<p><strong>${cause.title}:</strong> ${prose(cause.text)}${others}</p>${cause.where === '' ? html`` : html`<p><strong>Where:</strong> ${cause.where}</p>`}${step === undefined ? html`` : html`<p><strong>Suspect:</strong> ${prose(step.cause)}</p>${stepCommand(step)}`}`;
  const open = outcome === 'pass' ? [] : story.open.slice(0, 5);
  const lead = html`<p class="lead">${prose(story.sentence)}.</p>${told}<dl class="facts">${story.basis.map(({ label, text }) => html`<dt>${label}</dt><dd>${text}</dd>`)}</dl>${open.length === 0 ? html`` : html`<ul class="why">${open.map((question) => html`<li>${prose(openText(question))}</li>`)}</ul>`}`;
  const folder = commonFolder(report);
  const warnings = allFindings(report).filter(
    ({ finding }) => finding.verdict === 'fail' && finding.severity !== 'error',
  ).length;
  const tally: [string, number][] = [
    [plural(probes, 'request'), probes],
    ['delivered', sum((flow) => flow.delivered)],
    ['replied', sum((flow) => flow.replied)],
    [`${plural(counts.pass, 'check')} passed`, counts.pass],
    ['failed', Math.max(0, counts.fail - warnings)],
    ...(warnings > 0 ? [[`${plural(warnings, 'warning')} or notes`, warnings] as [string, number]] : []),
    ['unproven', counts.unproven],
  ];
  const jumps = [
    ...(report.flows.length > 1 ? [['#flows', 'All flows'] as const] : []),
    ...report.flows
      .flatMap((flow, i) => (flow.outcome !== 'pass' ? [[`#flow-${i}`, flowTitle(flow)] as const] : []))
      .slice(0, 4),
    ['#basis', 'What this rests on'] as const,
  ];
  return html`<header class="verdict ${outcome}"><div><h1><span class="word"><span aria-hidden="true">${markSign[outcome]}</span> ${word[outcome]}</span></h1>${lead}<ul class="tally">${tally.map(([name, count]) => html`<li><strong>${count}</strong> ${name}</li>`)}</ul><p class="faint">${report.tool.name} ${report.tool.version}, ${report.captures.length} ${plural(report.captures.length, 'capture')}${folder === '' ? '' : ` in ${folder}`}, profile ${report.expectation.profile}</p><nav class="jump" aria-label="Sections">${jumps.map(([href, name]) => html`<a href="${href}">${name}</a>`)}</nav></div></header>`;
}

function stepCommand({ command: next, machine }: Step): Markup {
  return next === '' ? html`` : command(next, machine);
}

function diagnosisCard(diagnosis: Diagnosis, flow: FlowReport | null, page: Page, level: HeadingLevel): Markup {
  const { id, text, where, shown, steps, frames: evidence } = causeOf(diagnosis, flow, page.nameOf);
  const tags = [diagnosis.segment, diagnosis.direction, diagnosis.confidence].filter((tag) => tag !== null);
  const causes = steps.map(
    (step) =>
      html`<li><strong>${prose(step.cause)}</strong>${step.confirm === '' ? html`` : html`<br><span class="faint">confirmed if</span> ${prose(step.confirm)}`}${stepCommand(step)}</li>`,
  );
  const frames = evidence
    .slice(0, 3)
    .filter((one) => one.frame > 0)
    .map((one) => command(frameCommand(one.file, one.frame), `${page.nameOf(one.file)} frame ${one.frame}`));
  const about = page.options.explain(id);
  const words = about === null || about.summary === text ? html`` : html`<p class="faint">${prose(about.summary)}</p>`;
  return html`<article class="card diagnosis">${heading(level, prose(text))}<p class="faint"><code>${id}</code>${tags.map((tag) => html`<span class="tag">${tag}</span>`)}</p>${shown === '' ? html`` : html`<p><strong>Seen:</strong> ${prose(shown)}</p>`}${where === '' ? html`` : html`<p><strong>Where:</strong> ${where}</p>`}${causes.length === 0 ? html`` : html`<p><strong>${causes.length === 1 ? 'Probable cause:' : 'Possible causes, most likely first:'}</strong></p><ol>${causes}</ol>`}${frames.length === 0 ? html`` : html`<p class="faint">The frames this rests on:</p>${frames}`}${words}</article>`;
}

/** Failed rules of a flow or of the captures, each once with all its places. */
function failureCards(page: Page, flow: FlowReport | null, level: HeadingLevel): Markup[] {
  const { options, nameOf } = page;
  const groups = worstGroupsFirst(page.groupsOf.get(flow) ?? []).filter((group) =>
    isFailure({ ...group.finding, verdict: group.verdict }),
  );
  const most = options.all ? 1000 : 30;
  const cards = groups.slice(0, most).map((group) => {
    const mark: Mark = group.severity === 'error' ? 'fail' : 'warning';
    const times = group.members.filter(({ finding }) => finding.verdict === 'fail').length;
    const evidence = group.finding.evidence.slice(0, 3).map((one) => {
      const compare =
        one.expected === undefined && one.found === undefined
          ? html``
          : html`<dl class="compare">${one.field === undefined ? html`` : html`<dt>field</dt><dd>${one.field}</dd>`}<dt>expected</dt><dd>${one.expected ?? 'nothing'}</dd><dt>found</dt><dd>${one.found ?? 'nothing'}</dd></dl>`;
      return html`${compare}${one.frame > 0 ? command(frameCommand(one.file, one.frame), `${nameOf(one.file)} frame ${one.frame}`) : html``}`;
    });
    const { direction, role, point } = group.finding;
    const place =
      role === null && point === null
        ? html``
        : html`<p class="faint">${groupPlace({ ...group, finding: { ...group.finding, point: point === null ? null : nameOf(point) } })}</p>`;
    const text = options.explain(group.rule);
    return html`<article class="card ${mark}">${heading(level, html`${sign(mark)} ${group.rule} ${group.name}<span class="tag">${group.severity}</span>${direction === null ? html`` : html`<span class="tag">${direction}</span>`}${times > 1 ? html`<span class="tag">${times} requests</span>` : html``}`)}<p>${prose(group.finding.message)}</p>${place}${evidence}${text === null ? html`` : html`<details><summary>What this rule says, and the cure</summary><p>${prose(text.summary)}</p><p>${prose(text.remedy)}</p></details>`}</article>`;
  });
  return groups.length > most
    ? [...cards, html`<p class="faint">and ${groups.length - most} more; --all and --format json have them.</p>`]
    : cards;
}

const rowsOfFindings = 500;

function otherFindings(page: Page, flow: FlowReport | null): Markup {
  const groups = page.groupsOf.get(flow) ?? [];
  const list = (verdict: 'unproven' | 'pass'): Markup => {
    const own = groups.filter((group) => group.verdict === verdict);
    if (own.length === 0) return html``;
    const rows = own
      .slice(0, rowsOfFindings)
      .map(
        ({ rule, name, finding }) =>
          html`<tr><td class="${verdict}">${markSign[verdict]}</td><td>${rule}</td><td>${verdict === 'pass' ? name : 'not judged'}</td><td>${[finding.direction, finding.role].filter((part) => part !== null).join(' ')}</td><td>${finding.point === null ? '' : page.nameOf(finding.point)}</td><td class="wrap">${prose(finding.message)}</td></tr>`,
      );
    const title = verdict === 'pass' ? `Passed (${own.length})` : `Unproven (${own.length})`;
    const cut =
      own.length > rowsOfFindings ? html`<p class="faint">The first ${rowsOfFindings} of ${own.length}.</p>` : html``;
    return html`<details class="long"><summary>${title}</summary>${scrolling(title, html`<table>${heads(['verdict', 'rule', 'name', 'where', 'capture', 'message'])}<tbody>${rows}</tbody></table>`)}${cut}</details>`;
  };
  return html`${list('unproven')}${list('pass')}`;
}

/** Picture and refusals first; times and headers after whatever the caller puts between them. */
function journeySection(page: Page, flow: FlowReport, journey: JourneyReport, id: string, between: Markup): Markup {
  const { report, nameOf } = page;
  const name = `Request with ${probeText(journey.probe)}`;
  const reply = journey.reply;
  const refusals = refusalGroups(journey).map((group) => {
    const refusal = group[0];
    if (refusal === undefined) return html``;
    const frames = group.map((one) =>
      command(frameCommand(one.file, one.frame), `${nameOf(one.file)} frame ${one.frame}`),
    );
    return html`<article class="card fail"><h4>${sign('fail')} ${refusal.sender} answered with ${refusalText(refusal)}</h4><p>It quotes the ${refusal.quotes} header.</p>${frames}</article>`;
  });
  const strays = journey.strays.map(
    (stray) =>
      html`<li>${sign('fail')} Seen off the path at ${nameOf(stray.point)}, frame ${stray.frame}: ${stray.inner.source} → ${stray.inner.destination}</li>`,
  );
  const times = ladder(report, journey, nameOf, id);
  const drawnTimes =
    times === null
      ? html``
      : html`<details open><summary>Ladder: times and TTL</summary>${times}<p class="faint">In order of travel, not to scale; ≈ corrected by the clock offset; none where clocks could not be compared.</p></details>`;
  return html`<section aria-label="${name}"><h3>${sign(journey.outcome)} ${name}</h3>${pathPicture(report, journey, flow.diagnoses, nameOf, id)}${strays.length === 0 ? html`` : html`<ul class="plain">${strays}</ul>`}${refusals}${between}${drawnTimes}<details open><summary>Headers of the request, frame by frame</summary>${headerStacks(report, journey, 'request', journey.request, nameOf)}</details>${reply === null ? html`<p>No reply was seen.</p>` : html`<details><summary>Headers of the reply, frame by frame</summary>${headerStacks(report, journey, 'reply', reply, nameOf)}</details>`}<p class="faint">Δ differs from the hop before. A TTL that falls by one at each forwarding node is right.</p></section>`;
}

function segmentsTable(flow: FlowReport): Markup {
  if (flow.segments.length === 0) return html``;
  const rows = flow.segments.map(
    (segment) =>
      html`<tr><td>${segment.direction}</td><td>${segment.segment}</td><td>${segment.from} → ${segment.to}</td><td class="number">${segment.entered}</td><td class="number">${segment.arrived}</td><td class="number${segment.lost > 0 ? ' bad' : ''}">${segment.lost > 0 ? '✗ ' : ''}${segment.lost}</td><td class="number">${boundedDuration(segment.oneWay, segment.bound) ?? '–'}</td></tr>`,
  );
  return html`<details><summary>Segments: loss and one-way time</summary>${scrolling('Segments', html`<table>${heads(['direction', 'segment', 'between', '#entered', '#arrived', '#lost', '#one-way (median)'])}<tbody>${rows}</tbody></table>`)}</details>`;
}

/** With `--all`, over all flows that are drawn. */
const drawnJourneys = 300;

function flowSection(page: Page, flow: FlowReport, index: number): Markup {
  const { report, options } = page;
  const one = journeyToShow(flow);
  // A page of ten thousand drawings opens in no browser; the counts and the other formats have all.
  const most = Math.max(1, Math.min(50, Math.floor(drawnJourneys / page.detailed.size)));
  const journeys = options.all && most > 1 ? flow.journeys.slice(0, most) : one === null ? [] : [one];
  const failures = failureCards(page, flow, 'h4');
  const rest = flow.probes - journeys.length;
  const diagnoses =
    flow.diagnoses.length === 0
      ? html``
      : html`<h3>Diagnosis</h3>${flow.diagnoses.map((diagnosis) => diagnosisCard(diagnosis, flow, page, 'h4'))}`;
  const failed = failures.length === 0 ? html`` : html`<h3>Failed checks</h3>${failures}`;
  const counted = `${flow.probes} ${plural(flow.probes, 'request')}, ${flow.delivered} delivered, ${flow.replied} replied`;
  const judged = html`<p>${counted}. MTU ${mtuStatement(report, flow)}.</p>${diagnoses}${failed}`;
  const drawn = journeys.map((journey, i) =>
    journeySection(page, flow, journey, `${index}-${i}`, i === 0 ? judged : html``),
  );
  const more = `${rest} more ${plural(rest, 'request')} of this flow, counted in the checks.`;
  const name = html`${sign(flow.outcome)} ${flowTitle(flow)}`;
  const body = html`${drawn.length === 0 ? judged : drawn}${rest > 0 ? html`<p class="faint">${more}</p>` : html``}${segmentsTable(flow)}${otherFindings(page, flow)}`;
  // Among many flows, those that passed are folded: what is wrong is what the page is opened for.
  return report.flows.length > 1 && flow.outcome === 'pass'
    ? html`<section><details class="flow long" id="flow-${index}"><summary><h2>${name}</h2> <span class="faint">${counted}</span></summary>${body}</details></section>`
    : html`<section id="flow-${index}"><h2>${name}</h2>${body}</section>`;
}

/** Node (or address) at one end of a flow, for the heat map. */
function endOf(flow: FlowReport, side: 'source' | 'destination'): string {
  for (const journey of flow.journeys) {
    for (const hop of journey.request.hops) if (sideOf(hop.role) === side && hop.node !== null) return hop.node;
  }
  return side === 'source' ? flow.source : flow.destination;
}

const heatLimit = 60;
const rank = { fail: 0, unproven: 1, pass: 2 } as const;
const byName = new Intl.Collator('en', { numeric: true });

function heatMap({ report }: Page): Markup {
  const cells = new Map<string, { outcome: Outcome; probes: number; delivered: number; flow: number }>();
  const worstAt = { source: new Map<string, number>(), destination: new Map<string, number>() };
  const key = (source: string, destination: string): string => JSON.stringify([source, destination]);
  report.flows.forEach((flow, index) => {
    const source = endOf(flow, 'source');
    const destination = endOf(flow, 'destination');
    const own = rank[flow.outcome];
    worstAt.source.set(source, Math.min(own, worstAt.source.get(source) ?? 2));
    worstAt.destination.set(destination, Math.min(own, worstAt.destination.get(destination) ?? 2));
    const old = cells.get(key(source, destination));
    const worse = old === undefined || own < rank[old.outcome];
    cells.set(key(source, destination), {
      outcome: worse ? flow.outcome : old.outcome,
      flow: worse ? index : old.flow,
      probes: (old?.probes ?? 0) + flow.probes,
      delivered: (old?.delivered ?? 0) + flow.delivered,
    });
  });
  if (worstAt.source.size < 2 && worstAt.destination.size < 2) return html``;
  // When not all can be drawn, those with failures are.
  const drawn = (ends: ReadonlyMap<string, number>): string[] =>
    [...ends.keys()]
      .sort((a, b) => (ends.get(a) ?? 2) - (ends.get(b) ?? 2) || byName.compare(a, b))
      .slice(0, heatLimit)
      .sort(byName.compare);
  const columns = drawn(worstAt.destination);
  const rows = drawn(worstAt.source).map((source) => {
    const tiles = columns.map((destination) => {
      const cell = cells.get(key(source, destination));
      if (cell === undefined) return html`<td class="none">·</td>`;
      const title = `${source} → ${destination}: ${outcomeText[cell.outcome]}, ${cell.delivered} of ${cell.probes} delivered`;
      return html`<td class="${cell.outcome}"><a href="#flow-${cell.flow}" title="${title}">${markSign[cell.outcome]} ${cell.delivered}/${cell.probes}</a></td>`;
    });
    return html`<tr><th scope="row">${source}</th>${tiles}</tr>`;
  });
  const cut =
    worstAt.source.size > heatLimit || worstAt.destination.size > heatLimit
      ? html`<p class="faint">${heatLimit} of each at most are drawn, those with failures first; the table below has all flows.</p>`
      : html``;
  return html`<h3>From (rows) to (columns): delivered of sent</h3>${scrolling('Heat map of node pairs', html`<table class="heat"><thead><tr><td></td>${columns.map((name) => html`<th scope="col">${name}</th>`)}</tr></thead><tbody>${rows}</tbody></table>`)}${cut}`;
}

function flowsSection(page: Page): Markup {
  const { report, detailed } = page;
  if (report.flows.length < 2) return html``;
  const sorted = report.flows
    .map((flow, index) => ({ flow, index }))
    .sort((a, b) => rank[a.flow.outcome] - rank[b.flow.outcome]);
  const rows = sorted.map(({ flow, index }) => {
    const worst = worstOf(flow);
    const name = flowTitle(flow);
    const link = detailed.has(flow)
      ? html`<a href="#flow-${index}">${name}</a>`
      : html`<span id="flow-${index}">${name}</span>`;
    const lost = flow.delivered < flow.probes ? ' bad' : '';
    return html`<tr><td>${sign(flow.outcome)} ${outcomeText[flow.outcome]}</td><td>${link}</td><td class="number">${flow.probes}</td><td class="number${lost}">${flow.delivered}</td><td class="number">${flow.replied}</td><td>${worst === null ? '–' : `${worst.rule} ${worst.name}`}</td></tr>`;
  });
  const count = (outcome: Outcome): number => report.flows.filter((flow) => flow.outcome === outcome).length;
  const counted = (['fail', 'unproven', 'pass'] as const)
    .filter((outcome) => count(outcome) > 0)
    .map((outcome) => html`<li>${sign(outcome)} <strong>${count(outcome)}</strong> ${outcomeText[outcome]}</li>`);
  return html`<section id="flows"><h2>Flows (${report.flows.length})</h2><ul class="tally">${counted}</ul>${heatMap(page)}<p class="filter" hidden><label>Show flows with <input type="search" placeholder="address, rule or outcome"></label> <output></output></p>${scrolling('Flows', html`<table class="flows">${heads(['outcome', 'flow', '#requests', '#delivered', '#replied', 'worst finding'])}<tbody>${rows}</tbody></table>`)}</section>`;
}

function basis(page: Page): Markup {
  const { report, nameOf } = page;
  const { expectation } = report;
  const source = {
    inferred: 'inferred from the captures themselves',
    'topology-file': 'from the file',
    'kernel-state': 'from kernel state in',
  };
  const clocks = report.clocks.map(({ between, offset, bound, exchanges, reason }) => {
    const value = boundedDuration(offset, bound);
    return html`<li>${between[1]} minus ${between[0]}: ${value === null ? `unknown${reason === null ? '' : `, ${reason}`}` : `${value} from ${exchanges} exchange${exchanges === 1 ? '' : 's'}`}</li>`;
  });
  const notes = [...report.notes, ...report.flows.slice(0, 50).flatMap((flow) => flow.notes)].map(
    (note) => html`<li>${noteText(note, nameOf)}</li>`,
  );
  const troubles = captureTroubles(report, nameOf).map((trouble) => html`<li class="fail">✗ ${trouble}</li>`);
  const points = report.points.map(
    (point) =>
      html`<tr><td>${nameOf(point.id)}</td><td>${point.interface ?? '–'}</td><td>${point.linkType}</td><td>${point.role ?? 'none found'}</td><td>${point.node ?? '–'}</td><td>${point.roleFrom ?? '–'}</td><td class="number">${point.frames}</td><td class="number">${point.snapLength}</td></tr>`,
  );
  const captures = report.captures.map(
    (capture) =>
      html`<tr><td>${nameOf(capture.file)}</td><td>${capture.format}${capture.compression === null ? '' : `, ${capture.compression}`}</td><td class="number">${capture.frames}</td><td>${capture.linkTypes.join(', ')}</td><td>${capture.ending === 'clean' ? '✓ clean' : `✗ ${capture.ending}`}</td><td class="wrap">${capture.notes.join('; ')}</td></tr>`,
  );
  return html`<section id="basis"><h2>What this rests on</h2><dl class="facts"><dt>Expectation</dt><dd>${source[expectation.source]}${expectation.from === null ? '' : ` ${expectation.from}`}, profile ${expectation.profile}, tunnel MTU ${expectation.tunnelMtu}, underlay MTU ${expectation.underlayMtu}${expectation.weaknesses.length === 0 ? html`` : html`<ul>${expectation.weaknesses.map((weakness) => html`<li>${weakness}</li>`)}</ul>`}</dd>${clocks.length === 0 ? html`` : html`<dt>Clocks</dt><dd><ul>${clocks}</ul></dd>`}${notes.length === 0 ? html`` : html`<dt>Notes</dt><dd><ul>${notes}</ul></dd>`}${troubles.length === 0 ? html`` : html`<dt>Damage</dt><dd><ul>${troubles}</ul></dd>`}</dl><h3>Captures</h3>${scrolling('Captures', html`<table>${heads(['file', 'format', '#frames', 'link types', 'ending', 'notes'])}<tbody>${captures}</tbody></table>`)}<h3>Capture points</h3>${scrolling('Capture points', html`<table>${heads(['point', 'interface', 'link type', 'role', 'node', 'role from', '#frames', '#snapshot length'])}<tbody>${points}</tbody></table>`)}${otherFindings(page, null)}</section>`;
}

const detailedFlows = 20;
const detailedFlowsOfAll = 200;

export const reportHtml: Reporter = (report, options) => {
  const sorted = [...report.flows].sort((a, b) => rank[a.outcome] - rank[b.outcome]);
  const groupsOf = new Map<FlowReport | null, FindingGroup[]>();
  for (const group of groupFindings(report)) {
    const own = groupsOf.get(group.flow);
    if (own === undefined) groupsOf.set(group.flow, [group]);
    else own.push(group);
  }
  const detailed = sorted.slice(0, options.all ? detailedFlowsOfAll : detailedFlows);
  const page: Page = { report, options, nameOf: shortNames(report), detailed: new Set(detailed), groupsOf };
  const policy = `default-src 'none'; style-src '${styleHash}'; script-src '${scriptHash}'; base-uri 'none'; form-action 'none'`;
  const ofCaptures = failureCards(page, null, 'h3');
  const left = report.flows.length - detailed.length;
  const document = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${trusted(policy)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<title>${word[report.outcome]} – ${report.tool.name}</title>
<style>${trusted(pageStyle)}</style>
</head>
<body>
<a class="skip" href="#main">Skip to the details</a>
${verdictHeader(page)}
<main id="main">
${report.diagnoses.length === 0 ? html`` : html`<section><h2>Diagnosis</h2>${report.diagnoses.map((diagnosis) => diagnosisCard(diagnosis, null, page, 'h3'))}</section>`}
${ofCaptures.length === 0 ? html`` : html`<section><h2>Captures that failed a check</h2>${ofCaptures}</section>`}
${flowsSection(page)}
${detailed.map((flow) => flowSection(page, flow, report.flows.indexOf(flow)))}
${left > 0 ? html`<p class="faint">${left} more flows are in the table above; details of the ${detailed.length} worst are drawn.</p>` : html``}
${basis(page)}
</main>
<footer>${safeText(`${report.tool.name} ${report.tool.version}`)}. Frame numbers count as in Wireshark. This page loads nothing and sends nothing.</footer>
<p class="said" role="status"></p>
<script>${trusted(pageScript)}</script>
</body>
</html>
`;
  return document.markup;
};
