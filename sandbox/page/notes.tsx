import { useEffect, useRef } from 'preact/hooks';
import { attempt } from './server.ts';
import { picture, show, toasts } from './state.ts';

/** What the show says it is doing. */
export function Caption() {
  const { running, chapters } = show.value;
  if (running === null) return null;
  const step = chapters.findIndex(({ id }) => id === running.chapterId);
  return (
    <div class="show-strip" role="status">
      <span class="dot" aria-hidden="true" />
      <span class="step">
        {step + 1}/{chapters.length} {chapters[step]?.title}
      </span>
      <span>{running.caption}</span>
      <button type="button" class="text-button" onClick={() => attempt({ kind: 'show', run: 'stop' })}>
        Stop
      </button>
    </div>
  );
}

export function Toasts() {
  return (
    <div class="toasts" role="alert">
      {toasts.value.map(({ id, tone, text }) => (
        <div key={id} class={`toast ${tone}`}>
          <span>{text}</span>
          <button
            type="button"
            aria-label="Close the note"
            onClick={() => {
              toasts.value = toasts.value.filter((each) => each.id !== id);
            }}
          >
            ✕
          </button>
        </div>
      ))}
    </div>
  );
}

/** A picture at its full size. */
export function Lightbox() {
  const dialog = useRef<HTMLDialogElement>(null);
  const open = picture.value;
  useEffect(() => {
    if (open !== null) dialog.current?.showModal();
  }, [open]);
  if (open === null) return null;
  const close = (): void => {
    picture.value = null;
  };
  return (
    <dialog ref={dialog} class="lightbox" aria-label={open.about || 'Picture'} onClose={close}>
      <img src={open.url} alt={open.about} />
      <footer>
        <a href={open.url} target="_blank" rel="noreferrer noopener">
          Open in a tab
        </a>
        <button type="button" class="button secondary" onClick={close}>
          Close
        </button>
      </footer>
    </dialog>
  );
}
