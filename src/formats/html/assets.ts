/** Style sheet and script of the HTML report. The page's policy allows exactly these two, by their SHA-256. */

export const pageStyle = `
:root{color-scheme:light dark;--bg:#fff;--panel:#f6f8fa;--ink:#1f2328;--faint:#59636e;--line:#d1d9e0;--strong:#c3ccd5;
--pass:#17702f;--pass-bg:#dafbe1;--fail:#c2182b;--fail-bg:#ffebe9;--warn:#8a5a00;--warn-bg:#fff3c4;--none:#5c646d;--none-bg:#eef1f4;
--link:#0550ae;--pod:#ddf4ff;--bridge:#f1e8ff;--tunnel:#fff1d6;--nic:#e6f4ea;--code:#eff2f5}
@media (prefers-color-scheme:dark){:root{--bg:#0d1117;--panel:#161b22;--ink:#e6edf3;--faint:#9aa4af;--line:#30363d;--strong:#485260;
--pass:#4ac26b;--pass-bg:#12321c;--fail:#ff8078;--fail-bg:#4a161a;--warn:#e3b341;--warn-bg:#3a2d0a;--none:#8b949e;--none-bg:#21262d;
--link:#79b8ff;--pod:#10304a;--bridge:#2b2142;--tunnel:#3b2c0d;--nic:#14301f;--code:#1f2630}}
*{box-sizing:border-box}
html{-webkit-text-size-adjust:100%;scroll-behavior:smooth}
body{margin:0;background:var(--bg);color:var(--ink);font:16px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"DejaVu Sans",sans-serif}
main,header.verdict>div,footer{max-width:1240px;margin:0 auto;padding:0 20px}
h1,h2,h3,h4{line-height:1.25;margin:1.6em 0 .6em}
h1{font-size:1.5rem;margin:0}h3{margin-top:1.1em}h2{font-size:1.3rem;border-bottom:1px solid var(--line);padding-bottom:.25em}h3{font-size:1.08rem}
h1,h2,h3,h4,p,li,summary,figcaption,footer{overflow-wrap:anywhere}
a{color:var(--link)}
:focus-visible{outline:3px solid var(--link);outline-offset:2px;border-radius:4px}
code,pre,.mono{font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono",monospace;font-size:.92em}
.faint{color:var(--faint)}
.said{position:absolute;width:1px;height:1px;margin:-1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap}
.skip{position:absolute;left:-999px}.skip:focus{left:8px;top:8px;background:var(--bg);padding:8px;z-index:2}
header.verdict.pass,header.verdict.fail,header.verdict.unproven{color:var(--ink)}
header.verdict{border-bottom:4px solid;padding:18px 0 16px;overflow-wrap:anywhere}
header.verdict.pass{background:var(--pass-bg);border-color:var(--pass)}
header.verdict.fail{background:var(--fail-bg);border-color:var(--fail)}
header.verdict.unproven{background:var(--warn-bg);border-color:var(--warn)}
header.verdict .word{font-size:1.9rem;font-weight:750;display:inline-flex;gap:.4em;align-items:center}
header.verdict.pass .word{color:var(--pass)}header.verdict.fail .word{color:var(--fail)}header.verdict.unproven .word{color:var(--warn)}
header.verdict p.lead{font-size:1.12rem;font-weight:600}header.verdict ul.why{margin:.5em 0 0;padding-left:1.2em}header.verdict p{margin:.35em 0 0}
.tally{display:flex;flex-wrap:wrap;gap:6px 8px;margin:12px 0 0;padding:0;list-style:none}
.tally li{border:1px solid var(--strong);border-radius:999px;padding:1px 12px;background:var(--bg);font-size:.92rem}
nav.jump{display:flex;flex-wrap:wrap;gap:2px 18px;margin:8px 0 0}nav.jump a{padding:3px 0}
.pass{color:var(--pass)}.fail{color:var(--fail)}.warning,.unproven{color:var(--warn)}.none{color:var(--none)}
.scroll{overflow-x:auto;max-width:100%;border:1px solid var(--line);border-radius:8px;background:var(--panel);margin:.6em 0}
table{border-collapse:collapse;font-size:.92rem}
th,td{padding:6px 12px;text-align:left;border-bottom:1px solid var(--line);vertical-align:top;white-space:nowrap}
tbody tr:last-child>*{border-bottom:0}
thead th{background:var(--panel);position:sticky;top:0}
td.number,th.number{text-align:right;font-variant-numeric:tabular-nums}
td.wrap{white-space:normal;min-width:16em;overflow-wrap:anywhere}
figure.path{margin:.8em 0;padding:10px;border:1px solid var(--line);border-radius:10px;background:var(--panel)}
figcaption{display:flex;flex-wrap:wrap;gap:2px 18px;color:var(--faint);font-size:.88rem;margin-top:8px}figcaption b{color:var(--ink)}
svg text{fill:var(--ink);font:14px system-ui,-apple-system,"Segoe UI",Roboto,"DejaVu Sans",sans-serif}
svg.picture{display:block;width:100%;height:auto}
svg.tall{display:none;max-width:420px;margin:0 auto}
.node rect{fill:var(--bg);stroke:var(--strong);stroke-width:1.5}
.node text{fill:var(--faint);font-size:13px;font-weight:600;paint-order:stroke;stroke:var(--bg);stroke-width:5px;stroke-linejoin:round}
.station rect{stroke:var(--strong);stroke-width:1.5;fill:var(--nic)}
.station.pod rect{fill:var(--pod)}.station.bridge rect{fill:var(--bridge)}.station.tunnel rect{fill:var(--tunnel)}
.station.failed rect{stroke:var(--fail);stroke-width:2.5}.station .more{font-size:11.5px;fill:var(--faint)}.station.uncaptured rect{fill:none;stroke-dasharray:5 4}.station.uncaptured .name{fill:var(--faint);font-style:italic}
.kind{font-weight:650}.station .name,.rail .name{font-size:12.5px;fill:var(--faint)}
.wire line{stroke:var(--strong);stroke-width:7}.wire text{fill:var(--faint);font-size:12px}
.stem{stroke:var(--line);stroke-width:1.5}
.lane{stroke-width:2.5;stroke:var(--pass)}.lane.fail{stroke:var(--fail);stroke-width:4}.lane.warning{stroke:var(--warn);stroke-width:3}.lane.travelled{stroke:var(--link)}.lane.beyond{stroke:var(--none);stroke-dasharray:2 6}
.lane.broken{stroke:var(--fail);stroke-width:4;stroke-dasharray:8 6}
.arrow{fill:var(--pass)}.arrow.fail{fill:var(--fail)}.arrow.warning{fill:var(--warn)}.arrow.travelled{fill:var(--link)}
.lane-name{font-size:13px;font-weight:600;fill:var(--faint)}
.badge circle{fill:var(--none-bg);stroke:var(--none);stroke-width:2}
.badge text.sign{font-size:15px;font-weight:700}.badge text.rules{font-size:12px;font-weight:700;paint-order:stroke;stroke:var(--panel);stroke-width:4px;stroke-linejoin:round}.badge text.rules.fail{fill:var(--fail)}
.badge.pass circle{fill:var(--pass-bg);stroke:var(--pass)}.badge.pass text{fill:var(--pass)}
.badge.fail circle{fill:var(--fail);stroke:var(--fail)}.badge.fail text.sign{fill:var(--bg)}
.badge.warning circle,.badge.unproven circle{fill:var(--warn-bg);stroke:var(--warn)}.badge.warning text,.badge.unproven text{fill:var(--warn)}
.badge.absent circle{fill:var(--bg);stroke-dasharray:3 3}.badge.absent text{fill:var(--none)}
.break rect{fill:var(--fail-bg);stroke:var(--fail);stroke-width:2;stroke-dasharray:6 5}
.break text{fill:var(--fail);font-weight:750;font-size:16px;paint-order:stroke;stroke:var(--panel);stroke-width:4px;stroke-linejoin:round}.tall .break text{stroke:var(--fail-bg)}
.break.warning rect{fill:var(--warn-bg);stroke:var(--warn)}.break.warning text{fill:var(--warn)}.tall .break.warning text{stroke:var(--warn-bg)}
.stray rect{fill:var(--bg);stroke:var(--fail);stroke-width:2}.stray line{stroke:var(--fail);stroke-width:2.5;stroke-dasharray:5 4}.stray text{fill:var(--fail);font-size:12.5px;font-weight:700}.stray text.name{fill:var(--ink);font-weight:500}
.cross path{stroke:var(--fail);stroke-width:5;stroke-linecap:round;fill:none}
svg.ladder{display:block;margin:0 auto}svg.ladder.tall{display:none;max-width:100%;height:auto;margin:6px 0}
.rail line{stroke:var(--strong);stroke-width:1.5;stroke-dasharray:2 4}
.rung circle{fill:var(--bg);stroke:var(--link);stroke-width:2.5}
.rung .lost{stroke:var(--fail);stroke-width:4;fill:none;stroke-linecap:round}
.rung text{font-size:12.5px;paint-order:stroke;stroke:var(--panel);stroke-width:4px;stroke-linejoin:round}
.rung .place{font-weight:600}.rung .ttl{fill:var(--faint);font-size:11.5px}.rung text.lost{fill:var(--fail);font-weight:700;stroke:var(--panel);stroke-width:4px;font-size:13px}
table.headers th[scope=row],table.headers thead th:first-child{position:sticky;left:0;background:var(--panel);z-index:1;font-weight:500;color:var(--faint)}
table.headers td,table.headers th{padding:6px 8px}table.headers td,table.headers thead th{font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono",monospace;font-size:.84rem}
table.headers .role{font-weight:700}
table.headers tr.layer>*{background:var(--none-bg);font-weight:700;color:var(--ink)}
table.headers tr.layer td.pass{color:var(--pass)}table.headers tr.layer td.fail{color:var(--fail)}table.headers tr.layer td.unproven,table.headers tr.layer td.warning{color:var(--warn)}
td.changed{background:var(--warn-bg)}.delta{font-weight:700;color:var(--warn)}
td.bad{background:var(--fail-bg);font-weight:700}.instead{font-weight:400}
.card{border:1px solid var(--line);border-left:5px solid var(--none);border-radius:8px;padding:10px 16px;margin:.7em 0;background:var(--panel);overflow-wrap:anywhere}
.card.fail{border-left-color:var(--fail);color:inherit}.card.warning{border-left-color:var(--warn);color:inherit}.card.diagnosis{border-left-color:var(--link)}
.card h4{margin:0 0 .35em}.card p{margin:.35em 0}.card ol{padding-left:1.4em;margin:.5em 0}.card li{margin:.5em 0}
.sign{font-weight:700}
.tag{display:inline-block;border:1px solid var(--strong);border-radius:6px;padding:0 7px;font-size:.82rem;font-weight:500;margin-left:.4em}
dl.compare{display:grid;grid-template-columns:max-content 1fr;gap:2px 12px;margin:.4em 0}
dl.compare dt{color:var(--faint)}dl.compare dd{margin:0;font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono",monospace;font-size:.9em}
.command{display:flex;gap:8px;align-items:center;margin:.35em 0;background:var(--code);border:1px solid var(--line);border-radius:6px;padding:4px 6px 4px 10px}
.command code{flex:1;min-width:0;white-space:pre-wrap;overflow-wrap:anywhere}
.command .where{color:var(--faint);font-size:.85rem;max-width:45%;overflow-wrap:anywhere}
button{font:inherit;font-size:.85rem;min-height:30px;border:1px solid var(--strong);background:var(--bg);color:var(--ink);border-radius:6px;padding:2px 10px;cursor:pointer}
input[type=search]{font:inherit;width:100%;max-width:26em;padding:6px 10px;border:1px solid var(--strong);border-radius:6px;background:var(--bg);color:var(--ink)}
details.flow>summary h2{display:inline;border:0}details.flow>summary .faint{font-weight:400}details.flow{border-bottom:1px solid var(--line);padding:.3em 0}.filter output{color:var(--faint)}
details{margin:.6em 0}summary{cursor:pointer;font-weight:600;padding:4px 0}
.heat td,.heat th{text-align:center;padding:5px 8px}.heat td a{display:block;text-decoration:none;color:inherit;min-width:3.4em}
.heat td.pass{background:var(--pass-bg)}.heat td.fail{background:var(--fail-bg);font-weight:700;box-shadow:inset 0 0 0 2px var(--fail)}.heat td.unproven{background:var(--warn-bg)}
.facts{display:grid;grid-template-columns:max-content minmax(0,1fr);gap:6px 20px}
.facts dt{font-weight:600}.facts dd{margin:0;overflow-wrap:anywhere}.facts ul{margin:.2em 0;padding-left:1.2em}
ul.plain{padding-left:1.2em;overflow-wrap:anywhere}
footer{color:var(--faint);font-size:.85rem;padding-top:24px;padding-bottom:32px}
[hidden]{display:none!important}
@media (max-width:760px){main,header.verdict>div,footer{padding:0 12px}svg.picture.wide,svg.ladder.wide{display:none}svg.picture.tall,svg.ladder.tall{display:block}table.headers th[scope=row],table.headers thead th:first-child{white-space:normal;max-width:7.6em;font-size:.8rem}.facts{grid-template-columns:1fr;gap:0}.facts dd{margin-bottom:.7em}
header.verdict .word{font-size:1.5rem}.command{flex-wrap:wrap}.command code{flex-basis:100%;order:3}.command .where{flex:1;max-width:none}.command button{margin-left:auto}th,td{padding:5px 8px}}
@media print{:root{color-scheme:light;--bg:#fff;--panel:#fff;--ink:#000;--faint:#444;--line:#bbb;--strong:#888;--pass:#17702f;--pass-bg:#dafbe1;--fail:#c2182b;--fail-bg:#ffebe9;--warn:#8a5a00;--warn-bg:#fff3c4;--none:#5c646d;--none-bg:#eef1f4;
--link:#0550ae;--pod:#ddf4ff;--bridge:#f1e8ff;--tunnel:#fff1d6;--nic:#e6f4ea;--code:#eff2f5}
body{font-size:10.5pt}button,.skip,nav.jump,.filter{display:none}.scroll{overflow:visible;border:0}
h2,h3,h4,summary{break-after:avoid}.card,figure.path,svg.ladder,tr{break-inside:avoid}thead{display:table-header-group}thead th,table.headers th[scope=row]{position:static!important}
table{width:100%}th,td,table.headers td,table.headers th{white-space:normal;overflow-wrap:anywhere;padding:2px 4px;font-size:8pt}td.wrap{min-width:0}table.headers td,table.headers thead th{font-size:6.8pt}
svg.ladder.wide{width:100%;height:auto}
header.verdict,.heat td,td.changed,td.bad,svg *,.command,table.headers tr.layer>*{-webkit-print-color-adjust:exact;print-color-adjust:exact}}
`;

