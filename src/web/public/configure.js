import { RANGES, readOptions, SCENES, THEMES, USUAL, writeOptions } from './options.js';

/** What studios call the size of the source. Pixels. */
const CANVAS = { portrait: { width: 1080, height: 1920 }, landscape: { width: 1920, height: 1080 } };
/** A slider moves the picture when the hand rests. ms */
const REST_MS = 150;

/**
 * @template {HTMLElement} T
 * @param {string} id
 * @param {new () => T} kind
 */
function part(id, kind) {
  const found = document.getElementById(id);
  if (!(found instanceof kind)) throw new Error(`the page has no such #${id}`);
  return found;
}

const form = part('form', HTMLFormElement);
const view = part('view', HTMLIFrameElement);
const canvas = part('canvas', HTMLElement);
const address = part('address', HTMLInputElement);
const sample = part('sample', HTMLInputElement);
const guides = part('guides', HTMLInputElement);
const copied = part('copied', HTMLElement);
/** The page's own address without its last part, wherever a proxy has put it. */
const base = new URL(location.pathname.replace(/\/configure\/?$/, ''), location.origin).href;

/** @returns {import('./options.js').Options} */
function chosen() {
  const values = new FormData(form);
  const text = (/** @type {string} */ name) => String(values.get(name) ?? '');
  const query = new URLSearchParams({
    scene: SCENES.find((scene) => scene === text('scene')) ?? USUAL.scene,
    theme: THEMES.find((theme) => theme === text('theme')) ?? USUAL.theme,
    chroma: text('background'),
    safe: values.has('safe') ? 'on' : 'off',
  });
  for (const name of Object.keys(RANGES)) query.set(name, text(name));
  return readOptions(query.toString());
}

function size() {
  return new FormData(form).get('canvas') === 'landscape' ? CANVAS.landscape : CANVAS.portrait;
}

/** The frame has the real size, shrunk into its place: what it shows is what the stream will show. */
function shrink() {
  const { width, height } = size();
  view.style.width = `${width}px`;
  view.style.height = `${height}px`;
  view.style.transform = `scale(${canvas.clientWidth / width})`;
}

function show() {
  const options = chosen();
  const { width, height } = size();
  address.value = base + writeOptions(options);
  copied.textContent = '';
  part('scale-out', HTMLOutputElement).textContent = `${Math.round(options.scale * 100)}%`;
  part('size', HTMLElement).textContent = `${width} × ${height}`;
  canvas.classList.toggle('landscape', width > height);
  shrink();
  const preview = base + writeOptions({ ...options, sample: sample.checked, guides: guides.checked && options.safe });
  if (view.src !== preview) view.src = preview;
}

async function copy() {
  address.select();
  try {
    await navigator.clipboard.writeText(address.value);
  } catch (trouble) {
    // Without https there is no clipboard for pages; the old way needs the selection made above.
    console.debug('copied the old way', trouble);
    document.execCommand('copy');
  }
  copied.textContent = 'Copied. Paste it into your studio.';
}

/** @type {ReturnType<typeof setTimeout> | undefined} */
let resting;
function later() {
  clearTimeout(resting);
  resting = setTimeout(show, REST_MS);
}

form.addEventListener('input', later);
form.addEventListener('submit', (event) => event.preventDefault());
sample.addEventListener('change', show);
guides.addEventListener('change', show);
part('copy', HTMLButtonElement).addEventListener('click', copy);
new ResizeObserver(shrink).observe(canvas);
show();
