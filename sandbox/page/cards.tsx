import { useState } from 'preact/hooks';
import type { JsonObject } from '../discord/json.ts';
import type { FileView, MessageView } from '../stage/protocol.ts';
import { Button, Select } from './controls.tsx';
import { asNumber, asObject, asString, objectsIn, sizeInWords } from './json.ts';
import { picture } from './state.ts';
import { Markdown } from './text.tsx';

/** Components of a message, by Discord's type numbers. */
export function Components({ message, list }: { readonly message: MessageView; readonly list: readonly JsonObject[] }) {
  return (
    <>
      {list.map((component, index) => (
        <Component key={asNumber(component.id) ?? index} message={message} component={component} />
      ))}
    </>
  );
}

function Component({ message, component }: { readonly message: MessageView; readonly component: JsonObject }) {
  const children = objectsIn(component.components);
  switch (component.type) {
    case 1:
      return (
        <div class="row">
          <Components message={message} list={children} />
        </div>
      );
    case 2:
      return <Button message={message} control={component} />;
    case 3:
    case 5:
    case 6:
    case 7:
    case 8:
      return <Select message={message} control={component} />;
    case 9:
      return (
        <div class="section">
          <div class="words">
            <Components message={message} list={children} />
          </div>
          <Accessory message={message} accessory={asObject(component.accessory)} />
        </div>
      );
    case 10:
      return <Markdown text={asString(component.content) ?? ''} />;
    case 12:
      return <Gallery items={objectsIn(component.items)} />;
    case 13:
      return <FileComponent component={component} />;
    case 14:
      return <hr class={`${component.divider === false ? 'blank' : ''} ${component.spacing === 2 ? 'large' : ''}`} />;
    case 17:
      return <Container message={message} component={component} />;
    default:
      return null;
  }
}

const colour = (value: unknown): string | undefined =>
  typeof value === 'number' ? `#${value.toString(16).padStart(6, '0')}` : undefined;

function Container({ message, component }: { readonly message: MessageView; readonly component: JsonObject }) {
  const accent = colour(component.accent_color);
  return (
    <Veiled when={component.spoiler === true}>
      <div class="container" style={accent === undefined ? {} : { borderLeftColor: accent }}>
        <Components message={message} list={objectsIn(component.components)} />
      </div>
    </Veiled>
  );
}

function Accessory({
  message,
  accessory,
}: {
  readonly message: MessageView;
  readonly accessory: JsonObject | undefined;
}) {
  if (accessory === undefined) return null;
  if (accessory.type === 2) return <Button message={message} control={accessory} />;
  return (
    <Picture
      media={asObject(accessory.media)}
      about={asString(accessory.description)}
      spoiler={accessory.spoiler === true}
      thumbnail
    />
  );
}

function Gallery({ items }: { readonly items: readonly JsonObject[] }) {
  return (
    <div class={`gallery of-${Math.min(items.length, 4)}`}>
      {items.map((item, index) => (
        <Picture
          key={index}
          media={asObject(item.media)}
          about={asString(item.description)}
          spoiler={item.spoiler === true}
        />
      ))}
    </div>
  );
}

interface PictureProps {
  readonly media: JsonObject | undefined;
  readonly about?: string | undefined;
  readonly spoiler?: boolean;
  readonly thumbnail?: boolean;
}

/** A picture that opens large. One that cannot be loaded (this page loads nothing from outside) is only described. */
function Picture({ media, about = '', spoiler = false, thumbnail = false }: PictureProps) {
  const url = asString(media?.url) ?? '';
  const [broken, setBroken] = useState(false);
  if (broken || url === '')
    return <div class={`picture missing ${thumbnail ? 'thumbnail' : ''}`}>{about || 'Picture'}</div>;
  return (
    <Veiled when={spoiler}>
      <button
        type="button"
        class={`picture ${thumbnail ? 'thumbnail' : ''}`}
        aria-label={`Open the picture${about === '' ? '' : `: ${about}`}`}
        onClick={() => {
          picture.value = { url, about };
        }}
      >
        <img src={url} alt={about} loading="lazy" onError={() => setBroken(true)} />
      </button>
    </Veiled>
  );
}

