'use strict';
// A table of targets of which only the rows in view are there. The strips of these are asked for when they come into view.
const ROW = 44, HEAD = 32, EXTRA = 4;
const known = new Map(), strips = new Map();
const box = byId('rows');
const drawn = new Map();  // by index; a row keeps its node as long as it is drawn, and with it the focus
let order = [], chosen = null, told = '', pending = false, asking = false;

const [ID, NAME, ADDRESS, STATE, PROBES, LOST, P50, P95, MORE, OUTAGE] = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9];
const loss = row => row[PROBES] ? row[LOST] / row[PROBES] : 0;
// Times count by their doublings, so that rows don't change places for every microsecond.
const slowness = row => Math.floor(Math.log2(1 + row[P95]));
const weight = row => (row[STATE] === 'down' ? 4 : row[ADDRESS] === '' ? 3 : row[STATE] === 'unknown' ? 1 : 0) + 2 * loss(row);
const percent = share => share === 0 ? '0 %' : share < 0.001 ? '<0.1 %' : (100 * share).toFixed(share < 0.1 ? 1 : 0) + ' %';

function words(row) {
    if (row[ADDRESS] === '') return ['! no address', 'bad'];
    if (row[STATE] === 'down') return ['✕ down', 'bad'];
    if (row[STATE] === 'unknown') return ['… waiting', 'soft'];
    return loss(row) > 0 ? ['△ up, losses', 'warn'] : ['✓ up', 'good'];
}

const head = el('div', {role: 'row', class: 'head', 'aria-rowindex': 1},
    ...['target', 'state', 'loss', 'median', '95th %'].map((text, i) =>
        el('span', {role: 'columnheader', class: i === 4 ? 'wide-only n' : i > 1 ? 'n' : '', ...(i > 2 ? {title: 'of the minutes of the last hour'} : {})}, text)),
    el('span', {role: 'columnheader', class: 'strip-cell'}, 'last 24 hours'));
const spacer = el('div', {role: 'presentation'});
box.append(head, spacer);

function makeRow() {
    const name = el('button', {class: 'name', type: 'button'}), state = el('span', {role: 'cell'}), lost = el('span', {role: 'cell', class: 'n'});
    const p50 = el('span', {role: 'cell', class: 'n'}), p95 = el('span', {role: 'cell', class: 'n wide-only'});
    const strip = el('svg', {class: 'strip', viewBox: '0 0 96 24', preserveAspectRatio: 'none', role: 'img', 'aria-label': 'nothing yet'});
    const node = el('div', {role: 'row'}, el('span', {role: 'cell', class: 'name-cell'}, name), state, lost, p50, p95, el('span', {role: 'cell', class: 'strip-cell'}, strip));
    node.parts = {name, state, lost, p50, p95, strip};
    name.addEventListener('click', () => choose(node.id_));
    return node;
}

function drawStrip(node, id) {
    const cells = strips.get(id);
    if (!cells || node.strip_ === cells) return;
    node.strip_ = cells;
    let probes = 0, lost = 0;
    const top = Math.max(1, ...cells.map(cell => cell[2] || 0));
    node.parts.strip.replaceChildren(...cells.map((cell, i) => {
        if (cell.length === 0) return el('rect', {x: i, y: 22, width: 0.9, height: 2, class: 'none'});
        probes += cell[0];
        lost += cell[1];
        // The taller, the slower; full height where nothing came back. Losses show as such without their colour.
        const all = cell[1] === cell[0], height = all ? 24 : 4 + 16 * cell[2] / top;
        return el('rect', {x: i, y: 24 - height, width: cell[1] ? 0.55 : 0.9, height, class: all ? 'all' : cell[1] ? 'some' : 'ok'});
    }));
    node.parts.strip.setAttribute('aria-label', probes ? 'in 24 hours ' + lost + ' of ' + probes + ' lost' : 'nothing yet');
}

function drawRow(node, row, index) {
    const parts = node.parts;
    if (node.id_ !== row[ID]) {
        node.strip_ = null;
        parts.strip.replaceChildren();
        parts.strip.setAttribute('aria-label', 'nothing yet');
    }
    node.id_ = row[ID];
    node.style.transform = 'translateY(' + (HEAD + index * ROW) + 'px)';  // `top` would be a new layout
    node.setAttribute('aria-rowindex', index + 2);
    say(parts.name, row[NAME]);
    parts.name.title = row[NAME] + (row[ADDRESS] && row[ADDRESS] !== row[NAME] ? ' (' + row[ADDRESS] + ')' : '') + (row[MORE] ? ', ' + row[MORE] : '');
    const [text, kind] = words(row);
    say(parts.state, text);
    parts.state.className = kind;
    say(parts.lost, row[PROBES] ? percent(loss(row)) : '–');
    say(parts.p50, row[P50] ? duration(row[P50]) : '–');
    say(parts.p95, row[P95] ? duration(row[P95]) : '–');
    drawStrip(node, row[ID]);
}

