/** The report as one self-contained HTML page: no network, a strict policy, readable on paper, on a phone and without colour. */
import { groupFindings, groupPlace, worstGroupsFirst } from './grouping.js';
import { pageScript, pageStyle, scriptHash, styleHash } from './html/assets.js';
import { headerStacks } from './html/headers.js';
import { ladder } from './html/ladder.js';
import { html, type Markup, trusted } from './html/markup.js';
import { pathPicture } from './html/picture.js';
import { segmentName } from './pretty.js';
import {
  boundedDuration,
  captureTroubles,
  commonFolder,
  frameCommand,
  isFailure,
  journeyToShow,
  type Mark,
  markSign,
  mtuStatement,
  type NameOf,
  noteText,
  refusalGroups,
  refusalText,
  shortNames,
  sideOf,
  whatPassed,
  worstOf,
} from './reading.js';
import type { Diagnosis, FlowReport, JourneyReport, Outcome, Report } from './report.js';
import type { Reporter, ReporterOptions } from './reporter.js';
import { safeText } from './safe-text.js';

const word: Record<Outcome, string> = { pass: 'PASS', fail: 'FAIL', unproven: 'UNPROVEN' };
const outcomeText: Record<Outcome, string> = { pass: 'passed', fail: 'failed', unproven: 'unproven' };

interface Page {
  readonly report: Report;
  readonly options: ReporterOptions;
  readonly nameOf: NameOf;
  /** Details are drawn for these flows; the table has all. */
  readonly detailed: readonly FlowReport[];
}

function command(text: string, where: string | null): Markup {
  const place = where === null ? html`` : html`<span class="where">${where}</span>`;
  return html`<div class="command">${place}<code>${text}</code><button type="button" data-copy hidden>Copy</button></div>`;
}

function sign(mark: Mark): Markup {
  return html`<span class="sign ${mark}">${markSign[mark]}</span>`;
}

function verdictHeader({ report }: Page): Markup {
  const { outcome, reasons, counts } = report;
  const probes = report.flows.reduce((sum, flow) => sum + flow.probes, 0);
  const delivered = report.flows.reduce((sum, flow) => sum + flow.delivered, 0);
  const replied = report.flows.reduce((sum, flow) => sum + flow.replied, 0);
  const why =
    outcome === 'pass'
      ? html`<p>${`${whatPassed(report)}.`}</p>`
      : html`<ul class="why">${reasons.slice(0, 6).map((reason) => html`<li>${reason}</li>`)}${reasons.length > 6 ? html`<li>and ${reasons.length - 6} more reasons</li>` : html``}</ul>`;
  const folder = commonFolder(report);
  const tally: [string, number][] = [
    ['requests', probes],
    ['delivered', delivered],
    ['replied', replied],
    ['checks passed', counts.pass],
    ['not met', counts.fail],
    ['unproven', counts.unproven],
  ];
  const jumps = [
    ...(report.flows.length > 1 ? [['#flows', 'Flows'] as const] : []),
    ...report.flows
      .flatMap((flow, i) =>
        flow.outcome !== 'pass' && i < 400 ? [[`#flow-${i}`, `${flow.source} → ${flow.destination}`] as const] : [],
      )
      .slice(0, 4),
    ['#basis', 'What this rests on'] as const,
  ];
  return html`<header class="verdict ${outcome}"><div><h1><span class="word"><span aria-hidden="true">${markSign[outcome]}</span> ${word[outcome]}</span></h1>${why}<p class="faint">${report.tool.name} ${report.tool.version}, ${report.captures.length} capture${report.captures.length === 1 ? '' : 's'}${folder === '' ? '' : ` in ${folder}`}, profile ${report.expectation.profile}</p><ul class="tally">${tally.map(([name, count]) => html`<li><strong>${count}</strong> ${name}</li>`)}</ul><nav class="jump" aria-label="Sections">${jumps.map(([href, name]) => html`<a href="${href}">${name}</a>`)}</nav></div></header>`;
}

