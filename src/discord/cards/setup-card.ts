import {
  type APIActionRowComponent,
  type APIChannelSelectComponent,
  type APIRoleSelectComponent,
  ChannelType,
  ComponentType,
  SelectMenuDefaultValueType,
} from 'discord.js';
import type { Assigned, PurposeState } from '../channel-desk.ts';
import { CHANNEL_PURPOSES, type ChannelPurpose, isChannelPurpose, PURPOSE } from '../channel-purpose.ts';
import { encodeCustomId } from '../custom-id.ts';
import { PANEL_LABEL } from '../panels/panel-kinds.ts';
import { button, type Card, container, row, separator, text, textCard } from './card.ts';
import { failureText } from './failure-card.ts';

/** Pages of `/setup`. */
export const SETUP_STEPS = ['start', 'role', ...CHANNEL_PURPOSES, 'check'] as const;
export type SetupStep = (typeof SETUP_STEPS)[number];

export function isSetupStep(text: string): text is SetupStep {
  return (SETUP_STEPS as readonly string[]).includes(text);
}

export interface SetupState {
  readonly step: SetupStep;
  readonly purposes: readonly PurposeState[];
  readonly roleId: string | null;
  /** The reviewer channel, when that role can't see it. */
  readonly unseen: string | null;
  /** Whether the bot may read messages. */
  readonly messageContent: boolean;
  /** What just happened, in one line. */
  readonly news: string | null;
}

export const PASSIVE_OFF =
  '⚠️ Pasted links and files are **not** taken: this bot runs without the Message Content intent. The portal and `/submit` work all the same.';

const stepAfter = (step: SetupStep, by: number) => SETUP_STEPS[SETUP_STEPS.indexOf(step) + by];

function stateLine({ purpose, channelId, trouble }: PurposeState): string {
  const { label } = PURPOSE[purpose];
  if (channelId === null) return `⚪ ${label}: *not set*`;
  return trouble === null ? `✅ ${label}: <#${channelId}>` : `⚠️ ${label}: <#${channelId}>\n-# ${failureText(trouble)}`;
}

/** What is wrong when reviewers can't see their own channel. */
export const unseenText = (channelId: string) =>
  `The reviewer role can't see <#${channelId}>. Give that role **View Channel** there, or nobody but admins can run the show.`;

function roleLine({ roleId, unseen }: Pick<SetupState, 'roleId' | 'unseen'>): string {
  if (roleId === null) return '⚪ Reviewer role: *not set*, only people with **Manage Server** run the show';
  return unseen === null
    ? `✅ Reviewer role: <@&${roleId}>`
    : `⚠️ Reviewer role: <@&${roleId}>\n-# ${unseenText(unseen)}`;
}

/** @param wanted `all` asks for the reviewer role first, `now` does not */
function createAll({ purposes }: Pick<SetupState, 'purposes'>, wanted: 'all' | 'now') {
  return button('Create the channels for me', encodeCustomId('setup.create', wanted), {
    style: 'success',
    emoji: '✨',
    disabled: purposes.every(({ channelId }) => channelId !== null),
  });
}

function steps(step: SetupStep, ...more: ReturnType<typeof button>[]) {
  const [before, after] = [stepAfter(step, -1), stepAfter(step, 1)];
  return row(
    ...(before === undefined ? [] : [button('Back', encodeCustomId('setup.step', before), { emoji: '◀️' })]),
    ...more,
    ...(after === undefined
      ? []
      : [button('Next', encodeCustomId('setup.step', after), { style: 'primary', emoji: '▶️' })]),
  );
}

function heading(step: SetupStep, title: string, news: string | null): string {
  const at = SETUP_STEPS.indexOf(step);
  const place = step === 'start' || step === 'check' ? '' : `\n-# Step ${at} of ${SETUP_STEPS.length - 2}`;
  return `${news === null ? '' : `${news}\n`}## ${title}${place}`;
}

/** A picker of channels. @param chosen null = none yet, or it does not exist any more */
function channelPicker(
  purpose: ChannelPurpose,
  chosen: string | null,
): APIActionRowComponent<APIChannelSelectComponent> {
  return row({
    type: ComponentType.ChannelSelect,
    custom_id: encodeCustomId('setup.channel', purpose),
    placeholder: `Choose a channel: ${PURPOSE[purpose].label}`,
    channel_types: [ChannelType.GuildText, ChannelType.GuildAnnouncement],
    ...(chosen === null ? {} : { default_values: [{ id: chosen, type: SelectMenuDefaultValueType.Channel }] }),
  });
}

function rolePicker(chosen: string | null): APIActionRowComponent<APIRoleSelectComponent> {
  return row({
    type: ComponentType.RoleSelect,
    custom_id: encodeCustomId('setup.role'),
    placeholder: 'Choose the reviewer role',
    min_values: 0,
    max_values: 1,
    ...(chosen === null ? {} : { default_values: [{ id: chosen, type: SelectMenuDefaultValueType.Role }] }),
  });
}

function startCard(state: SetupState): Card {
  const { purposes, messageContent, news } = state;
  return {
    components: [
      container('brand', [
        text(
          [
            heading('start', '🔧 Setup', news),
            roleLine(state),
            ...purposes.map(stateLine),
            ...(messageContent ? [] : [PASSIVE_OFF]),
          ].join('\n'),
        ),
        separator(),
        text(
          'Go through it step by step, or let me make the channels that are missing. You can stop at any time and come back with `/setup`.',
        ),
      ]),
      row(
        button('Step by step', encodeCustomId('setup.step', 'role'), { style: 'primary', emoji: '▶️' }),
        createAll(state, 'all'),
        button('Check', encodeCustomId('setup.step', 'check'), { emoji: '🩺' }),
      ),
    ],
  };
}

