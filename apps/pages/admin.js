'use strict';
const drawRates = chart(byId('rates'), ['requests'], n => compact(n) + '/s');
const drawTimes = chart(byId('times'), ['median', '99th %'], duration);
const drawOctets = chart(byId('octets'), ['sent', 'received'], n => octets(n) + '/s');
const drawOpen = chart(byId('open-count'), ['open'], compact);
const seconds = new Map();
let shown = null;

/// The last five minutes, with the seconds in which nothing came.
function minutes() {
    const last = Math.max(...seconds.keys());
    for (const second of seconds.keys()) if (second <= last - 300) seconds.delete(second);
    const first = Math.min(...seconds.keys()), all = [];
    for (let s = first; s <= last; s++) all.push(seconds.get(s) || [s, 0, 0, 0, 0, 0, 0, 0]);
    return all;
}

function charts() {
    if (seconds.size === 0) return;
    const all = minutes();
    // The second that is under way would look like a fall.
    const whole = all.length > 1 ? all.slice(0, -1) : all, now = whole[whole.length - 1];
    drawRates(whole.map(s => [s[1]]));
    drawTimes(whole.map(s => [s[6], s[7]]));
    drawOctets(whole.map(s => [s[3], s[4]]));
    drawOpen(whole.map(s => [s[5]]));
    say(byId('rate'), compact(now[1]));
    say(byId('sent'), octets(now[3]));
    say(byId('received'), octets(now[4]));
    const busy = whole.filter(s => s[1] > 0).pop();
    say(byId('p50'), busy ? duration(busy[6]) : '–');
    say(byId('p99'), busy ? duration(busy[7]) : '–');
    const failed = whole.reduce((sum, s) => sum + s[2], 0);
    say(byId('failed'), compact(failed));
    byId('failed').className = failed ? 'bad' : '';
}

function tables() {
    const wanted = byId('filter').value.toLowerCase();
    const fits = cells => wanted === '' || cells.some(cell => String(Array.isArray(cell) ? cell[0] : cell).toLowerCase().includes(wanted));
    const put = (id, rows, empty) => fill(byId(id), rows.filter(fits), rows.length && wanted ? 'nothing fits the filter' : empty);
    const status = s => [s === 0 ? 'none' : String(s), s >= 500 || s === 0 ? 'bad' : s >= 400 ? 'warn' : ''];
    put('slow', shown.slow.map(([second, us, code, method, target, client]) =>
        [[duration(us), 'n'], status(code), [method + ' ' + target, 't'], client, clock(second)]), 'none');
    put('open', shown.open.map(([phase, client, ms, method, target, sent, received]) =>
        [phase, client, [phase === 'idle' ? '' : duration(ms * 1000), 'n'], [phase === 'idle' ? '' : method + ' ' + target, 't'],
            [phase === 'tunnel' ? octets(sent) : '', 'n'], [phase === 'tunnel' ? octets(received) : '', 'n']]), 'none');
    for (const name of ['targets', 'clients', 'origins', 'agents'])
        put(name, shown.hot[name].map(([what, count, sent]) => [[what, 't'], [compact(count), 'n'], [octets(sent), 'n']]), 'nothing yet');
    put('refusals', shown.hot.refusals.map(([why, count]) => [[why, 't'], [compact(count), 'n']]), 'none');
    put('statuses', shown.hot.statuses.map(([code, count]) => [status(Number(code)), [compact(count), 'n']]), 'nothing yet');
    put('amounts', shown.amounts.map(([what, count]) => [what, [what.startsWith('octets') ? octets(count) : compact(count), 'n']])
        .concat(shown.names.map(name => ['looking up ' + name, ['', 'n']])), 'nothing');
}

byId('filter').addEventListener('input', () => { if (shown) tables(); });

follow(news => {
    shown = news;
    // Where the server's clock was set back, its seconds have begun anew.
    if (news.seconds.length && news.seconds[news.seconds.length - 1][0] < Math.max(...seconds.keys()) - 5) seconds.clear();
    for (const second of news.seconds) seconds.set(second[0], second);
    const title = news.name + (news.draining ? ', draining' : '');
    say(byId('name'), title);
    if (document.title !== title) document.title = title;
    say(byId('version'), news.version);
    say(byId('uptime'), span(Date.now() / 1000 - news.started));
    say(byId('connections'), compact(news.connections));
    byId('s-origins').hidden = news.name === 'httpd++';
    charts();
    tables();
});
