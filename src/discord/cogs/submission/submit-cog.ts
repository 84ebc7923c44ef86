import { type APIModalInteractionResponseCallbackData, ApplicationCommandType, SlashCommandBuilder } from 'discord.js';
import type { Failure } from '../../../domain/failure.ts';
import type { SubmissionVia } from '../../../domain/submission.ts';
import type { IncomingFile } from '../../../ports/media-intake.ts';
import { type Answer, type Caller, type Cog, type CommandModule, card, refusal, update } from '../../answer.ts';
import { againCard, ownSongsCard, skipAnsweredCard, submittedCard, tryAgainCard } from '../../cards/submission-card.ts';
import { idArgument } from '../../custom-id.ts';
import type { Services } from '../services.ts';
import { DraftMemory, EMPTY_DRAFT, readSubmitModal, type SubmitDraft, submitModal } from './submit-modal.ts';

const OUTDATED: Failure = { code: 'panel-outdated' };

/** Ways in by command, modal and menu, and one's own songs. */
export function submitCog(services: Services): Cog {
  const memory = new DraftMemory();
  const { submissions, handles } = services;

  async function submit(
    caller: Caller,
    via: SubmissionVia,
    draft: SubmitDraft,
    file: IncomingFile | null,
    line?: 'free' | 'pending',
  ): Promise<Answer> {
    const result = await submissions.submit({
      guildId: caller.guildId,
      ownerId: caller.userId,
      ownerName: caller.displayName,
      via,
      artist: draft.artist,
      title: draft.title,
      note: draft.note,
      ...(draft.link === '' ? {} : { link: draft.link }),
      ...(file === null ? {} : { file }),
      ...(draft.handle === '' ? {} : { handleName: draft.handle }),
      ...(line === undefined ? {} : { line }),
    });
    if (result.ok) return card(submittedCard(result.value));
    return via === 'modal'
      ? card(tryAgainCard(result.error, memory.keep(caller.userId, draft)))
      : refusal(result.error);
  }

  const modal = (draft: SubmitDraft): { kind: 'modal'; modal: APIModalInteractionResponseCallbackData } => ({
    kind: 'modal',
    modal: submitModal(draft),
  });

  const completeHandle: NonNullable<CommandModule['complete']> = async (interaction, caller) => {
    const typed = interaction.options.getFocused();
    const [own, unlinked] = await Promise.all([
      handles.suggestOwn(caller.guildId, caller.userId, typed),
      handles.suggestUnlinked(caller.guildId, typed),
    ]);
    return [...own, ...unlinked].slice(0, 25).map((handle) => ({ name: `@${handle.name}`, value: handle.name }));
  };

  return {
    commands: [
      {
        definition: new SlashCommandBuilder()
          .setName('submit')
          .setDescription('Submit a song to the show: a link or a file')
          .addStringOption((option) =>
            option
              .setName('tiktok_handle')
              .setDescription('Your TikTok handle, so that your points count')
              .setAutocomplete(true)
              .setMaxLength(100),
          )
          .toJSON(),
        access: 'everyone',
        answer: 'modal',
        run: async (interaction) =>
          modal({ ...EMPTY_DRAFT, handle: handleArgument(interaction.options.getString('tiktok_handle')) }),
        complete: completeHandle,
      },
      {
        definition: new SlashCommandBuilder()
          .setName('submitfile')
          .setDescription('Submit a song as a file')
          .addAttachmentOption((option) =>
            option.setName('file').setDescription('MP3, WAV, M4A or FLAC').setRequired(true),
          )
          .addStringOption((option) =>
            option.setName('artist').setDescription('Artist').setRequired(true).setMaxLength(200),
          )
          .addStringOption((option) =>
            option.setName('title').setDescription('Title').setRequired(true).setMaxLength(200),
          )
          .addStringOption((option) =>
            option.setName('note').setDescription('Anything the reviewer should know').setMaxLength(600),
          )
          .addBooleanOption((option) => option.setName('skip').setDescription('Is this a paid skip?'))
          .addStringOption((option) =>
            option
              .setName('tiktok_handle')
              .setDescription('Your TikTok handle, so that your points count')
              .setAutocomplete(true)
              .setMaxLength(100),
          )
          .toJSON(),
        access: 'everyone',
        answer: 'private',
        run: async (interaction, caller) => {
          const { options } = interaction;
          const file = options.getAttachment('file', true);
          const skip = options.getBoolean('skip');
          return submit(
            caller,
            'file-command',
            {
              link: '',
              artist: options.getString('artist', true),
              title: options.getString('title', true),
              note: options.getString('note') ?? '',
              handle: options.getString('tiktok_handle') ?? '',
            },
            { url: file.url, name: file.title ?? file.name, size: file.size },
            skip === null ? undefined : skip ? 'pending' : 'free',
          );
        },
        complete: completeHandle,
      },
      {
        definition: new SlashCommandBuilder()
          .setName('mysubmissions')
          .setDescription('Your songs: where they stand, withdraw, submit again')
          .toJSON(),
        access: 'everyone',
        answer: 'private',
        run: async (_interaction, caller) =>
          card(ownSongsCard(await submissions.own(caller.guildId, caller.userId, 0))),
      },
    ],
    messageCommands: [
      {
        definition: { name: 'Submit this track', type: ApplicationCommandType.Message },
        access: 'everyone',
        answer: 'private',
        run: async (interaction, caller) => {
          const message = interaction.targetMessage;
          const attachment = message.attachments.first();
          const link = /https?:\/\/\S+/.exec(message.content)?.[0] ?? '';
          return submit(
            caller,
            'context-menu',
            { ...EMPTY_DRAFT, link: attachment === undefined ? link : '' },
            attachment === undefined
              ? null
              : { url: attachment.url, name: attachment.title ?? attachment.name, size: attachment.size },
          );
        },
      },
    ],
    components: [
      {
        action: 'submission.modal',
        access: 'everyone',
        answer: 'private',
        run: async (press, caller, [handle = '']) => {
          if (!press.isModalSubmit()) return refusal(OUTDATED);
          const { draft, file } = readSubmitModal(press, handle);
          return submit(caller, 'modal', draft, file);
        },
      },
      {
        action: 'submission.retry',
        access: 'everyone',
        answer: 'modal',
        run: async (_press, caller, [token = '']) => modal(memory.find(caller.userId, token)),
      },
      {
        action: 'submission.skip',
        access: 'everyone',
        answer: 'update',
        run: async (_press, caller, [id, said]) => {
          const submissionId = idArgument(id);
          if (submissionId === null || (said !== 'yes' && said !== 'no')) return refusal(OUTDATED);
          const result = await submissions.answerSkip(caller.guildId, submissionId, caller.userId, said === 'yes');
          return result.ok ? update(skipAnsweredCard(result.value)) : refusal(result.error);
        },
      },
      ...ownSongsComponents(services),
      {
        action: 'portal.submit',
        access: 'everyone',
        answer: 'modal',
        run: async () => modal(EMPTY_DRAFT),
      },
      {
        action: 'portal.mine',
        access: 'everyone',
        answer: 'private',
        run: async (_press, caller) => card(ownSongsCard(await submissions.own(caller.guildId, caller.userId, 0))),
      },
      {
        action: 'portal.again',
        access: 'everyone',
        answer: 'private',
        run: async (_press, caller) => card(againCard(await submissions.history(caller.guildId, caller.userId))),
      },
    ],
  };
}

