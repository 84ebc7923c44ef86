import { attempt } from './server.ts';
import { bot, show } from './state.ts';

/** The story in steps: what to try, what is done, and a hand for each step. */
export function GuidePanel() {
  const { chapters, running, broke } = show.value;
  const isReady = bot.value.kind === 'ready';
  return (
    <div class="guide">
      <h2>A whole show in three minutes</h2>
      <p class="lead">
        Listeners submit songs in Discord, viewers on TikTok move them with likes and gifts, the reviewer presses Next.
        Be everybody: choose a face below the channels, type <kbd>/</kbd> in one of them. Or watch it happen:
      </p>
      <ol>
        {chapters.map(({ id, title, about, done }, index) => (
          <li key={id} class={`${done ? 'done' : ''} ${running?.chapterId === id ? 'running' : ''}`}>
            <span class="number" aria-hidden="true">
              {done ? '✓' : index + 1}
            </span>
            <div class="words">
              <span class="label">
                {title}
                {done && <span class="unseen"> (done)</span>}
              </span>
              <span class="about">{about}</span>
            </div>
            <button
              type="button"
              class="button secondary"
              aria-label={`Show me: ${title}`}
              disabled={running !== null || !isReady}
              onClick={() => attempt({ kind: 'show', run: id })}
            >
              Show me
            </button>
          </li>
        ))}
      </ol>
      {broke !== null && (
        <p class="failure" role="alert">
          The show stopped: {broke}
        </p>
      )}
      <p class="about">
        Discord, its voice server and TikTok are local stand-ins; the bot is the real one. Nothing leaves this machine,
        and what you do is kept until you start the demo with <code>--fresh</code>.
      </p>
    </div>
  );
}
