import { expect, test } from 'vitest';
import { submitCommand } from '../../src/discord/cogs/submission/submit-command.ts';
import { EMPTY_DRAFT, submitModal } from '../../src/discord/cogs/submission/submit-modal.ts';
import { MemorySettings } from './bot-stage.ts';

/** A hundred signs, two UTF-16 units each, from the second unit on. */
const SIGNS = `a${'😀'.repeat(99)}`;

/** Half an emoji is no JSON to Discord: the form would not open. */
const halves = (payload: object) => JSON.stringify(payload).match(/\\ud[89a-f]../gi) ?? [];

test('what was typed stands in the form again as it was, with every emoji whole', () => {
  const modal = submitModal({ ...EMPTY_DRAFT, title: SIGNS, note: SIGNS }, 1_048_576);
  expect(JSON.stringify(modal)).toContain(SIGNS);
  expect(halves(modal)).toEqual([]);
});

test('a form opens whatever is typed as a handle', async () => {
  const { run } = submitCommand({ settings: new MemorySettings() } as never);
  const interaction = { guildId: '1', attachmentSizeLimit: 1_048_576, options: { getString: () => SIGNS } };
  const answer = await run(interaction as never, {} as never, async () => undefined);
  expect(halves(answer)).toEqual([]);
});
