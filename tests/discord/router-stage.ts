import { SlashCommandBuilder } from 'discord.js';
import { onTestFinished } from 'vitest';
import type { Human } from '../../sandbox/discord/people/human.ts';
import { type Cog, type CommandModule, type ComponentModule, card, DONE } from '../../src/discord/answer.ts';
import { button, container, row, text, textCard } from '../../src/discord/cards/card.ts';
import { encodeCustomId } from '../../src/discord/custom-id.ts';
import { Router } from '../../src/discord/router.ts';
import { systemClock } from '../../src/lib/system-clock.ts';
import { type BotStage, botStage, PATIENCE } from './bot-stage.ts';

const definition = (name: string) =>
  new SlashCommandBuilder()
    .setName(name)
    .setDescription(name)
    .addStringOption((option) => option.setName('text').setDescription('text').setAutocomplete(true))
    .toJSON();

export const panelCard = (word: string) => ({
  components: [
    container('brand', [text(`panel ${word}`)]),
    row(
      button('Go', encodeCustomId('test.go', 1)),
      button('Old', 'v0:test.go:1', {}),
      button('Foreign', 'somebody-else'),
      button('Gone', encodeCustomId('test.gone')),
    ),
  ],
});

export const MODAL = {
  custom_id: encodeCustomId('test.modal'),
  title: 'Modal',
  components: [
    { type: 18 as const, label: 'Word', component: { type: 4 as const, custom_id: 'word', style: 1 as const } },
  ],
};

/** A bot with one command and one button, which do what the test says. */
export async function routerStage(
  options: Partial<Pick<CommandModule, 'access' | 'answer' | 'run' | 'complete'>> & {
    readonly before?: (bot: BotStage) => void;
  } = {},
) {
  const bot = await botStage();
  options.before?.(bot);
  const metered: string[] = [];
  const panels = new Set<string>();
  const outdated: string[] = [];
  const reports: string[] = [];
  let press: ComponentModule['run'] = async () => DONE;
  let pressAnswer: ComponentModule['answer'] = 'update';
  let throttleMs: number | null = null;
  const cog: Cog = {
    commands: [
      {
        definition: definition('ask'),
        access: options.access ?? 'everyone',
        answer: options.answer ?? 'private',
        run: options.run ?? (async () => card(textCard('good', 'answer'))),
        ...(options.complete === undefined ? {} : { complete: options.complete }),
      },
      {
        definition: definition('panel'),
        access: 'everyone',
        answer: 'public',
        run: async () => card(panelCard('one')),
      },
    ],
    components: [
      {
        action: 'test.go',
        access: 'everyone',
        get answer() {
          return pressAnswer;
        },
        run: (...args) => press(...args),
      },
    ],
  };
  const router = new Router([cog], {
    settings: bot.settings,
    clock: systemClock,
    log: bot.log,
    meter: { interaction: (name, result) => void metered.push(`${name} ${result}`) },
    report: (_guildId, reference, where) => void reports.push(`${where} ${reference}`),
    outdatedPanel: (messageId) => void outdated.push(messageId),
    isPanel: (messageId) => panels.has(messageId),
    throttle: () => throttleMs,
  });
  bot.listen({ interaction: (interaction) => router.handle(interaction), message: () => undefined });
  await bot.logIn();
  await bot.client.application.commands.set(cog.commands.map((command) => command.definition));
  onTestFinished(() => router.close());
  const ana = bot.people.human(bot.guild, 'ana');
  return {
    ...bot,
    ana,
    router,
    metered,
    outdated,
    panels,
    reports,
    pressed: (answer: ComponentModule['answer'], run: ComponentModule['run']) => {
      pressAnswer = answer;
      press = run;
    },
    slowDown: (ms: number) => {
      throttleMs = ms;
    },
    panel: async (who: Human) => (await who.slash('panel')).final(PATIENCE),
    /** Resolves when the bot has acknowledged something without an answer. */
    deferred: () =>
      bot.world.events.waitFor('interaction-answered', ({ answer }) => answer.kind.startsWith('deferred'), PATIENCE),
  };
}
