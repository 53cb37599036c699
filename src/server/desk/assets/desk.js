// The desk's one island of script: the viewer and the review follow what is under the hand, and nothing
// that a page can do needs it.

const $ = (what, from = document) => from.querySelector(what);
const $$ = (what, from = document) => [...from.querySelectorAll(what)];
const proof = () => $('input[name="proof"]')?.value ?? '';

/** Sends a form's fields to one of our own addresses. */
async function send(to, fields) {
  const body = new URLSearchParams({ ...fields, proof: proof() });
  const answer = await fetch(to, { method: 'POST', body });
  if (!answer.ok || !(answer.headers.get('content-type') ?? '').includes('json')) throw new Error(answer.statusText);
  return answer.json();
}

/** Suggestions while somebody types: sent as a body, since what is looked for names people. */
function suggest(input) {
  const list = $(`#${input.getAttribute('list')}`);
  let waiting;
  input.addEventListener('input', () => {
    clearTimeout(waiting);
    waiting = setTimeout(async () => {
      if (input.value.trim().length < 3) return;
      try {
        const said = await send('/search/suggest', { q: input.value });
        list.replaceChildren(...said.map((text) => Object.assign(document.createElement('option'), { value: text })));
      } catch { /* without suggestions one types on */ }
    }, 250);
  });
}

/** Marks what belongs together on both sides: the field beside and its place on the scan. */
function pointOut(root) {
  for (const field of $$('[data-of]', root)) {
    if (field.closest('svg')) continue;
    const marks = () => $$(`.scan .marks [data-of="${CSS.escape(field.dataset.of)}"]`, root);
    const on = () => marks().forEach((mark) => mark.classList.add('on'));
    const off = () => marks().forEach((mark) => mark.classList.remove('on'));
    field.addEventListener('mouseenter', on);
    field.addEventListener('mouseleave', off);
    field.addEventListener('focusin', on);
    field.addEventListener('focusout', off);
  }
  for (const mark of $$('.scan .marks [data-of]', root)) {
    if (!mark.dataset.of) continue;
    const field = $(`.fields [data-of="${CSS.escape(mark.dataset.of)}"]`, root);
    mark.addEventListener('mouseenter', () => field?.classList.add('on'));
    mark.addEventListener('mouseleave', () => field?.classList.remove('on'));
  }
}

/** Keys that links answer to, where nobody is typing. */
function keys(event) {
  if (event.target.closest('input, select, textarea') || event.ctrlKey || event.metaKey || event.altKey) return;
  const link = $(`[data-key="${CSS.escape(event.key)}"]`);
  if (link) {
    event.preventDefault();
    link.click();
  } else if (event.key === '/' && $('#q')) {
    event.preventDefault();
    $('#q').select();
  } else if (event.key === 'j' || event.key === 'k') {
    const hits = $$('.hits h2 a');
    const at = hits.indexOf(document.activeElement);
    hits[Math.max(0, Math.min(hits.length - 1, event.key === 'j' ? at + 1 : at - 1))]?.focus();
  }
}

/** The review: each value's pixels come into view as its field is entered; Enter goes on. */
function review(root) {
  document.documentElement.classList.add('scripted');
  const form = $('[data-judge]', root);
  const began = Date.now();
  let keystrokes = 0;
  const sheets = new Map($$('[data-sheet]', root).map((sheet) => [sheet.dataset.sheet, sheet]));
  const items = () => $$('.item', form);
  const field = (item) => $('input:not([type="hidden"]):not([type="checkbox"]), select', item);

  function look(item) {
    const sheet = sheets.get(item.dataset.onPage) ?? [...sheets.values()][0];
    if (!sheet) return;
    for (const other of sheets.values()) other.classList.toggle('now', other === sheet);
    const scan = $('.scan', sheet);
    scan.setAttribute('viewBox', item.dataset.view || scan.dataset.whole);
    for (const mark of $$('.scan .marks .on', root)) mark.classList.remove('on');
    for (const mark of $$(`.marks [data-of="${CSS.escape(item.dataset.of)}"]`, scan)) mark.classList.add('on');
  }

  const first = items()[0];
  if (first) {
    look(first);
    field(first)?.focus({ preventScroll: true });
  } else {
    [...sheets.values()][0]?.classList.add('now');
    const whole = $('.sheet.now .scan', root);
    whole?.setAttribute('viewBox', whole.dataset.whole);
    $('button[value="confirm"]', form)?.focus();
  }
  form.addEventListener('focusin', (event) => {
    const item = event.target.closest('.item');
    if (item) look(item);
  });
  form.addEventListener('keydown', (event) => {
    keystrokes += 1;
    if (event.key !== 'Enter' || event.target.matches('button, summary')) return;
    event.preventDefault();
    if (event.ctrlKey || event.metaKey) {
      form.requestSubmit($('button[value="confirm"]', form));
      return;
    }
    const item = event.target.closest('.item');
    item?.classList.add('done');
    const all = items();
    const next = all[all.indexOf(item) + 1];
    if (item && next) field(next)?.focus();
    else if (item) form.requestSubmit($('button[value="confirm"]', form));
  });
  form.addEventListener('submit', () => {
    form.elements.seconds.value = Math.round((Date.now() - began) / 1000);
    form.elements.keystrokes.value = keystrokes + 1;
  });

  // A field that was not found is added below the others.
  const add = $('[data-add]', form);
  add?.addEventListener('change', () => {
    if (!add.value) return;
    const label = document.createElement('label');
    label.textContent = add.selectedOptions[0].textContent;
    const input = Object.assign(document.createElement('input'), { name: `v.${add.value}.0` });
    label.append(input);
    $('[data-added]', form).append(label);
    add.selectedOptions[0].remove();
    input.focus();
  });

  // A rectangle drawn around a value is read again, into the field that was entered last.
  let entered = first;
  form.addEventListener('focusin', (event) => { entered = event.target.closest('.item') ?? entered; });
  for (const sheet of sheets.values()) draw(sheet, async (page, place) => {
    if (!entered || !field(entered)) return;
    try {
      const read = await send(`/review/${root.dataset.review}/read`, { page, ...place });
      field(entered).value = read.text;
      const name = `at.${entered.dataset.of}.${entered.dataset.n}`;
      const at = form.elements[name] ?? form.appendChild(Object.assign(document.createElement('input'), { type: 'hidden', name }));
      at.value = read.at;
      field(entered).focus();
    } catch { field(entered).focus(); }
  });

  // The next document is before this person already: its first page is fetched while this one is read.
  if (root.dataset.next) {
    const link = Object.assign(document.createElement('link'), { rel: 'prefetch', href: `/review/${root.dataset.next}` });
    setTimeout(() => document.head.append(link), 600);
  }
}