function diagnosisCard(diagnosis: Diagnosis, page: Page): Markup {
  const tags = [diagnosis.segment, diagnosis.direction, diagnosis.confidence].filter((tag) => tag !== null);
  const named = new Set(diagnosis.causes.map(({ cause }) => cause));
  const causes = [
    ...diagnosis.causes.map(
      ({ cause, confirm, command: next, where }) =>
        html`<li><strong>${cause}</strong>${confirm === '' ? html`` : html`<br><span class="faint">confirmed if</span> ${confirm}`}${next === '' ? html`` : command(next, `on ${where}`)}</li>`,
    ),
    ...diagnosis.candidates
      .filter((candidate) => !named.has(candidate))
      .map((candidate) => html`<li><strong>${candidate}</strong></li>`),
  ];
  const frames = diagnosis.evidence
    .slice(0, 3)
    .filter((one) => one.frame > 0)
    .map((one) => command(frameCommand(one.file, one.frame), null));
  const text = page.options.explain(diagnosis.id);
  return html`<article class="card diagnosis"><h4>${diagnosis.message}</h4><p class="faint"><code>${diagnosis.id}</code>${tags.map((tag) => html`<span class="tag">${tag}</span>`)}</p>${diagnosis.fact === '' ? html`` : html`<p><strong>Seen:</strong> ${diagnosis.fact}</p>`}${diagnosis.segment === null ? html`` : html`<p><strong>Where:</strong> ${segmentName(diagnosis.segment)}</p>`}${causes.length === 0 ? html`` : html`<p><strong>Possible causes, most likely first:</strong></p><ol>${causes}</ol>`}${frames.length === 0 ? html`` : html`<p class="faint">The frames this rests on:</p>${frames}`}${text === null ? html`` : html`<p class="faint">${text.summary}</p>`}</article>`;
}

/** Failed rules of a flow or of the captures, each once with all its places. */
function failureCards(page: Page, flow: FlowReport | null): Markup[] {
  const { report, options, nameOf } = page;
  const groups = worstGroupsFirst(groupFindings(report)).filter(
    (group) => group.flow === flow && isFailure({ ...group.finding, verdict: group.verdict }),
  );
  return groups.slice(0, options.all ? 1000 : 30).map((group) => {
    const mark: Mark = group.severity === 'error' ? 'fail' : 'warning';
    const times = group.members.filter(({ finding }) => finding.verdict === 'fail').length;
    const evidence = group.finding.evidence.slice(0, 3).map((one) => {
      const compare =
        one.expected === undefined && one.found === undefined
          ? html``
          : html`<dl class="compare">${one.field === undefined ? html`` : html`<dt>field</dt><dd>${one.field}</dd>`}<dt>expected</dt><dd>${one.expected ?? 'nothing'}</dd><dt>found</dt><dd>${one.found ?? 'nothing'}</dd></dl>`;
      return html`${compare}${one.frame > 0 ? command(frameCommand(one.file, one.frame), `${nameOf(one.file)} frame ${one.frame}`) : html``}`;
    });
    const text = options.explain(group.rule);
    return html`<article class="card ${mark}"><h4>${sign(mark)} ${group.rule} ${group.name}<span class="tag">${group.severity}</span>${times > 1 ? html`<span class="tag">${times} requests</span>` : html``}</h4><p>${group.finding.message}</p><p class="faint">${groupPlace({ ...group, finding: { ...group.finding, point: group.finding.point === null ? null : nameOf(group.finding.point) } })}</p>${evidence}${text === null ? html`` : html`<p><strong>Rule:</strong> ${text.summary}</p><p><strong>Cure:</strong> ${text.remedy}</p>`}</article>`;
  });
}

