'use strict';
/// The path with its hops, and what changed when.
function more(target) {
    const hops = el('tbody'), changes = el('tbody');
    fill(hops, target.hops.map(([ttl, routers, sent, received, p50, p95, verdict]) =>
        [[ttl, 'n'], [routers.length ? routers.join(' ') : '* (silent)', 't'], [sent ? percent((sent - received) / sent) : '–', 'n'],
            [received ? duration(p50) : '–', 'n'], [received ? duration(p95) : '–', 'n'], verdict]), 'nothing yet');
    fill(changes, target.changes.map(([when, first, last, before, after]) =>
        [moment(when), first === last ? 'hop ' + first : 'hops ' + first + ' to ' + last, [before.join(' → '), 't'], [after.join(' → '), 't']]), 'The path has not changed.');
    const header = (...names) => el('thead', {}, el('tr', {}, ...names.map(name => el('th', {scope: 'col', class: ['hop', 'unanswered', 'median', '95th %'].includes(name) ? 'n' : ''}, name))));
    const across = (id, ...content) => el('div', {class: 'across', tabindex: 0, role: 'region', 'aria-labelledby': id}, el('table', {}, ...content));
    return [el('h3', {id: 'h-path'}, 'Path'), across('h-path', header('hop', 'router', 'unanswered', 'median', '95th %', 'what it does'), hops),
        el('h3', {id: 'h-changes'}, 'Changes'), across('h-changes', header('when', 'where', 'before', 'after'), changes)];
}
