/** A gift of the catalogue. `streakable` gifts are sent tap by tap (type 1), the others arrive once (type 2). */
export interface CatalogueGift {
  readonly id: number;
  readonly name: string;
  /** Price in coins (TikTok calls them diamonds on the wire). */
  readonly coins: number;
  readonly streakable: boolean;
}

export const gifts = {
  rose: { id: 5655, name: 'Rose', coins: 1, streakable: true },
  tiktok: { id: 5269, name: 'TikTok', coins: 1, streakable: true },
  iceCreamCone: { id: 5827, name: 'Ice Cream Cone', coins: 1, streakable: true },
  fingerHeart: { id: 5487, name: 'Finger Heart', coins: 5, streakable: true },
  rosa: { id: 8913, name: 'Rosa', coins: 10, streakable: true },
  perfume: { id: 5658, name: 'Perfume', coins: 20, streakable: true },
  doughnut: { id: 5879, name: 'Doughnut', coins: 30, streakable: true },
  cap: { id: 6104, name: 'Cap', coins: 99, streakable: true },
  confetti: { id: 5585, name: 'Confetti', coins: 100, streakable: true },
  sunglasses: { id: 5509, name: 'Sunglasses', coins: 199, streakable: true },
  corgi: { id: 6267, name: 'Corgi', coins: 299, streakable: true },
  moneyGun: { id: 7168, name: 'Money Gun', coins: 500, streakable: true },
  swan: { id: 5897, name: 'Swan', coins: 699, streakable: false },
  galaxy: { id: 11046, name: 'Galaxy', coins: 1000, streakable: false },
  fireworks: { id: 6090, name: 'Fireworks', coins: 1088, streakable: false },
  sportsCar: { id: 6089, name: 'Sports Car', coins: 7000, streakable: false },
  lion: { id: 6369, name: 'Lion', coins: 29_999, streakable: false },
  universe: { id: 9072, name: 'TikTok Universe', coins: 44_999, streakable: false },
} as const satisfies Record<string, CatalogueGift>;

export type GiftName = (typeof gifts)[keyof typeof gifts]['name'];

export function findGift(gift: CatalogueGift | GiftName): CatalogueGift {
  if (typeof gift !== 'string') return gift;
  const found = Object.values(gifts).find((candidate) => candidate.name === gift);
  if (found === undefined) throw new Error(`TikTok sandbox: no gift is called ${gift}`);
  return found;
}
