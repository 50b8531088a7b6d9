// Draws the values that stand as JSON beside each group of canvases: grey, or blue over red if signed.
const number = v => typeof v === 'string' ? (v === 'nan' ? NaN : v === 'inf' ? Infinity : -Infinity) : v;
const short = v => Number.isFinite(v) ? String(+v.toPrecision(6)) : String(v);
function range(rows) {
  const some = rows.flat().map(number).filter(Number.isFinite);
  return [Math.min(...some, 0), Math.max(...some, 0)];
}
function grey(v, [low, high]) {
  if (!Number.isFinite(v)) return [220, 60, 200];
  const g = high > low ? Math.round(255 * (v - low) / (high - low)) : 128;
  return [g, g, g];
}
function signed(v, limit) {
  if (!Number.isFinite(v)) return [220, 60, 200];
  const t = limit ? Math.max(-1, Math.min(1, v / limit)) : 0, fade = Math.round(245 * (1 - Math.abs(t)));
  return t < 0 ? [fade, fade, 245] : [245, fade, fade];
}
function paint(canvas, rows, colour) {
  canvas.width = rows[0].length; canvas.height = rows.length;
  canvas.style.width = `min(100%, ${22 * canvas.width / canvas.height}rem)`;  // as high as 22rem
  const context = canvas.getContext('2d'), image = context.createImageData(canvas.width, canvas.height);
  rows.flat().forEach((v, i) => image.data.set([...colour(number(v)), 255], 4 * i));
  context.putImageData(image, 0, 0);
}
function figures(box) {
  if (box.dataset.drawn) return;
  box.dataset.drawn = 'yes';
  const data = JSON.parse(box.querySelector('script').textContent);
  const readout = box.querySelector('.readout');
  const drawings = data.panels.map(panel => {
    const limits = panel.signed ? Math.max(...range(panel.rows).map(Math.abs)) : data.range || range(panel.rows);
    return [panel, v => panel.signed ? signed(v, limits) : grey(v, limits)];
  });
  box.querySelectorAll('canvas').forEach((canvas, k) => {
    const [panel, colour] = drawings[k];
    paint(canvas, panel.rows, colour);
    const show = event => {
      const at = canvas.getBoundingClientRect(), scale = Math.min(at.width / canvas.width, at.height / canvas.height);
      const x = Math.floor((event.clientX - at.left) / scale), y = Math.floor((event.clientY - at.top) / scale);
      if (x < 0 || y < 0 || x >= canvas.width || y >= canvas.height) return;
      const values = data.panels.filter(p => p.rows.length === panel.rows.length)
        .map(p => `${p.name} ${short(number(p.rows[y][x]))}`);
      readout.textContent = `row ${y + data.first[0]}, column ${x + data.first[1]}: ${values.join(' · ')}`;
    };
    canvas.addEventListener('mousemove', show);
    canvas.addEventListener('click', show);
  });
}
function open_at_hash() {
  const target = location.hash && document.getElementById(decodeURIComponent(location.hash.slice(1)));
  if (target && target.tagName === 'DETAILS') { target.open = true; target.scrollIntoView(); }
}
document.querySelectorAll('.figures').forEach(box => {
  const inside = box.closest('details');
  if (!inside) figures(box); else inside.addEventListener('toggle', () => inside.open && figures(box));
  if (inside && inside.open) figures(box);
});
const filter = document.getElementById('filter');
if (filter) filter.addEventListener('input', () => {
  const words = filter.value.toLowerCase().split(/\s+/);
  let shown = 0;
  document.querySelectorAll('details.case').forEach(one => {
    one.hidden = !words.every(word => one.dataset.text.includes(word));
    shown += !one.hidden;
  });
  document.getElementById('count').textContent = `${shown} shown`;
});
addEventListener('hashchange', open_at_hash);
open_at_hash();
