import { defineDiagnosis } from '../text.js';

export default defineDiagnosis({
  id: 'capture-incomplete',
  segment: '–',
  summary: 'A capture that is needed is missing, cut or corrupt.',
  why: 'What it does not hold may have been there: nothing can be proven by its silence.',
  shows: 'A file that ends inside a record, or no capture of the underlay.',
  remedy: 'Take it again; stop tcpdump with SIGINT before copying, or write with -U.',
  causes: [
    {
      cause: 'tcpdump was killed or the disk was full while it wrote, or the copy is incomplete',
      confirm: 'the file on the machine is longer',
      on: 'capture',
      command: () => 'capinfos <file>; ls -l <file>; df -h',
    },
  ],
  sources: [{ kind: 'code', project: 'the-tcpdump-group/tcpdump', path: 'tcpdump.1.in', symbol: '-U' }],
});
