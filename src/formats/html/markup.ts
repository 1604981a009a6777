/** The only way text becomes HTML here: a template whose values are escaped unless they were made by the same template. */
import { markupText } from '../../report/safe-text.js';

export interface Markup {
  readonly markup: string;
}

export type MarkupValue = string | number | Markup | readonly Markup[] | null;

function valueText(value: MarkupValue): string {
  if (value === null) return '';
  if (typeof value === 'string') return markupText(value);
  if (typeof value === 'number') return String(value);
  if ('markup' in value) return value.markup;
  return value.map((part) => part.markup).join('');
}

/** html`<b title="${untrusted}">${untrusted}</b>`: attribute values must be quoted, which the escaping relies on. */
export function html(parts: TemplateStringsArray, ...values: readonly MarkupValue[]): Markup {
  let markup = parts[0] ?? '';
  values.forEach((value, i) => {
    markup += valueText(value) + (parts[i + 1] ?? '');
  });
  return { markup };
}

/** Trusted constants of this program: the style sheet and the script. Never text from a report. */
export function trusted(markup: string): Markup {
  return { markup };
}
