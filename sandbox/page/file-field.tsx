import { useId, useRef, useState } from 'preact/hooks';
import type { UploadView } from '../stage/acts.ts';
import { sizeInWords } from './json.ts';
import { act, say, uploadFile } from './server.ts';
import { samples } from './state.ts';

export interface FileFieldProps {
  readonly label: string;
  readonly files: readonly UploadView[];
  readonly max: number;
  /** For the file dialog: extensions or groups as Discord names them. */
  readonly accept?: readonly string[];
  readonly onChange: (files: readonly UploadView[]) => void;
  /** Told when an upload begins and when it ends: what is sent meanwhile would lack it. */
  readonly onBusy?: (busy: boolean) => void;
}

const GROUPS: Readonly<Record<string, string>> = { image: 'image/*', video: 'video/*', audio: 'audio/*' };

/** Takes files from the disk, by drag and drop, or one of the demo's own songs. */
export function FileField({ label, files, max, accept = [], onChange, onBusy }: FileFieldProps) {
  const id = useId();
  const [busy, setBusy] = useState(false);
  const [over, setOver] = useState(false);
  // An upload takes a while: what has been filled in meanwhile must not be lost when it ends.
  const newest = useRef({ files, onChange });
  newest.current = { files, onChange };
  const take = (uploads: Promise<readonly UploadView[]>): void => {
    setBusy(true);
    onBusy?.(true);
    uploads
      .then((added) => newest.current.onChange([...newest.current.files, ...added].slice(-max)))
      .catch(say)
      .finally(() => {
        setBusy(false);
        onBusy?.(false);
      });
  };
  const takeFiles = (list: FileList | null | undefined): void => {
    if (list != null && list.length > 0) take(Promise.all([...list].map(uploadFile)));
  };
  return (
    <div class="file-field">
      <label
        class={`drop ${over ? 'over' : ''}`}
        for={id}
        onDragOver={(event) => {
          event.preventDefault();
          setOver(true);
        }}
        onDragLeave={() => setOver(false)}
        onDrop={(event) => {
          event.preventDefault();
          setOver(false);
          takeFiles(event.dataTransfer?.files);
        }}
      >
        <span aria-hidden="true">⇪</span> {busy ? 'Uploading…' : 'Drop a file here or browse'}
        <input
          id={id}
          type="file"
          class="unseen"
          aria-label={label}
          multiple={max > 1}
          accept={accept.map((each) => GROUPS[each] ?? each).join(',')}
          onChange={(event) => {
            takeFiles(event.currentTarget.files);
            event.currentTarget.value = '';
          }}
        />
      </label>
      <Chips files={files} onChange={onChange} />
      {files.length < max && (
        <SampleChips onPick={(sample) => take(act({ kind: 'sample', sample }).then((upload) => [upload]))} />
      )}
    </div>
  );
}

/** Files that are ready, each with a way to take it back. */
export function Chips({ files, onChange }: Pick<FileFieldProps, 'files' | 'onChange'>) {
  return (
    <>
      {files.map((file) => (
        <div key={file.upload} class="chip">
          <span aria-hidden="true">🎵</span>
          <span class="label">{file.name}</span>
          <span class="about">{sizeInWords(file.size)}</span>
          <button
            type="button"
            aria-label={`Remove ${file.name}`}
            onClick={() => onChange(files.filter(({ upload }) => upload !== file.upload))}
          >
            ✕
          </button>
        </div>
      ))}
    </>
  );
}

export function SampleChips({ onPick }: { readonly onPick: (sample: string) => void }) {
  return (
    <fieldset class="samples" aria-label="Songs of the demo">
      <span class="about">No file at hand? Take</span>
      {samples.value.map(({ id, name, about }) => (
        <button key={id} type="button" class="sample" title={about} onClick={() => onPick(id)}>
          🎵 {name}
        </button>
      ))}
    </fieldset>
  );
}