export const pageScript = `
'use strict';
var said=document.querySelector('.said');
document.addEventListener('click',function(event){
  var button=event.target.closest('button[data-copy]');
  if(!button)return;
  var code=button.parentElement.querySelector('code');
  var done=function(word){button.textContent=word;said.textContent=word;setTimeout(function(){button.textContent='Copy';said.textContent=''},1800)};
  var select=function(){
    var range=document.createRange();range.selectNodeContents(code);
    var selection=getSelection();selection.removeAllRanges();selection.addRange(range);
    var copied=false;
    try{copied=document.execCommand('copy')}catch(error){copied=false}
    done(copied?'Copied':'Selected');
  };
  if(navigator.clipboard)navigator.clipboard.writeText(code.textContent).then(function(){done('Copied')},select);else select();
});
document.querySelectorAll('.filter').forEach(function(box){
  box.hidden=false;
  var input=box.querySelector('input');
  var output=box.querySelector('output');
  var rows=Array.prototype.map.call(document.querySelectorAll('table.flows tbody tr'),function(row){return[row,row.textContent.toLowerCase()]});
  var show=function(){
    var words=input.value.toLowerCase().split(' ');
    var count=0;
    rows.forEach(function(pair){
      var hit=words.every(function(word){return pair[1].indexOf(word)>=0});
      pair[0].hidden=!hit;
      if(hit)count++;
    });
    output.textContent=input.value===''?'':count+' of '+rows.length;
  };
  input.addEventListener('input',show);
  show();
});
document.querySelectorAll('button[data-copy]').forEach(function(button){button.hidden=false});
var reveal=function(){
  var part=document.getElementById(location.hash.slice(1));
  if(part&&part.tagName==='DETAILS')part.open=true;
};
addEventListener('hashchange',reveal);
reveal();
// The lists of what passed would be most of the paper: they are printed when the reader opened them.
var opened=[];
addEventListener('beforeprint',function(){document.querySelectorAll('details:not([open]):not(.long)').forEach(function(part){part.open=true;opened.push(part)})});
addEventListener('afterprint',function(){opened.forEach(function(part){part.open=false});opened=[]});
`;

/** SHA-256 of the two texts above, base64 (CSP Level 3 §2.3.1); a test holds them true. */
export const styleHash = 'sha256-jLBaVP9p8pUIRE6rjCsSthqzMEps/A7/W9kIzjYEI+4=';
export const scriptHash = 'sha256-O6IJ6yCM0AI2ce/vbd4ZI2bNESRnz4AQI2pJcuBwhFU=';