/** Pages and actions of `/mysubmissions`. The owner is checked by the service: ids in a menu may be forged. */
function ownSongsComponents({ submissions }: Services): Cog['components'] {
  return [
    {
      action: 'submission.own-page',
      access: 'everyone',
      answer: 'update',
      run: async (_press, caller, [page]) =>
        update(ownSongsCard(await submissions.own(caller.guildId, caller.userId, idArgument(page) ?? 0))),
    },
    {
      action: 'submission.own-act',
      access: 'everyone',
      answer: 'update',
      run: async (press, caller, [page]) => {
        const [verb, id] = (press.isStringSelectMenu() ? (press.values[0] ?? '') : '').split('-');
        const submissionId = idArgument(id);
        if (submissionId === null) return refusal(OUTDATED);
        if (verb === 'again') return again(submissions, caller, submissionId);
        const result =
          verb === 'withdraw'
            ? await submissions.withdraw(caller.guildId, submissionId, caller.userId)
            : await submissions.hide(caller.guildId, submissionId, caller.userId);
        if (!result.ok) return refusal(result.error);
        return update(ownSongsCard(await submissions.own(caller.guildId, caller.userId, idArgument(page) ?? 0)));
      },
    },
    {
      action: 'submission.again',
      access: 'everyone',
      answer: 'update',
      run: async (press, caller) => {
        const submissionId = idArgument(press.isStringSelectMenu() ? press.values[0] : undefined);
        return submissionId === null ? refusal(OUTDATED) : again(submissions, caller, submissionId);
      },
    },
  ];
}

async function again(submissions: Services['submissions'], caller: Caller, submissionId: number): Promise<Answer> {
  const result = await submissions.submitAgain(caller.guildId, submissionId, caller.userId, caller.displayName);
  return result.ok ? update(submittedCard(result.value)) : refusal(result.error);
}

/** Into a custom id goes only what can be a handle; anything else is refused when the modal comes back. */
function handleArgument(typed: string | null): string {
  return (typed ?? '').trim().replaceAll(':', '').slice(0, 60);
}
