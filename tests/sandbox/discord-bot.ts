import {
  ActionRowBuilder,
  ApplicationCommandType,
  ButtonBuilder,
  ButtonStyle,
  ContextMenuCommandBuilder,
  type Interaction,
  PermissionFlagsBits,
  SlashCommandBuilder,
} from 'discord.js';
import type { InteractionHandle } from '../../sandbox/discord/interaction-model.ts';
import { login, onInteraction, type Stage, stage } from './discord-harness.ts';

const submit = new SlashCommandBuilder()
  .setName('submit')
  .setDescription('Submit a song')
  .addStringOption((option) => option.setName('handle').setDescription('TikTok').setAutocomplete(true))
  .addAttachmentOption((option) => option.setName('file').setDescription('Audio').setFileTypes('.mp3'))
  .addUserOption((option) => option.setName('who').setDescription('For whom'));
const tiktok = new SlashCommandBuilder()
  .setName('tiktok')
  .setDescription('LIVE')
  .addSubcommand((sub) =>
    sub
      .setName('connect')
      .setDescription('Connect')
      .addStringOption((option) => option.setName('unique_id').setDescription('Name').setRequired(true)),
  );
const staff = new SlashCommandBuilder()
  .setName('setup')
  .setDescription('Setup')
  .setDefaultMemberPermissions(PermissionFlagsBits.ManageGuild);
const menu = new ContextMenuCommandBuilder().setName('Submit this track').setType(ApplicationCommandType.Message);
export const COMMANDS = [submit, tiktok, staff, menu].map((command) => command.toJSON());

/** A bot with the commands registered that answers with `handle`. */
export const start = async (handle: (interaction: Interaction) => Promise<unknown>) => {
  const scene = await stage();
  const client = await login(scene.discord);
  await client.application.commands.set(COMMANDS);
  return { ...scene, client, failures: onInteraction(client, handle) };
};

export const slash = (scene: Stage, command = 'submit', rest: object = {}): InteractionHandle =>
  scene.world.interactions.create({
    kind: 'slash',
    userId: scene.listener.id,
    channelId: scene.channel.id,
    command,
    ...rest,
  });

export const button = (id: string, disabled = false) =>
  new ActionRowBuilder<ButtonBuilder>().addComponents(
    new ButtonBuilder().setCustomId(id).setLabel(id).setStyle(ButtonStyle.Primary).setDisabled(disabled),
  );