function roleCard(state: SetupState): Card {
  const { roleId, news } = state;
  return {
    components: [
      container('brand', [
        text(
          `${heading('role', '👤 Reviewer role', news)}\nWho has this role may run the show: next, move, approve, play. People with **Manage Server** always may.\n${roleLine(state)}`,
        ),
      ]),
      rolePicker(roleId),
      steps('role', createAll(state, 'now')),
    ],
  };
}

function purposeCard(purpose: ChannelPurpose, state: SetupState): Card {
  const { label, about, panels } = PURPOSE[purpose];
  const current = state.purposes.find((each) => each.purpose === purpose);
  const gone = current?.trouble?.code === 'channel-unusable' && current.trouble.why === 'gone';
  const lines = [
    heading(purpose, label, state.news),
    about,
    ...(panels.length === 0 ? [] : [`-# Panels: ${panels.map((kind) => PANEL_LABEL[kind]).join(', ')}`]),
    ...(purpose === 'submissions' && !state.messageContent ? [PASSIVE_OFF] : []),
    ...(current === undefined ? [] : [stateLine(current)]),
  ];
  return {
    components: [
      container(current?.trouble == null ? 'brand' : 'warn', [text(lines.join('\n'))]),
      channelPicker(purpose, gone ? null : (current?.channelId ?? null)),
      steps(
        purpose,
        button('Create it for me', encodeCustomId('setup.create', purpose), {
          emoji: '✨',
          disabled: current?.channelId != null && !gone,
        }),
      ),
    ],
  };
}

function checkCard(state: SetupState): Card {
  const { purposes, unseen, messageContent, news } = state;
  const troubles = purposes.filter(({ trouble }) => trouble !== null).length + (unseen === null ? 0 : 1);
  const unset = purposes.filter(({ channelId }) => channelId === null).length;
  const verdict =
    troubles > 0
      ? '⚠️ Something needs you: it is written below each line.'
      : unset > 0
        ? '✅ Everything that is set works. What is not set stays off.'
        : '✅ Everything is set and works.';
  return {
    components: [
      container(troubles > 0 ? 'warn' : 'good', [
        text(
          [
            heading('check', '🩺 Check', news),
            verdict,
            roleLine(state),
            ...purposes.map(stateLine),
            messageContent ? '✅ Pasted links and files are taken in the submissions channel.' : PASSIVE_OFF,
          ].join('\n'),
        ),
      ]),
      row(
        button('Back', encodeCustomId('setup.step', 'debug'), { emoji: '◀️' }),
        button('Check again', encodeCustomId('setup.step', 'check'), { emoji: '🔄' }),
        button('Send a test message', encodeCustomId('setup.test'), { emoji: '📨' }),
        button('Finish', encodeCustomId('setup.finish'), { style: 'success', emoji: '🏁' }),
      ),
    ],
  };
}

export function setupCard(state: SetupState): Card {
  const { step } = state;
  if (isChannelPurpose(step)) return purposeCard(step, state);
  switch (step) {
    case 'start':
      return startCard(state);
    case 'role':
      return roleCard(state);
    case 'check':
      return checkCard(state);
    default:
      throw step satisfies never;
  }
}

/** What stands when somebody has finished: it says what is still wrong, or missing, as the check does. */
export function setupDoneCard(
  { purposes, unseen }: Pick<SetupState, 'purposes' | 'unseen'>,
  areSongsTaken: boolean,
): Card {
  const troubles = [
    ...(unseen === null ? [] : [`⚠️ ${unseenText(unseen)}`]),
    ...purposes.filter(({ trouble }) => trouble !== null).map(stateLine),
  ];
  const unset = purposes.filter(({ channelId }) => channelId === null).map(({ purpose }) => PURPOSE[purpose].label);
  const songs = areSongsTaken
    ? 'Songs are taken already; `/closesubmissions` ends that.'
    : 'Open submissions with `/opensubmissions`.';
  const run = unset.includes(PURPOSE.reviewer.label) ? 'use `/next`' : 'press **Next** in the control room';
  return textCard(
    troubles.length === 0 ? 'good' : 'warn',
    [
      troubles.length === 0 ? '## 🏁 All set' : '## 🏁 Set up, but something still needs you',
      ...troubles,
      `${songs} Follow a LIVE with \`/tiktok connect\`, and ${run}.`,
      ...(unset.length === 0 ? [] : [`-# Not set, and so off: ${unset.join(', ')}`]),
      '-# `/setup` comes back any time, `/settings show` has everything else.',
    ].join('\n'),
  );
}

export function testMessageCard(): Card {
  return textCard('good', '📨 This is the test message of `/setup`: I can write here. It goes in a minute.');
}

/** The answer of the single channel commands. */
export function assignedCard({ purpose, channelId, panelsLater }: Assigned, messageContent: boolean): Card {
  const { label, panels } = PURPOSE[purpose];
  const names = panels.map((kind) => PANEL_LABEL[kind]).join(', ');
  const where = panelsLater ? 'come as soon as Discord takes them' : 'stand there now';
  return textCard(
    'good',
    [
      `✅ **${label}**: <#${channelId}>`,
      ...(panels.length === 0
        ? []
        : [`-# ${names} ${panels.length === 1 ? where.replace('come', 'comes').replace('stand', 'stands') : where}.`]),
      ...(purpose === 'submissions' && !messageContent ? [PASSIVE_OFF] : []),
      ...(purpose === 'submissions' && messageContent
        ? ['-# Links and files become songs; every other message of people who are not staff is deleted.']
        : []),
    ].join('\n'),
  );
}
