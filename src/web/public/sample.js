// A made-up show, so that a theme can be judged before the first song is submitted.

/**
 * @typedef {import('./picture.js').Picture} Picture
 * @typedef {import('../protocol.ts').OverlayAlert} Alert
 */

const WAVE = Array.from({ length: 64 }, (_, bar) =>
  Math.round(38 + 34 * Math.sin(bar / 3.1) + 28 * Math.sin(bar * 1.7)),
);

/** @type {Picture} */
const SAMPLE = {
  nowPlaying: {
    song: {
      id: '4F7K',
      title: 'Midnight Carousel',
      artist: 'Lena & The Low Tides',
      owner: 'lena.makes.noise',
      line: 'double-skip',
    },
    wave: WAVE.map((height) => Math.min(100, Math.max(6, height))),
    progress: { state: 'playing', positionMs: 71_000, measuredAt: 0, durationMs: 214_000 },
  },
  queue: {
    total: 23,
    songs: [
      { id: '7QX2', title: 'Concrete Garden', artist: 'Nova Reyes', owner: 'nova', line: 'back-to-back', points: 40 },
      { id: '9BTD', title: 'Call Me When It Rains', artist: 'Juno Park', owner: 'juno', line: 'skip', points: 12 },
      { id: 'C31M', title: 'ليل طويل', artist: 'سارة', owner: 'sara', line: 'skip', points: 8 },
      {
        id: 'R8WP',
        title: 'Paper Planes Over Leipzig',
        artist: 'Die Nachbarn',
        owner: 'nachbar',
        line: 'free',
        points: 1280,
      },
      { id: 'K5HZ', title: 'Sunday Driver 🚗', artist: 'Milo', owner: 'milo', line: 'free', points: 312 },
      { id: 'V0LA', title: 'Low Battery', artist: 'Ada K.', owner: 'ada', line: 'free', points: 95 },
      { id: 'E6GN', title: 'Second Hand Smoke', artist: 'The Understudies', owner: 'under', line: 'free', points: 20 },
      { id: 'J2YU', title: 'Overpass', artist: 'Felix Ott', owner: 'felix', line: 'free', points: 0 },
    ],
  },
  leaderboard: [
    { rank: 1, handle: 'dj.marlow', nickname: 'Marlow 🎧', points: 18_420 },
    { rank: 2, handle: 'sofia_sings', nickname: 'Sofia', points: 9_310 },
    { rank: 3, handle: 'beatbox.ben', nickname: 'Ben', points: 7_775 },
    { rank: 4, handle: 'tape.loop', nickname: 'tape loop', points: 4_020 },
    { rank: 5, handle: 'hana', nickname: '', points: 2_155 },
    { rank: 6, handle: 'quietstorm', nickname: 'Quiet Storm', points: 1_904 },
    { rank: 7, handle: 'oskar.w', nickname: 'Oskar', points: 988 },
    { rank: 8, handle: 'mirela', nickname: 'Mirela', points: 640 },
  ],
};

/** @type {readonly Omit<Extract<Alert, { kind: 'move' }>, 'id' | 'at'>[]} */
const MOVES = [
  {
    kind: 'move',
    song: { id: '7QX2', title: 'Concrete Garden', artist: 'Nova Reyes', owner: 'nova', line: 'back-to-back' },
    cause: 'gift',
    by: 'nova.reyes',
    gift: { name: 'Galaxy', count: 5 },
    coins: 5_000,
  },
  {
    kind: 'move',
    song: { id: '9BTD', title: 'Call Me When It Rains', artist: 'Juno Park', owner: 'juno', line: 'skip' },
    cause: 'staff',
    by: null,
    gift: null,
    coins: null,
  },
];

/**
 * @param {(picture: Picture, saidAt: number) => void} draw
 * @param {(alert: Alert, ageMs: number) => void} announce
 */
export function playSample(draw, announce) {
  draw(SAMPLE, 0);
  let turn = 0;
  const next = () => {
    const move = MOVES[turn % MOVES.length];
    turn += 1;
    if (move !== undefined) announce({ ...move, id: `sample ${turn}`, at: 0 }, 0);
    setTimeout(next, 12_000);
  };
  next();
}
