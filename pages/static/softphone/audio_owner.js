// Which of a person's tabs has the sound of their calls: the holder of a lock of the browser. When that tab closes,
// the next one gets the lock.
const LOOK_MS = 5000;

export class AudioOwner {
  constructor(username) {
    this.name = `desk.softphone.${username}`;
    this.isOwner = !navigator.locks;
    this.tookOver = false;
    this.tabs = 1;
    this.react = () => {};
    if (!navigator.locks) return;
    const waitsSince = Date.now();
    navigator.locks.request(this.name, () => {
      this.isOwner = true;
      this.tookOver = Date.now() - waitsSince > 1000; // another tab had it before
      this.react();
      return new Promise(() => {}); // until the tab closes
    });
    this.count();
    setInterval(() => this.count(), LOOK_MS);
  }

  onChange(react) {
    this.react = react;
  }

  async count() {
    const { held, pending } = await navigator.locks.query();
    const tabs = [...held, ...pending].filter(({ name }) => name === this.name).length;
    if (tabs === this.tabs) return;
    this.tabs = tabs;
    this.react();
  }
}
