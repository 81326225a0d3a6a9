'use strict';
// What all pages share. Data gets into a page as text only: nothing here, or in the pages, makes markup of it.

function el(tag, attributes, ...children) {
    const node = tag === 'svg' || tag === 'polyline' || tag === 'rect' || tag === 'title'
        ? document.createElementNS('http://www.w3.org/2000/svg', tag) : document.createElement(tag);
    for (const [name, value] of Object.entries(attributes || {})) node.setAttribute(name, value);
    node.append(...children.map(child => child instanceof Node ? child : String(child)));
    return node;
}
const byId = id => document.getElementById(id);

/// Changes a text only where it differs, so that a screen reader and a selection are left alone.
function say(node, text) {
    text = String(text);
    if (node.textContent !== text) node.textContent = text;
}

const compact = n => n < 10000 ? String(Math.round(n)) : n < 1e6 ? (n / 1e3).toFixed(1) + ' k' : n < 1e9 ? (n / 1e6).toFixed(1) + ' M' : (n / 1e9).toFixed(1) + ' G';
const octets = n => n < 1024 ? Math.round(n) + ' B' : n < 1048576 ? (n / 1024).toFixed(1) + ' KiB' : n < 1073741824 ? (n / 1048576).toFixed(1) + ' MiB' : (n / 1073741824).toFixed(1) + ' GiB';
const duration = us => us < 1000 ? Math.round(us) + ' µs' : us < 1e6 ? (us / 1e3).toFixed(us < 1e4 ? 2 : 1) + ' ms' : us < 6e7 ? (us / 1e6).toFixed(1) + ' s' : span(us / 1e6);
function span(seconds) {
    seconds = Math.round(seconds);
    if (seconds < 60) return seconds + ' s';
    const parts = [[86400, 'd'], [3600, 'h'], [60, 'min']], words = [];
    for (const [size, unit] of parts) {
        if (seconds >= size && words.length < 2) words.push(Math.floor(seconds / size) + ' ' + unit);
        seconds %= size;
    }
    return words.join(' ');
}
const clock = second => new Date(second * 1000).toLocaleTimeString();
const moment = second => new Date(second * 1000).toLocaleString();

/// Follows the document: over a WebSocket, or by asking where that doesn't get through. A page of another build loads itself
/// again, once it is told by a server that has begun since; not more often than every five seconds, as two servers may answer by
/// turns while one replaces the other. Until then it shows nothing of what another build says.
function follow(onDocument) {
    const state = byId('state');
    let since = 0, build = null, failures = 0;
    const show = (text, kind) => { say(state, text); state.className = kind; document.body.dataset.state = kind; };
    function take(text) {
        const news = JSON.parse(text);
        if (build !== null && build !== news.build) { setTimeout(() => location.reload(), 5000 - performance.now()); return; }
        build = news.build;
        since = news.next;
        if (news.document) onDocument(news.document);
    }
    function connect() {
        let opened = 0;
        const socket = new WebSocket((location.protocol === 'https:' ? 'wss://' : 'ws://') + location.host + '/live');
        socket.onopen = () => { opened = Date.now(); show('live', 'good'); };
        socket.onmessage = event => take(event.data);
        socket.onclose = () => {
            // One that is closed at once is as good as none: something on the way, or the server, takes no more of them.
            failures = opened && Date.now() - opened > 2000 ? 0 : failures + 1;
            if (failures >= 2) return poll();
            show('disconnected; trying again', 'bad');
            setTimeout(connect, opened ? 300 : 1000);
        };
    }
    async function poll() {
        try {
            const answer = await fetch('/live.json?since=' + since, {cache: 'no-store'});
            if (!answer.ok) throw new Error(answer.status);
            take(await answer.text());
            show('polling', 'warn');
            failures++;
        } catch {
            show('disconnected; trying again', 'bad');
            failures = 0;
            since = 0;
        }
        // Now and then the WebSocket is tried again.
        setTimeout(failures === 0 || failures % 15 === 0 ? () => { failures = 1; connect(); } : poll, 1000);
    }
    show('connecting', 'soft');
    connect();
}

/// A chart of one or two lines, with words for who doesn't see it.
function chart(box, names, format) {
    const svg = el('svg', {class: 'chart', viewBox: '0 0 300 100', preserveAspectRatio: 'none', role: 'img', 'aria-label': names.join(', ')});
    const lines = names.map((_, i) => el('polyline', {class: i ? 'second' : 'first'}));
    const key = el('p', {class: 'key'});
    svg.append(...lines);
    box.append(svg, key);
    return points => {
        const top = Math.max(1e-9, ...points.flat());
        lines.forEach((line, i) => line.setAttribute('points', points.map((p, x) =>
            (300 - (points.length - 1 - x)) + ',' + (97 - 92 * p[i] / top).toFixed(1)).join(' ')));
        const now = points[points.length - 1] || names.map(() => 0);
        const words = names.map((name, i) => (names.length > 1 ? (i ? '╌ ' : '─ ') : '') + name + ' ' + format(now[i])).join(', ') + '; at most ' + format(top > 1e-9 ? top : 0);
        say(key, words);
        svg.setAttribute('aria-label', words);
    };
}

/// The rows of a table, changed in place.
function fill(body, rows, empty) {
    if (rows.length === 0) rows = [[empty]];
    // More columns than the head has would take room of these.
    const columns = body.parentNode ? body.parentNode.tHead.rows[0].cells.length : 9;
    while (body.rows.length > rows.length) body.deleteRow(-1);
    rows.forEach((cells, i) => {
        const row = body.rows[i] || body.insertRow();
        while (row.cells.length > cells.length) row.deleteCell(-1);
        cells.forEach((cell, k) => {
            const td = row.cells[k] || row.insertCell();
            const [text, kind] = Array.isArray(cell) ? cell : [cell, ''];
            if (td.className !== kind) td.className = kind;
            say(td, text);
            td.colSpan = cells.length === 1 ? columns : 1;
        });
    });
}