/** Calls with a page and a rectangle of its upright scan, once one was drawn. */
function draw(sheet, done) {
  const scan = $('.scan', sheet);
  let start, shape;
  const at = (event) => {
    const point = new DOMPoint(event.clientX, event.clientY).matrixTransform(scan.getScreenCTM().inverse());
    return [Math.max(0, Math.round(point.x)), Math.max(0, Math.round(point.y))];
  };
  const place = (event) => {
    const [x, y] = at(event);
    return { x: Math.min(x, start[0]), y: Math.min(y, start[1]), w: Math.abs(x - start[0]), h: Math.abs(y - start[1]) };
  };
  scan.addEventListener('pointerdown', (event) => {
    if (event.button !== 0 || event.shiftKey) return;
    event.preventDefault();
    start = at(event);
    shape = document.createElementNS('http://www.w3.org/2000/svg', 'rect');
    shape.setAttribute('class', 'drawn');
    $('.marks', scan).append(shape);
    scan.setPointerCapture(event.pointerId);
  });
  scan.addEventListener('pointermove', (event) => {
    if (!start) return;
    const { x, y, w, h } = place(event);
    for (const [name, value] of Object.entries({ x, y, width: w, height: h })) shape.setAttribute(name, value);
  });
  scan.addEventListener('pointerup', (event) => {
    if (!start) return;
    const drawn = place(event);
    start = undefined;
    shape.remove();
    if (drawn.w > 8 && drawn.h > 8) done(scan.dataset.page, drawn);
  });
}

/** Files dropped on the page are handed in, one after another, on intake's own path. */
function handIn(root) {
  const list = $('[data-sent]', root);
  const take = async (files) => {
    for (const file of files) {
      const line = list.appendChild(document.createElement('li'));
      line.textContent = `${file.name} …`;
      const name = file.name.replace(/[^\x20-\x7e]/g, '_').replace(/["\\]/g, '_');
      const answer = await fetch('/api/v1/submissions', {
        method: 'POST',
        body: file,
        headers: {
          'content-type': 'application/octet-stream',
          'content-disposition': `attachment; filename="${name}"; filename*=UTF-8''${encodeURIComponent(file.name)}`,
          'x-kartoteka-proof': proof(),
        },
      }).catch(() => undefined);
      const said = await answer?.json().catch(() => undefined);
      line.textContent = answer?.ok ? `${file.name}: ${said.submission}` : `${file.name}: ${said?.detail ?? '?'} ${said?.remedy ?? ''}`;
      line.className = answer?.ok ? '' : 'bad';
    }
  };
  $('[data-files]', root).addEventListener('change', (event) => take(event.target.files));
  root.addEventListener('dragover', (event) => { event.preventDefault(); root.classList.add('over'); });
  root.addEventListener('dragleave', () => root.classList.remove('over'));
  root.addEventListener('drop', (event) => {
    event.preventDefault();
    root.classList.remove('over');
    take(event.dataTransfer.files);
  });
}

document.addEventListener('keydown', keys);
$$('[data-suggest]').forEach(suggest);
$$('[data-viewer]').forEach(pointOut);
$$('[data-review]').forEach(review);
$$('[data-drop]').forEach(handIn);
$$('[data-print]').forEach((button) => button.addEventListener('click', () => print()));