function otherFindings(page: Page, flow: FlowReport | null): Markup {
  const groups = groupFindings(page.report).filter((group) => group.flow === flow);
  const list = (verdict: 'unproven' | 'pass'): Markup => {
    const own = groups.filter((group) => group.verdict === verdict);
    if (own.length === 0) return html``;
    const mark: Mark = verdict;
    const rows = own
      .slice(0, 500)
      .map(
        ({ rule, name, finding }) =>
          html`<tr><td class="${mark}">${markSign[mark]}</td><td>${rule}</td><td>${name}</td><td>${finding.direction ?? ''} ${finding.role ?? ''}</td><td>${finding.point === null ? '' : page.nameOf(finding.point)}</td><td class="wrap">${finding.message}</td></tr>`,
      );
    const title = verdict === 'pass' ? `Passed (${own.length})` : `Unproven (${own.length})`;
    return html`<details><summary>${title}</summary><div class="scroll" tabindex="0" role="group" aria-label="${title}"><table><thead><tr><th></th><th>rule</th><th>name</th><th>where</th><th>capture</th><th>message</th></tr></thead><tbody>${rows}</tbody></table></div></details>`;
  };
  return html`${list('unproven')}${list('pass')}`;
}

/** Picture and refusals first; times and headers after whatever the caller puts between them. */
function journeySection(page: Page, journey: JourneyReport, id: string, between: Markup): Markup {
  const { report, nameOf } = page;
  const { identifier, sequence } = journey.probe;
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
      html`<li>Seen off the path at ${nameOf(stray.point)}, frame ${stray.frame}: ${stray.inner.source} → ${stray.inner.destination}</li>`,
  );
  return html`<section aria-label="Journey"><h3>${sign(journey.outcome)} Request with identifier ${identifier}, sequence ${sequence}</h3>${pathPicture(report, journey, nameOf, id)}${refusals}${strays.length === 0 ? html`` : html`<ul class="plain">${strays}</ul>`}${between}<details open><summary>Ladder: times and TTL</summary>${ladder(report, journey, nameOf, id)}<p class="faint">In order of travel, not to scale; ≈ corrected by the clock offset, ? by a clock that could not be compared.</p></details><details open><summary>Headers of the request, frame by frame</summary>${headerStacks(report, journey, 'request', journey.request, nameOf)}</details>${reply === null ? html`<p>No reply was seen.</p>` : html`<details><summary>Headers of the reply, frame by frame</summary>${headerStacks(report, journey, 'reply', reply, nameOf)}</details>`}<p class="faint">Δ differs from the hop before. A TTL that falls by one at each forwarding node is right.</p></section>`;
}

function segmentsTable(flow: FlowReport): Markup {
  if (flow.segments.length === 0) return html``;
  const rows = flow.segments.map(
    (segment) =>
      html`<tr><td>${segment.direction}</td><td>${segment.segment}</td><td>${segment.from} → ${segment.to}</td><td class="number">${segment.entered}</td><td class="number">${segment.arrived}</td><td class="number${segment.lost > 0 ? ' bad' : ''}">${segment.lost > 0 ? '✗ ' : ''}${segment.lost}</td><td class="number">${boundedDuration(segment.oneWay, segment.bound) ?? '–'}</td></tr>`,
  );
  return html`<details><summary>Segments: loss and one-way time</summary><div class="scroll" tabindex="0" role="group" aria-label="Segments"><table><thead><tr><th>direction</th><th>segment</th><th>between</th><th>entered</th><th>arrived</th><th>lost</th><th>one-way (median)</th></tr></thead><tbody>${rows}</tbody></table></div></details>`;
}

function flowSection(page: Page, flow: FlowReport, index: number): Markup {
  const { report, options } = page;
  const one = journeyToShow(flow);
  const journeys = options.all ? flow.journeys.slice(0, 50) : one === null ? [] : [one];
  const failures = failureCards(page, flow);
  const rest = flow.probes - journeys.length;
  const diagnoses =
    flow.diagnoses.length === 0
      ? html``
      : html`<h3>Diagnosis</h3>${flow.diagnoses.map((diagnosis) => diagnosisCard(diagnosis, page))}`;
  const failed = failures.length === 0 ? html`` : html`<h3>Failed checks</h3>${failures}`;
  const judged = html`${diagnoses}${failed}`;
  const drawn = journeys.map((journey, i) => journeySection(page, journey, `${index}-${i}`, i === 0 ? judged : html``));
  const counted = `${flow.probes} request${flow.probes === 1 ? '' : 's'}, ${flow.delivered} delivered, ${flow.replied} replied`;
  const more = `${rest} more request${rest === 1 ? '' : 's'} of this flow, counted in the checks.`;
  return html`<section id="flow-${index}"><h2>${sign(flow.outcome)} ${flow.source} → ${flow.destination}</h2><p>${counted}. MTU ${mtuStatement(report, flow)}.</p>${drawn.length === 0 ? judged : drawn}${rest > 0 ? html`<p class="faint">${more}</p>` : html``}${segmentsTable(flow)}${otherFindings(page, flow)}</section>`;
}