/** Hidden until somebody asks. */
function Veiled({ when, children }: { readonly when: boolean; readonly children: preact.ComponentChildren }) {
  const [shown, setShown] = useState(false);
  if (!when || shown) return <>{children}</>;
  return (
    <button type="button" class="veil" onClick={() => setShown(true)}>
      Spoiler
    </button>
  );
}

function FileComponent({ component }: { readonly component: JsonObject }) {
  const file = asObject(component.file);
  const url = asString(file?.url) ?? '';
  const name = asString(component.name) ?? decodeURIComponent(url.split('?')[0]?.split('/').pop() ?? 'file');
  return <FileCard name={name} size={asNumber(component.size)} url={url} />;
}

function FileCard({
  name,
  size,
  url,
}: {
  readonly name: string;
  readonly size: number | undefined;
  readonly url: string;
}) {
  return (
    <div class="file">
      <span class="emoji" aria-hidden="true">
        📄
      </span>
      <span class="words">
        <a href={url} target="_blank" rel="noreferrer noopener" download={name}>
          {name}
        </a>
        {size !== undefined && <span class="about">{sizeInWords(size)}</span>}
      </span>
    </div>
  );
}

/** Attached files: pictures as pictures, sound with a player. */
export function Files({ files }: { readonly files: readonly FileView[] }) {
  const pictures = files.filter(({ contentType }) => contentType?.startsWith('image/') === true);
  return (
    <>
      {pictures.length > 0 && (
        <Gallery items={pictures.map(({ url, name, spoiler }) => ({ media: { url }, description: name, spoiler }))} />
      )}
      {files
        .filter((file) => !pictures.includes(file))
        .map((file) => (
          <div key={file.id} class="attachment">
            <FileCard name={file.name} size={file.size} url={file.url} />
            {file.contentType?.startsWith('audio/') === true && (
              // biome-ignore lint/a11y/useMediaCaption: songs that somebody uploads have no captions
              <audio controls preload="none" src={file.url} aria-label={`Play ${file.name}`} />
            )}
          </div>
        ))}
    </>
  );
}

export function Embed({ embed }: { readonly embed: JsonObject }) {
  const [author, footer] = [asObject(embed.author), asObject(embed.footer)];
  const [title, description, url] = [asString(embed.title), asString(embed.description), asString(embed.url)];
  const stamp = asString(embed.timestamp);
  const last = [asString(footer?.text), stamp === undefined ? undefined : new Date(stamp).toLocaleString('en-GB')];
  const thumbnail = asObject(embed.thumbnail);
  const image = asObject(embed.image);
  return (
    <div class="embed" style={{ borderLeftColor: colour(embed.color) ?? 'var(--edge)' }}>
      <div class="words">
        {author !== undefined && <div class="author">{asString(author.name)}</div>}
        {title !== undefined && (
          <div class="title">
            {url === undefined ? (
              <Markdown text={title} />
            ) : (
              <a href={url} target="_blank" rel="noreferrer noopener">
                {title}
              </a>
            )}
          </div>
        )}
        {description !== undefined && <Markdown text={description} />}
        <div class="fields">
          {objectsIn(embed.fields).map((field, index) => (
            <div key={index} class={`field ${field.inline === true ? 'inline' : ''}`}>
              <div class="name">
                <Markdown text={asString(field.name) ?? ''} />
              </div>
              <Markdown text={asString(field.value) ?? ''} />
            </div>
          ))}
        </div>
        {image !== undefined && <Picture media={image} />}
        {last.some((part) => part !== undefined) && (
          <div class="footer">{last.filter((part) => part !== undefined).join(' • ')}</div>
        )}
      </div>
      {thumbnail !== undefined && <Picture media={thumbnail} thumbnail />}
    </div>
  );
}
