import type { Locator, Page } from 'playwright-core';

/** The page with what is done on it again and again. */
export class Visit {
  readonly page: Page;

  constructor(page: Page) {
    this.page = page;
  }

  async open(url: string): Promise<void> {
    await this.page.goto(url);
    await this.page.getByRole('textbox', { name: /^Message/ }).waitFor();
  }

  async be(name: string): Promise<void> {
    await this.page.getByRole('button', { name: new RegExp(`^${name} (Admin|Reviewer|Listener)`) }).click();
    await this.page.getByText(`You are ${name}`).waitFor();
  }

  async look(channel: string): Promise<void> {
    await this.page.getByRole('button', { name: new RegExp(`^Channel ${channel}`) }).click();
    await this.page.getByRole('heading', { name: channel }).waitFor();
  }

  /** Opens the form of a command by typing, as fast people do. */
  async command(path: string): Promise<Locator> {
    await this.page.getByRole('textbox', { name: /^Message/ }).fill(`/${path}`);
    await this.page
      .getByRole('option', { name: new RegExp(`^/${path}\\b`) })
      .first()
      .waitFor();
    await this.page.keyboard.press('Enter');
    const form = this.page.getByRole('form', { name: `Command /${path}` });
    await form.waitFor();
    return form;
  }

  /** The newest message that reads like this. */
  message(text: string | RegExp): Locator {
    return this.page.getByRole('article').filter({ hasText: text }).last();
  }

  stage(tab: 'Guide' | 'TikTok LIVE' | 'Faults'): Promise<void> {
    return this.page.getByRole('tab', { name: tab }).click();
  }
}