/** Node (or address) at one end of a flow, for the heat map. */
function endOf(flow: FlowReport, side: 'source' | 'destination'): string {
  for (const journey of flow.journeys) {
    for (const hop of journey.request.hops) if (sideOf(hop.role) === side && hop.node !== null) return hop.node;
  }
  return side === 'source' ? flow.source : flow.destination;
}

const heatLimit = 60;

function heatMap({ report }: Page): Markup {
  const rank = { fail: 0, unproven: 1, pass: 2 } as const;
  const cells = new Map<string, { outcome: Outcome; probes: number; delivered: number; flow: number }>();
  const sources = new Set<string>();
  const destinations = new Set<string>();
  const key = (source: string, destination: string): string => JSON.stringify([source, destination]);
  report.flows.forEach((flow, index) => {
    const source = endOf(flow, 'source');
    const destination = endOf(flow, 'destination');
    sources.add(source);
    destinations.add(destination);
    const old = cells.get(key(source, destination));
    const worse = old === undefined || rank[flow.outcome] < rank[old.outcome];
    cells.set(key(source, destination), {
      outcome: worse ? flow.outcome : old.outcome,
      flow: worse ? index : old.flow,
      probes: (old?.probes ?? 0) + flow.probes,
      delivered: (old?.delivered ?? 0) + flow.delivered,
    });
  });
  if (sources.size < 2 && destinations.size < 2) return html``;
  const columns = [...destinations].sort().slice(0, heatLimit);
  const lines = [...sources].sort().slice(0, heatLimit);
  const rows = lines.map((source) => {
    const tiles = columns.map((destination) => {
      const cell = cells.get(key(source, destination));
      if (cell === undefined) return html`<td class="none">·</td>`;
      const title = `${source} → ${destination}: ${outcomeText[cell.outcome]}, ${cell.delivered} of ${cell.probes} delivered`;
      return html`<td class="${cell.outcome}"><a href="#flow-${cell.flow}" title="${title}">${markSign[cell.outcome]} ${cell.delivered}/${cell.probes}</a></td>`;
    });
    return html`<tr><th scope="row">${source}</th>${tiles}</tr>`;
  });
  const cut =
    sources.size > heatLimit || destinations.size > heatLimit
      ? html`<p class="faint">The first ${heatLimit} of each are drawn; the table below has all flows.</p>`
      : html``;
  return html`<h3>From (rows) to (columns): delivered of sent</h3><div class="scroll" tabindex="0" role="group" aria-label="Heat map of node pairs"><table class="heat"><thead><tr><td></td>${columns.map((name) => html`<th scope="col">${name}</th>`)}</tr></thead><tbody>${rows}</tbody></table></div>${cut}`;
}

