/** The HTML report in a real browser: what it loads, runs, how it scrolls, what the keyboard reaches, what can be read. Skipped without Chromium. */
/// <reference lib="dom" />
/// <reference lib="dom.iterable" />
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { reportHtml } from '../../src/formats/html.js';
import type { FlowReport, Report } from '../../src/report/report.js';
import { nastyReport } from './nasty-report.js';
import { fixture, fixtureNames, options } from './support.js';

const executablePath = [
  process.env.CHROMIUM ?? '',
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/opt/google/chrome/chrome',
].find((path) => path !== '' && existsSync(path));

/** As many flows as a busy cluster has, every fortieth of them broken. */
function thousandFlows(): Report {
  const good = fixture('healthy').flows[0] as FlowReport;
  const bad = fixture('blocked').flows[0] as FlowReport;
  const flows = Array.from({ length: 1000 }, (_, i) => ({
    ...(i % 40 === 39 ? bad : good),
    source: `10.244.${i >> 8}.${i & 255}`,
  }));
  return { ...fixture('blocked'), flows };
}

/** Seen off the path, as the journeys of a stale neighbour entry are. */
function strayed(): Report {
  const report = fixture('healthy');
  return {
    ...report,
    outcome: 'fail',
    flows: report.flows.map((flow) => ({
      ...flow,
      outcome: 'fail',
      diagnoses: (fixture('blocked').flows[0]?.diagnoses ?? []).slice(0, 1),
      journeys: flow.journeys.map((journey) => ({
        ...journey,
        outcome: 'fail',
        strays: journey.request.hops[0]?.observations ?? [],
        findings: journey.findings.map((finding) => ({
          ...finding,
          verdict: finding.rule === 'IPT302' ? ('fail' as const) : finding.verdict,
        })),
      })),
    })),
  };
}

const reports: Record<string, () => Report> = {
  ...Object.fromEntries(fixtureNames.map((name) => [name, () => fixture(name)])),
  strayed,
  nasty: nastyReport,
};
const names = Object.keys(reports);

/** Runs in the page: every text with too little contrast to what is painted below it (WCAG 2.2, 1.4.3), each kind once. */
function faintTexts(): string[] {
  type Colour = [number, number, number, number];
  const parse = (text: string): Colour => {
    const [r = 0, g = 0, b = 0, a = 1] = (text.match(/[\d.]+/g) ?? []).map(Number);
    return text === 'none' || text === 'transparent' ? [0, 0, 0, 0] : [r, g, b, a];
  };
  const over = (top: Colour, below: Colour): Colour =>
    [...([0, 1, 2] as const).map((i) => top[i] * top[3] + below[i] * (1 - top[3])), 1] as Colour;
  const luminance = (colour: Colour): number => {
    const [r, g, b] = colour.slice(0, 3).map((c) => {
      const s = c / 255;
      return s <= 0.04045 ? s / 12.92 : ((s + 0.055) / 1.055) ** 2.4;
    }) as [number, number, number];
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const ratio = (a: Colour, b: Colour): number => {
    const [high, low] = [luminance(a), luminance(b)].sort((x, y) => y - x) as [number, number];
    return (high + 0.05) / (low + 0.05);
  };
  const dark = matchMedia('(prefers-color-scheme: dark)').matches;
  const painted = new Map<Element, Colour>();
  const behind = (element: Element | null): Colour => {
    if (element === null) return dark ? [18, 18, 18, 1] : [255, 255, 255, 1];
    const colour =
      painted.get(element) ?? over(parse(getComputedStyle(element).backgroundColor), behind(element.parentElement));
    painted.set(element, colour);
    return colour;
  };
  const shapesOf = new Map<Element, { shape: Element; own: DOMRect; fill: Colour }[]>();
  const shapesIn = (svg: Element) => {
    const shapes =
      shapesOf.get(svg) ??
      [...svg.querySelectorAll('rect, circle')].map((shape) => ({
        shape,
        own: shape.getBoundingClientRect(),
        fill: parse(getComputedStyle(shape).fill),
      }));
    shapesOf.set(svg, shapes);
    return shapes;
  };
  const belowInPicture = (text: Element): Colour => {
    const svg = text.closest('svg') as SVGElement;
    const box = text.getBoundingClientRect();
    const [x, y] = [box.left + box.width / 2, box.top + box.height / 2];
    let colour = behind(svg);
    for (const { shape, own, fill } of shapesIn(svg)) {
      if (x < own.left || x > own.right || y < own.top || y > own.bottom) continue;
      const isBefore = (shape.compareDocumentPosition(text) & Node.DOCUMENT_POSITION_FOLLOWING) !== 0;
      if (isBefore) colour = over(fill, colour);
    }
    // A halo around the letters is what they are read against.
    const { stroke, strokeWidth } = getComputedStyle(text);
    return Number.parseFloat(strokeWidth) >= 3 && stroke !== 'none' ? over(parse(stroke), colour) : colour;
  };
  const faint = new Set<string>();
  let judged = 0;
  for (const element of document.querySelectorAll('body *')) {
    const inPicture = element instanceof SVGElement;
    const own = [...element.childNodes].some((node) => node.nodeType === 3 && (node.nodeValue ?? '').trim() !== '');
    if (!own || element.matches('title, script, style, .said') || element.getClientRects().length === 0) continue;
    const style = getComputedStyle(element);
    const size = Number.parseFloat(style.fontSize);
    const large = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700);
    const found = inPicture
      ? ratio(parse(style.fill), belowInPicture(element))
      : ratio(over(parse(style.color), behind(element)), behind(element));
    judged++;
    if (found < (large ? 3 : 4.5)) {
      faint.add(`${element.tagName} "${element.getAttribute('class') ?? ''}" ${found.toFixed(2)}`);
    }
  }
  // Lines and badges of the picture tell something too: 3 to 1 (1.4.11).
  for (const shape of document.querySelectorAll(
    '.lane, .badge circle, .cross path, .break rect, .stray rect, .rung circle',
  )) {
    const svg = shape.closest('svg');
    if (svg === null || svg.getClientRects().length === 0) continue;
    judged++;
    const found = ratio(parse(getComputedStyle(shape).stroke), behind(svg));
    if (found < 3) faint.add(`${shape.tagName} "${shape.getAttribute('class') ?? ''}" ${found.toFixed(2)}`);
  }
  return judged < 20 ? [`only ${judged} texts were judged`] : [...faint];
}

