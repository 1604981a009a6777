/** `ipip-trace decode`: frames in words, with octet offsets. */
import type { CommandModule } from 'yargs';
import { type DescribedFrame, describeCapture } from '../../pipeline.js';
import { safeJson, safeText } from '../../report/safe-text.js';
import { UserError } from '../../user-error.js';
import { declare, told } from '../options.js';

interface DecodeArguments {
  capture: string;
}

/** Text is written in pieces of about this size, so that a long capture neither waits nor fills the memory. */
const PIECE = 1 << 16;

export const decodeCommand: CommandModule<object, DecodeArguments> = {
  command: 'decode <capture>',
  describe: 'Print frames in words, with octet offsets',
  builder: (y) =>
    declare<DecodeArguments>(y, 'decode')
      .positional('capture', { type: 'string', demandOption: true, describe: 'Capture file, or - for standard input' })
      .example('$0 decode node1.cap --frame 3', 'One frame')
      .example("$0 decode node1.cap --format jsonl | jq -c 'select(.fault != null)'", 'Frames that are cut or broken')
      .example('tcpdump -pni tunl0 -c 5 -w - | $0 decode -', 'From a pipe') as never,
  handler: async (args) => {
    const { capture } = args;
    const { frame, format } = told('decode', args);
    let text = '';
    let found = false;
    const flush = (): void => {
      if (text.length > 0) process.stdout.write(text);
      text = '';
    };
    const take = (described: DescribedFrame): void => {
      if ((frame !== undefined && described.frame !== frame) || !process.stdout.writable) return;
      found = true;
      text += format === 'jsonl' ? jsonLine(described) : inWords(described);
      if (text.length > PIECE) flush();
    };
    const summary = await describeCapture(capture, take, untilTaken);
    if (frame !== undefined && !found)
      throw new UserError(`${capture} has ${summary.frames} frame(s), there is no frame ${frame}`);
    if (format === 'jsonl') {
      text += `${safeJson(JSON.stringify({ ending: summary.ending, frames: summary.frames, octetsUnread: summary.octetsUnread }))}\n`;
    } else if (frame === undefined) {
      text += `${summary.frames} frame(s), ending ${summary.ending}${summary.damage === null ? '' : `: ${safeText(summary.damage)}`}\n`;
    }
    flush();
  },
};

/** A slow reader of our output is waited for, or a long capture would fill the memory; one that has gone is not. */
function untilTaken(): Promise<void> | null {
  const { stdout } = process;
  if (!stdout.writableNeedDrain || !stdout.writable) return null;
  return new Promise((resolve) => {
    const events = ['drain', 'close', 'error'];
    const done = (): void => {
      for (const event of events) stdout.off(event, done);
      resolve();
    };
    for (const event of events) stdout.on(event, done);
  });
}

function jsonLine(described: DescribedFrame): string {
  const { comments, ...rest } = described;
  return `${safeJson(JSON.stringify(comments === null ? rest : { ...rest, comments }))}\n`;
}

function inWords({
  frame,
  time,
  interface: name,
  capturedLength,
  wireLength,
  layers,
  fault,
  comments,
}: DescribedFrame): string {
  const lines = [
    `frame ${frame}  ${time}${name === null ? '' : `  ${safeText(name)}`}  ${capturedLength} of ${wireLength} octets captured`,
  ];
  for (const { layer, at, quoted, ...fields } of layers) {
    const said = Object.entries(fields)
      .filter(([, value]) => value !== undefined && value !== null)
      .map(([field, value]) => `${field} ${safeText(String(value))}`);
    lines.push(
      `  ${String(at).padStart(4)}  ${quoted ? 'quoted ' : ''}${layer}${said.length === 0 ? '' : `: ${said.join(', ')}`}`,
    );
  }
  if (fault !== null) {
    lines.push(
      `  fault: ${fault.layer} at ${fault.at} is ${fault.problem}: ${fault.needed} octets needed, ${fault.available} there (${fault.limit})`,
    );
  }
  for (const comment of comments ?? []) lines.push(`  comment: ${safeText(comment)}`);
  return `${lines.join('\n')}\n`;
}