function flowsSection(page: Page): Markup {
  const { report, detailed } = page;
  if (report.flows.length < 2) return html``;
  const rank = { fail: 0, unproven: 1, pass: 2 } as const;
  const sorted = report.flows
    .map((flow, index) => ({ flow, index }))
    .sort((a, b) => rank[a.flow.outcome] - rank[b.flow.outcome]);
  const rows = sorted.map(({ flow, index }) => {
    const worst = worstOf(flow);
    const name = `${flow.source} → ${flow.destination}`;
    const link = detailed.includes(flow)
      ? html`<a href="#flow-${index}">${name}</a>`
      : html`<span id="flow-${index}">${name}</span>`;
    return html`<tr><td>${sign(flow.outcome)} ${outcomeText[flow.outcome]}</td><td>${link}</td><td class="number">${flow.probes}</td><td class="number">${flow.delivered}</td><td class="number">${flow.replied}</td><td>${worst === null ? '–' : `${worst.rule} ${worst.name}`}</td></tr>`;
  });
  return html`<section id="flows"><h2>Flows (${report.flows.length})</h2>${heatMap(page)}<p class="filter" hidden><label>Show flows with <input type="search" placeholder="address, rule or outcome"></label></p><div class="scroll" tabindex="0" role="group" aria-label="Flows"><table><thead><tr><th>outcome</th><th>flow</th><th>probes</th><th>delivered</th><th>replied</th><th>worst finding</th></tr></thead><tbody>${rows}</tbody></table></div></section>`;
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
  return html`<section id="basis"><h2>What this rests on</h2><dl class="facts"><dt>Expectation</dt><dd>${source[expectation.source]}${expectation.from === null ? '' : ` ${expectation.from}`}, profile ${expectation.profile}, tunnel MTU ${expectation.tunnelMtu}, underlay MTU ${expectation.underlayMtu}${expectation.weaknesses.length === 0 ? html`` : html`<ul>${expectation.weaknesses.map((weakness) => html`<li>${weakness}</li>`)}</ul>`}</dd>${clocks.length === 0 ? html`` : html`<dt>Clocks</dt><dd><ul>${clocks}</ul></dd>`}${notes.length === 0 ? html`` : html`<dt>Notes</dt><dd><ul>${notes}</ul></dd>`}${troubles.length === 0 ? html`` : html`<dt>Damage</dt><dd><ul>${troubles}</ul></dd>`}</dl><h3>Captures</h3><div class="scroll" tabindex="0" role="group" aria-label="Captures"><table><thead><tr><th>file</th><th>format</th><th>frames</th><th>link types</th><th>ending</th><th>notes</th></tr></thead><tbody>${captures}</tbody></table></div><h3>Capture points</h3><div class="scroll" tabindex="0" role="group" aria-label="Capture points"><table><thead><tr><th>point</th><th>interface</th><th>link type</th><th>role</th><th>node</th><th>role from</th><th>frames</th><th>snapshot length</th></tr></thead><tbody>${points}</tbody></table></div>${otherFindings(page, null)}</section>`;
}

const detailedFlows = 20;

export const reportHtml: Reporter = (report, options) => {
  const rank = { fail: 0, unproven: 1, pass: 2 } as const;
  const sorted = [...report.flows].sort((a, b) => rank[a.outcome] - rank[b.outcome]);
  const page: Page = {
    report,
    options,
    nameOf: shortNames(report),
    detailed: sorted.slice(0, options.all ? 200 : detailedFlows),
  };
  const policy = `default-src 'none'; style-src '${styleHash}'; script-src '${scriptHash}'; base-uri 'none'; form-action 'none'`;
  const ofCaptures = failureCards(page, null);
  const left = report.flows.length - page.detailed.length;
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
${report.diagnoses.length === 0 ? html`` : html`<section><h2>Diagnosis</h2>${report.diagnoses.map((diagnosis) => diagnosisCard(diagnosis, page))}</section>`}
${ofCaptures.length === 0 ? html`` : html`<section><h2>Captures that failed a check</h2>${ofCaptures}</section>`}
${flowsSection(page)}
${page.detailed.map((flow) => flowSection(page, flow, report.flows.indexOf(flow)))}
${left > 0 ? html`<p class="faint">${left} more flows are in the table above; details of the ${page.detailed.length} worst are drawn.</p>` : html``}
${basis(page)}
</main>
<footer>${safeText(`${report.tool.name} ${report.tool.version}`)}. Frame numbers count as in Wireshark. This page loads nothing and sends nothing.</footer>
<script>${trusted(pageScript)}</script>
</body>
</html>
`;
  return document.markup;
};