/** Runs in the page: what of headings, tables, names and links a screen reader would stumble over. */
function misnamed() {
  const levels = [...document.querySelectorAll('h1, h2, h3, h4')].map(({ tagName }) => Number(tagName[1]));
  const ids = [...document.querySelectorAll('[id]')].map(({ id }) => id);
  return {
    skipped: levels.filter((level, i) => level > (levels[i - 1] ?? 0) + 1),
    firsts: levels.filter((level) => level === 1).length,
    unscoped: [...document.querySelectorAll('th:not([scope])')].length,
    nameless: [...document.querySelectorAll('.scroll:not([aria-label]), svg:not([aria-label])')].length,
    repeated: ids.filter((id, i) => ids.indexOf(id) !== i),
    dead: [...document.querySelectorAll('a[href^="#"]')].filter(
      (link) => document.getElementById((link.getAttribute('href') ?? '').slice(1)) === null,
    ).length,
  };
}

describe.skipIf(executablePath === undefined)('the HTML report in Chromium', () => {
  const folder = mkdtempSync(join(tmpdir(), 'ipip-trace-browser-'));
  let browser: Browser;

  beforeAll(async () => {
    browser = await chromium.launch({
      executablePath: executablePath ?? '',
      args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--disable-background-networking'],
    });
  });
  afterAll(async () => {
    await browser?.close();
    rmSync(folder, { recursive: true });
  });

  const write = (name: string, markup: string): string => {
    const file = join(folder, `${name}.html`);
    writeFileSync(file, markup);
    return pathToFileURL(file).href;
  };
  const pageOf = (name: string): string => write(name, reportHtml((reports[name] as () => Report)(), options()));

  /** Opens a page, remembers whatever it complains of or asks for, and closes it. */
  async function visit(
    address: string,
    how: BrowserContextOptions,
    look: (page: Page) => Promise<void>,
  ): Promise<string[]> {
    const context = await browser.newContext(how);
    const troubles: string[] = [];
    try {
      const page = await context.newPage();
      page.on('console', (message) => troubles.push(`console: ${message.text()}`));
      page.on('pageerror', (error) => troubles.push(`error: ${error.message}`));
      page.on('dialog', (dialog) => {
        troubles.push(`dialog: ${dialog.message()}`);
        void dialog.dismiss();
      });
      // What the policy stops leaves no network event but its own failure, and an error on the console.
      page.on('requestfinished', (request) => {
        if (request.url() !== address) troubles.push(`request: ${request.url()}`);
      });
      page.on('requestfailed', (request) => {
        if (request.failure()?.errorText !== 'csp') troubles.push(`request: ${request.url()}`);
      });
      await page.goto(address);
      await look(page);
    } finally {
      await context.close();
    }
    return troubles;
  }

  const openAll = (page: Page): Promise<void> =>
    page.evaluate(() => {
      for (const part of document.querySelectorAll('details')) part.open = true;
    });

  test.each(names)(
    '%s: loads nothing, can be read at every width and in both schemes, and names its parts',
    async (name) => {
      const troubles = await visit(pageOf(name), {}, async (page) => {
        expect(await page.evaluate(misnamed)).toEqual({
          skipped: [],
          firsts: 1,
          unscoped: 0,
          nameless: 0,
          repeated: [],
          dead: 0,
        });
        await openAll(page);
        for (const width of [1280, 768, 390, 320]) {
          await page.setViewportSize({ width, height: 800 });
          const sizes = await page.evaluate(() => {
            const { scrollWidth, clientWidth } = document.documentElement;
            return { scrollWidth, clientWidth };
          });
          expect(sizes, `at ${width}`).toEqual({ scrollWidth: width, clientWidth: width });
          if (width !== 1280 && width !== 390) continue;
          for (const colorScheme of ['light', 'dark'] as const) {
            await page.emulateMedia({ colorScheme });
            expect(await page.evaluate(faintTexts), `${colorScheme} at ${width}`).toEqual([]);
          }
        }
      });
      expect(troubles).toEqual([]);
    },
  );

  test('the keyboard reaches everything in order, and shows where it is', async () => {
    const address = pageOf('blocked');
    await visit(address, { viewport: { width: 1280, height: 800 } }, async (page) => {
      const focused = () =>
        page.evaluate(() => {
          const element = document.activeElement as HTMLElement;
          const all = [...document.querySelectorAll('*')];
          const { outlineStyle, outlineWidth } = getComputedStyle(element);
          return {
            tag: element.tagName,
            text: (element.textContent ?? '').slice(0, 40),
            at: all.indexOf(element),
            outlined: outlineStyle !== 'none' && Number.parseFloat(outlineWidth) >= 2,
          };
        });
      await page.keyboard.press('Tab');
      const skip = await focused();
      expect(skip.text).toBe('Skip to the details');
      await page.keyboard.press('Enter');
      await expect.poll(() => page.url()).toMatch(/#main$/);

      await page.goto('about:blank');
      await page.goto(address);
      const walked: Awaited<ReturnType<typeof focused>>[] = [];
      for (let i = 0; i < 200; i++) {
        await page.keyboard.press('Tab');
        const here = await focused();
        if (here.tag === 'BODY') break;
        walked.push(here);
      }
      expect(walked.filter(({ outlined }) => !outlined)).toEqual([]);
      expect(walked.map(({ at }) => at)).toEqual(walked.map(({ at }) => at).sort((a, b) => a - b));
      const reachable = await page.evaluate(
        () =>
          [...document.querySelectorAll<HTMLElement>('a[href], button, summary, input, [tabindex="0"]')].filter(
            (element) => element.getClientRects().length > 0 && element.checkVisibility(),
          ).length,
      );
      expect(walked.length).toBe(reachable);
      expect(new Set(walked.map(({ tag }) => tag))).toEqual(new Set(['A', 'BUTTON', 'SUMMARY', 'DIV']));

      const folded = page.locator('details:not([open]) > summary').first();
      await folded.focus();
      await page.keyboard.press('Enter');
      await expect
        .poll(() => page.evaluate(() => document.activeElement?.parentElement?.hasAttribute('open')))
        .toBe(true);
    });
  });

  test('a command is copied by keyboard, and said to be', async () => {
    const permissions = ['clipboard-read', 'clipboard-write'];
    const troubles = await visit(pageOf('blocked'), { permissions }, async (page) => {
      const button = page.locator('button[data-copy]').first();
      const command = await button.locator('..').locator('code').textContent();
      await button.focus();
      await page.keyboard.press('Enter');
      await expect.poll(() => page.locator('.said').textContent()).toBe('Copied');
      expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(command);
    });
    expect(troubles).toEqual([]);
  });

  test('without a clipboard the command is copied the old way, or at least selected', async () => {
    await visit(pageOf('blocked'), {}, async (page) => {
      await page.evaluate(() => Object.defineProperty(navigator, 'clipboard', { value: undefined }));
      const button = page.locator('button[data-copy]').first();
      const command = await button.locator('..').locator('code').textContent();
      await button.click();
      await expect.poll(() => page.locator('.said').textContent()).toMatch(/^(Copied|Selected)$/);
      expect(await page.evaluate(() => String(getSelection()))).toBe(command);
    });
  });

  test('markup that came into the page by whatever way does not run', async () => {
    const injected = `<script>window.hit = 1</script><img src="x" onerror="window.hit = 2"><svg onload="window.hit = 3"></svg>
<iframe srcdoc="<script>top.hit = 4</script>"></iframe><a id="bad" href="javascript:window.hit=5">x</a><style>body{display:none}</style>
<link rel="stylesheet" href="https://198.51.100.1/x.css"><form action="https://198.51.100.1/"><button id="send">send</button></form></main>`;
    const address = write('injected', reportHtml(fixture('blocked'), options()).replace('</main>', injected));
    const troubles = await visit(address, {}, async (page) => {
      await page.evaluate(() => (document.querySelector('#bad') as HTMLElement).click());
      await page.evaluate(() => (document.querySelector('#send') as HTMLElement).click());
      await page.waitForTimeout(200);
      expect(
        await page.evaluate(() => [
          (window as unknown as { hit?: number }).hit,
          getComputedStyle(document.body).display,
        ]),
      ).toEqual([undefined, 'block']);
      expect(page.url()).toBe(address);
    });
    const sent = troubles.filter((trouble) => trouble.startsWith('request:') && !trouble.includes('about:'));
    expect(sent).toEqual([]);
    expect(troubles.filter((trouble) => /Content Security Policy/.test(trouble)).length).toBeGreaterThan(3);
  });

  test('a thousand flows are one page that opens, filters and leads to what failed', async () => {
    const begin = performance.now();
    const markup = reportHtml(thousandFlows(), options());
    expect(performance.now() - begin).toBeLessThan(15_000);
    expect(markup.length).toBeLessThan(3_000_000);
    const troubles = await visit(
      write('thousand', markup),
      { viewport: { width: 1280, height: 800 } },
      async (page) => {
        const shown = () =>
          page.evaluate(() =>
            [...document.querySelectorAll('table.flows tbody tr:not([hidden])')].map((row) => row.textContent),
          );
        expect((await shown()).length).toBe(1000);
        await page.locator('input[type=search]').fill('failed 10.244.3.');
        const rows = await shown();
        expect(rows.length).toBe(6);
        expect(rows.every((row) => row?.includes('✗ failed10.244.3.'))).toBe(true);
        expect(await page.locator('.filter output').textContent()).toBe('6 of 1000');
        const link = page.locator('table.flows tbody tr:not([hidden]) a').first();
        await link.click();
        expect(
          await page.evaluate(() => document.querySelector(location.hash)?.querySelector('h2')?.textContent),
        ).toContain('✗ 10.244.');
      },
    );
    expect(troubles).toEqual([]);
  });

  test('among many flows one that passed is folded, and a link to it unfolds it', async () => {
    await visit(pageOf('twelve-flows'), {}, async (page) => {
      const folded = page.locator('details.flow').first();
      expect(await folded.evaluate((part) => (part as HTMLDetailsElement).open)).toBe(false);
      await page.locator(`table.flows a[href="#${await folded.getAttribute('id')}"]`).click();
      await expect.poll(() => folded.evaluate((part) => (part as HTMLDetailsElement).open)).toBe(true);
    });
  });

  test('on paper everything is open but the long lists, in ink on white, and nothing to press is left', async () => {
    await visit(pageOf('refused'), { colorScheme: 'dark', viewport: { width: 718, height: 1000 } }, async (page) => {
      await page.emulateMedia({ media: 'print', colorScheme: 'dark' });
      await page.evaluate(() => dispatchEvent(new Event('beforeprint')));
      const state = await page.evaluate(() => ({
        folded: document.querySelectorAll('details:not([open]):not(.long)').length,
        lists: document.querySelectorAll('details.long[open]').length,
        buttons: [...document.querySelectorAll('button, nav, input')].filter((one) => one.getClientRects().length > 0)
          .length,
        ground: getComputedStyle(document.body).backgroundColor,
        wide: document.documentElement.scrollWidth - document.documentElement.clientWidth,
      }));
      expect(state).toEqual({ folded: 0, lists: 0, buttons: 0, ground: 'rgb(255, 255, 255)', wide: 0 });
      expect(await page.evaluate(faintTexts)).toEqual([]);
      await page.evaluate(() => dispatchEvent(new Event('afterprint')));
      expect(await page.evaluate(() => document.querySelectorAll('details:not([open])').length)).toBeGreaterThan(0);
      expect((await page.pdf()).length).toBeGreaterThan(10_000);
    });
  });
});
