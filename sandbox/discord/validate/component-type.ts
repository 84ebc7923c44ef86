/** Discord's component types by their documented names. */
export const ComponentType = {
  actionRow: 1,
  button: 2,
  stringSelect: 3,
  textInput: 4,
  userSelect: 5,
  roleSelect: 6,
  mentionableSelect: 7,
  channelSelect: 8,
  section: 9,
  textDisplay: 10,
  thumbnail: 11,
  mediaGallery: 12,
  file: 13,
  separator: 14,
  container: 17,
  label: 18,
  fileUpload: 19,
  radioGroup: 21,
  checkboxGroup: 22,
  checkbox: 23,
} as const;
export type ComponentType = (typeof ComponentType)[keyof typeof ComponentType];

export const SELECT_TYPES = [
  ComponentType.stringSelect,
  ComponentType.userSelect,
  ComponentType.roleSelect,
  ComponentType.mentionableSelect,
  ComponentType.channelSelect,
] as const;

/** 5 is a link, 6 a premium purchase: neither reaches the bot. */
export const ButtonStyle = { primary: 1, secondary: 2, success: 3, danger: 4, link: 5, premium: 6 } as const;

export const isSelectType = (type: unknown): boolean => SELECT_TYPES.some((known) => known === type);
