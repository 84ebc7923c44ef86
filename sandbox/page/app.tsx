import { Chat } from './chat.tsx';
import { FaultsPanel } from './faults-panel.tsx';
import { GuidePanel } from './guide-panel.tsx';
import { LivePanel } from './live-panel.tsx';
import { Modal } from './modal.tsx';
import { Caption, Lightbox, Toasts } from './notes.tsx';
import { Places, Side } from './side.tsx';
import { connection, me, PANELS, type Panel, panel, place } from './state.ts';
import { TopBar } from './top-bar.tsx';

const PANEL_NAMES = { guide: 'Guide', live: 'TikTok LIVE', faults: 'Faults' } as const satisfies Record<Panel, string>;

const PANEL_BODIES = {
  guide: () => <GuidePanel />,
  live: () => <LivePanel />,
  faults: () => <FaultsPanel />,
} as const satisfies Record<Panel, () => unknown>;

export function App() {
  if (me.value === '') {
    return <p class="loading">{connection.value === 'lost' ? 'The demo does not answer.' : 'Opening the demo…'}</p>;
  }
  return (
    <div class={`app at-${place.value}`}>
      <TopBar />
      <Caption />
      <Side />
      <Chat />
      <Stage />
      <Places />
      <Toasts />
      <Modal />
      <Lightbox />
    </div>
  );
}

/** The right column. */
function Stage() {
  const open = panel.value;
  const onKey = (event: KeyboardEvent): void => {
    const step = event.key === 'ArrowRight' ? 1 : event.key === 'ArrowLeft' ? -1 : 0;
    const next = PANELS[PANELS.indexOf(open) + step];
    if (step === 0 || next === undefined) return;
    panel.value = next;
    document.getElementById(`tab-${next}`)?.focus();
  };
  return (
    <aside class="stage" aria-label="Stage">
      <div class="tabs" role="tablist" aria-label="Stage">
        {PANELS.map((id) => (
          <button
            key={id}
            id={`tab-${id}`}
            type="button"
            role="tab"
            aria-selected={id === open}
            aria-controls={`panel-${id}`}
            tabIndex={id === open ? 0 : -1}
            onKeyDown={onKey}
            onClick={() => {
              panel.value = id;
            }}
          >
            {PANEL_NAMES[id]}
          </button>
        ))}
      </div>
      {/* All of them stay: the overlay in the LIVE goes on while one looks elsewhere. */}
      {PANELS.map((id) => (
        <div
          key={id}
          id={`panel-${id}`}
          class="panel"
          role="tabpanel"
          aria-labelledby={`tab-${id}`}
          hidden={id !== open}
        >
          {PANEL_BODIES[id]()}
        </div>
      ))}
    </aside>
  );
}
