import type { JsonObject } from '../json.ts';
import { asNumber, asObject, asString, objectsIn } from '../json.ts';
import type { Attachment, Message } from '../model.ts';
import { MessageFlag } from '../model.ts';
import { ButtonStyle, ComponentType, isSelectType } from '../validate/component-type.ts';
import { readable } from './markdown.ts';
import type { Names } from './names.ts';

type Lines = readonly string[];

/** A message as a phone shows it, line by line: text, cards, buttons as `[Label]`, menus, files. Nothing of its author. */
export const renderMessage = (message: Message, names: Names): Lines => {
  if ((message.flags & MessageFlag.loading) !== 0) return [`${names.user(message.authorId)} is thinking…`];
  if (message.type === 6) return [`${names.user(message.authorId)} pinned a message to this channel.`];
  const isV2 = (message.flags & MessageFlag.componentsV2) !== 0;
  const suppressed = (message.flags & MessageFlag.suppressEmbeds) !== 0;
  // A picture that a card shows is not listed again; of a V2 message only what its components show is seen at all.
  const inCards = JSON.stringify(message.embeds);
  const listed = isV2 ? [] : message.attachments.filter((file) => !inCards.includes(`attachment://${file.filename}"`));
  return [
    ...paragraph(message.content, names),
    ...listed.map(renderFile),
    ...(suppressed ? [] : message.embeds.flatMap((embed) => renderEmbed(embed, names))),
    ...renderComponents(message.components, names),
  ];
};

/** A modal as it opens: title, then every field with its state. */
export const renderModal = (modal: JsonObject, names: Names): Lines => [
  `┏ ${asString(modal.title) ?? ''}`,
  ...objectsIn(modal.components).flatMap((component) => {
    if (component.type === ComponentType.textDisplay) return paragraph(asString(component.content) ?? '', names);
    const field = asObject(component.component) ?? objectsIn(component.components)[0] ?? {};
    const label = asString(component.label) ?? asString(field.label) ?? '';
    const star = field.required === false || field.type === ComponentType.checkbox ? '' : ' *';
    const about = asString(component.description);
    return [`${label}${star}`, ...(about === undefined ? [] : [`  ${about}`]), `  ${fieldState(field)}`];
  }),
  '┗ [Cancel] [Submit]',
];

const fieldState = (field: JsonObject): string => {
  const hint = asString(field.placeholder);
  switch (field.type) {
    case ComponentType.textInput:
      return `▁ ${asString(field.value) ?? (hint === undefined ? '' : `(${hint})`)}`;
    case ComponentType.fileUpload:
      return '⇪ Drop file here or browse';
    case ComponentType.checkbox:
      return field.default === true ? '☑' : '☐';
    case ComponentType.radioGroup:
    case ComponentType.checkboxGroup:
      return objectsIn(field.options)
        .map((option) => `${option.default === true ? '◉' : '○'} ${asString(option.label) ?? ''}`)
        .join('  ');
    default:
      return renderSelect(field);
  }
};

const paragraph = (text: string, names: Names): Lines => (text === '' ? [] : readable(text, names).split('\n'));

const renderFile = (file: Attachment): string => `📎 ${file.filename} (${sizeInWords(file.size)})`;

const sizeInWords = (bytes: number): string =>
  bytes < 1024
    ? `${bytes} B`
    : bytes < 1024 ** 2
      ? `${Math.round(bytes / 1024)} KB`
      : `${(bytes / 1024 ** 2).toFixed(1)} MB`;

const framed = (lines: Lines): Lines => lines.map((line) => `┃ ${line}`);

const renderEmbed = (embed: JsonObject, names: Names): Lines => {
  const footer = asString(asObject(embed.footer)?.text);
  const stamp = asString(embed.timestamp)?.slice(0, 16).replace('T', ' ');
  const last = [footer, stamp].filter((part) => part !== undefined).join(' • ');
  const picture = asObject(embed.image) ?? asObject(embed.thumbnail);
  const fields = objectsIn(embed.fields).flatMap((field) => [
    ...paragraph(asString(field.name) ?? '', names),
    ...paragraph(asString(field.value) ?? '', names),
  ]);
  return framed([
    ...paragraph(asString(asObject(embed.author)?.name) ?? '', names),
    ...paragraph(asString(embed.title) ?? '', names),
    ...paragraph(asString(embed.description) ?? '', names),
    ...fields,
    ...(picture === undefined ? [] : ['(picture)']),
    ...(last === '' ? [] : [last]),
  ]);
};

const renderComponents = (components: readonly JsonObject[], names: Names): Lines =>
  components.flatMap((component) => renderComponent(component, names));

const renderComponent = (component: JsonObject, names: Names): Lines => {
  const children = objectsIn(component.components);
  switch (component.type) {
    case ComponentType.actionRow:
      return [children.map(renderControl).join(' ')];
    case ComponentType.textDisplay:
      return paragraph(asString(component.content) ?? '', names);
    case ComponentType.section:
      return beside(renderComponents(children, names), asObject(component.accessory));
    case ComponentType.container:
      return framed(renderComponents(children, names));
    case ComponentType.separator:
      return [component.divider === false ? '' : '─'.repeat(20)];
    case ComponentType.mediaGallery:
      return objectsIn(component.items).map(renderPicture);
    case ComponentType.file:
      return [`📎 ${urlOf(component.file).split('/').pop()?.split('?')[0] ?? ''}`];
    default:
      return [];
  }
};

/** The accessory stands at the right of the first line. */
const beside = ([first = '', ...rest]: Lines, accessory: JsonObject | undefined): Lines => {
  if (accessory === undefined) return [first, ...rest];
  const shown = accessory.type === ComponentType.button ? renderControl(accessory) : renderPicture(accessory);
  return [`${first}  ${shown}`, ...rest];
};

const urlOf = (media: unknown): string => asString(asObject(media)?.url) ?? '';

const renderPicture = (picture: JsonObject): string => {
  const about = asString(picture.description);
  return about === undefined ? '(picture)' : `(picture: ${about})`;
};

const renderControl = (control: JsonObject): string =>
  isSelectType(control.type) ? withState(renderSelect(control), control) : withState(`[${face(control)}]`, control);

const withState = (text: string, control: JsonObject): string =>
  control.disabled === true ? `${text} (disabled)` : text;

const emojiOf = (owner: JsonObject): string | undefined => {
  const emoji = asObject(owner.emoji);
  const name = asString(emoji?.name);
  if (name === undefined) return undefined;
  return emoji?.id === undefined || emoji.id === null ? name : `:${name}:`;
};

/** What is written on a button: emoji and label, an arrow on links. */
const face = (button: JsonObject): string =>
  [emojiOf(button), asString(button.label), asNumber(button.style) === ButtonStyle.link ? '↗' : undefined]
    .filter((part) => part !== undefined)
    .join(' ');

/** A menu: what is chosen or its placeholder, then what it offers. */
const renderSelect = (select: JsonObject): string => {
  const options = objectsIn(select.options);
  const name = (option: JsonObject): string =>
    [
      emojiOf(option),
      asString(option.label),
      ...[asString(option.description)].filter(Boolean).map((text) => `(${text})`),
    ]
      .filter((part) => part !== undefined)
      .join(' ');
  const chosen = options.filter((option) => option.default === true).map((option) => asString(option.label) ?? '');
  const shown = chosen.length > 0 ? chosen.join(', ') : (asString(select.placeholder) ?? 'Make a selection');
  return options.length === 0 ? `▾ ${shown}` : `▾ ${shown}: ${options.map(name).join(' · ')}`;
};