function draw() {
    pending = false;
    const first = Math.max(0, Math.floor(box.scrollTop / ROW) - EXTRA);
    const last = Math.min(order.length, Math.ceil((box.scrollTop + box.clientHeight) / ROW) + EXTRA);
    const nodes = new Map([...drawn.values()].map(node => [node.id_, node]));
    const held = [...nodes.values()].find(node => node.contains(document.activeElement));
    const indices = Array.from({length: Math.max(0, last - first)}, (_, i) => first + i);
    // The row with the focus stays drawn, wherever it is now.
    const place = held ? order.findIndex(row => row[ID] === held.id_) : -1;
    if (place >= 0 && place < first) indices.unshift(place);
    if (place >= last) indices.push(place);
    drawn.clear();
    const missing = [];
    for (const i of indices) {
        const row = order[i], node = nodes.get(row[ID]) || makeRow();
        nodes.delete(row[ID]);
        drawn.set(i, node);
        drawRow(node, row, i);
        const strip = strips.get(row[ID]);
        if (!strip || Date.now() - strip.at > 60000) missing.push(row[ID]);
    }
    for (const node of nodes.values()) node.remove();
    arrange([...drawn.values()], held);
    if (missing.length) ask(missing.slice(0, 32));
}
/// Tab and screen readers go by the order in the document. `held` has the focus and would lose it if it were moved: the
/// others are moved around it.
function arrange(rows, held) {
    let next = null;
    for (const node of rows.reverse()) {
        if (node === held) while (node.nextSibling !== next) node.before(node.nextSibling);
        else if (node.parentNode !== box || node.nextSibling !== next) box.insertBefore(node, next);
        next = node;
    }
}
function later() {
    if (pending) return;
    pending = true;
    requestAnimationFrame(draw);
}

async function ask(ids) {
    if (asking) return;
    asking = true;
    try {
        const answer = await fetch('/strips.json?ids=' + ids.join(','), {cache: 'no-store'});
        if (answer.ok) for (const [id, cells] of Object.entries(await answer.json())) { cells.at = Date.now(); strips.set(Number(id), cells); }
        if (strips.size > 400) for (const id of [...strips.keys()].slice(0, 200)) strips.delete(id);
    } catch { await new Promise(done => setTimeout(done, 2000)); }
    for (const id of ids) if (!strips.has(id)) { const none = []; none.at = Date.now(); strips.set(id, none); }
    asking = false;
    later();
}

/// Thousands of rows are sorted every two seconds at the most, but at once where a state has changed.
let sorting = 0;
function sortLater(soon) {
    if (soon) return sort();
    if (!sorting) sorting = setTimeout(sort, 2000);
}

function sort() {
    clearTimeout(sorting);
    sorting = 0;
    const wanted = byId('filter').value.toLowerCase();
    order = [...known.values()].filter(row => wanted === '' || row[NAME].toLowerCase().includes(wanted) || row[ADDRESS].includes(wanted));
    order.sort((a, b) => b.weight - a.weight || b.slowness - a.slowness || a[ID] - b[ID]);
    spacer.style.height = order.length * ROW + 'px';
    box.setAttribute('aria-rowcount', order.length + 1);
    let down = 0, lossy = 0;
    for (const row of known.values()) { if (row[STATE] === 'down' || row[ADDRESS] === '') down++; else if (row[LOST]) lossy++; }
    say(byId('counts'), known.size + ' targets, ' + down + ' down, ' + lossy + ' with losses');
    later();
}

/// The heading alone is read out by a screen reader, once; numbers that change every second are not.
async function choose(id) {
    chosen = id;
    const details = byId('more');
    try {
        const answer = await fetch('/target.json?id=' + id, {cache: 'no-store'});
        const text = await answer.text(), target = JSON.parse(text);
        if (chosen !== id || !target || text === told) return;
        told = text;
        say(byId('h-details'), target.name);
        const outages = target.outages.length
            ? el('ul', {}, ...target.outages.map(([begin, end]) => el('li', {}, end ? moment(begin) + ', for ' + span(end - begin) : 'since ' + moment(begin) + ': it goes on')))
            : el('p', {}, 'No outage in the last 24 hours.');
        details.replaceChildren(...more(target), el('h3', {}, 'Outages'), outages);
    } catch {
        told = '';
        say(byId('h-details'), 'The server does not answer.');
        details.replaceChildren();
    }
}

box.addEventListener('scroll', later, {passive: true});
addEventListener('resize', later);
byId('filter').addEventListener('input', () => { box.scrollTop = 0; sort(); });
follow(news => {
    if (news.all) { known.clear(); strips.clear(); }
    let soon = news.all;
    for (const row of news.rows) {
        const before = known.get(row[ID]);
        soon ||= !before || before[STATE] !== row[STATE];
        row.weight = weight(row);
        row.slowness = slowness(row);
        known.set(row[ID], row);
    }
    say(byId('version'), news.version);
    sortLater(soon && news.rows.length < 1000 || news.all);
    if (chosen !== null && news.rows.some(row => row[ID] === chosen)) choose(chosen);
});
setInterval(later, 15000);
