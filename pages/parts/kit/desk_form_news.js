// Methods of the edit form for changes of its record, or of the reader's rights on it.
export const same = (one, other) => JSON.stringify(one ?? null) === JSON.stringify(other ?? null);
export const copy = (value) => JSON.parse(JSON.stringify(value ?? null));

export const NEWS = {
  // Another person saved: untouched fields take the new value; for a field that both changed the user chooses. Of hidden
  // fields only the masked value (`veiled`) comes.
  news(version, values, by, veiled = {}) {
    if (version <= this.at && !this.restored) return;
    const mine = this.flat();
    for (const name of new Set([...Object.keys(this.base), ...Object.keys(values)])) {
      if (this.hidden.includes(name) && !(name in values)) continue;
      const theirs = values[name] ?? null;
      if (same(theirs, this.base[name])) continue;
      if (same(mine[name], this.base[name])) this.take(name, theirs);
      else this.clash(name, mine[name], theirs, by);
      this.base[name] = copy(theirs);
    }
    this.hide(Object.keys(veiled));
    for (const name of Object.keys(veiled).filter((one) => one in this.base)) {
      this.clash(name, mine[name], veiled[name], by);
      this.base[name] = copy(veiled[name]);
    }
    this.at = version;
    this.busy = false;
  },
  clash(name, mine, theirs, by) {
    const sentence = by ? this.labels.clash.replace("{name}", by) : this.labels.clash_unnamed;
    if (!same(mine, theirs)) this.clashes[name] = { mine: copy(mine), theirs, choice: "", sentence };
  },
  // The reader may no longer see these fields; the reader's own changes in them stay.
  hide(names) {
    const untouched = names.filter((name) => name in this.base && !(name in this.changes));
    for (const name of untouched) {
      delete this.base[name];
      this.take(name, null);
    }
    this.remember();
  },
  pick(name, choice) {
    const clash = this.clashes[name];
    clash.choice = choice;
    this.take(name, clash[choice]);
  },
};
