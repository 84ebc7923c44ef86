import { Client, GatewayIntentBits, MessageFlags } from 'discord.js';

/** The least a discord.js bot can do: the measure for our own answer times. */
const client = new Client({
  intents: [GatewayIntentBits.Guilds, GatewayIntentBits.GuildMessages, GatewayIntentBits.GuildVoiceStates],
  rest: { api: process.env.DISCORD_API_URL ?? '' },
});
client.on('interactionCreate', (interaction) => {
  if (interaction.isChatInputCommand()) void interaction.reply({ content: 'pong', flags: MessageFlags.Ephemeral });
});
client.once('clientReady', async () => {
  await client.application?.commands.set([{ name: 'ping', description: 'pong' }]);
  process.stdout.write('{"msg":"ready"}\n');
});
process.on('SIGTERM', () => process.exit(0));
await client.login(process.env.DISCORD_TOKEN);
