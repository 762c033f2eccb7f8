// Canned replies in the browser: the list of this tab, the search in it, and how a reply's text is filled.
//
// The list is fetched once and searched here: a round trip for every key would make thousands of replies slow to find.

// ---- the list

export const store = { items: [], tag: "", isStale: true, failed: false, loading: null };

// Fetch the list unless it is current. An older list stays in use until the answer comes.
export function load(path) {
  if (store.isStale && !store.loading) store.loading = fetchList(path).finally(() => (store.loading = null));
  return store.loading ?? Promise.resolve();
}

async function fetchList(path) {
  store.isStale = false; // a change that comes while this runs makes it stale again
  const headers = { Accept: "application/json", ...(store.tag && { "If-None-Match": store.tag }) };
  const answer = await fetch(path, { headers }).catch(() => null);
  store.failed = !answer || !(answer.ok || answer.status === 304);
  if (store.failed) store.isStale = true;
  else if (answer.status === 200) {
    store.tag = answer.headers.get("ETag") ?? "";
    store.items = (await answer.json()).items.map(withKeys);
  }
}

export function countUse(id) {
  const one = store.items.find((item) => item.id === id);
  if (!one) return;
  one.own_uses += 1;
  one.uses += 1;
  store.items.sort((a, b) => b.own_uses - a.own_uses || b.uses - a.uses);
}

// ---- the search

const FIRST = 0xac00;
const INITIALS = [..."ㄱㄲㄴㄷㄸㄹㅁㅂㅃㅅㅆㅇㅈㅉㅊㅋㅌㅍㅎ"];
const VOWELS = [..."ㅏㅐㅑㅒㅓㅔㅕㅖㅗㅘㅙㅚㅛㅜㅝㅞㅟㅠㅡㅢㅣ"];
const FINALS = ["", ..."ㄱㄲㄳㄴㄵㄶㄷㄹㄺㄻㄼㄽㄾㄿㅀㅁㅂㅄㅅㅆㅇㅈㅊㅋㅌㅍㅎ"];
const JOINED = {
  ㄳ: "ㄱㅅ", ㄵ: "ㄴㅈ", ㄶ: "ㄴㅎ", ㄺ: "ㄹㄱ", ㄻ: "ㄹㅁ", ㄼ: "ㄹㅂ", ㄽ: "ㄹㅅ", ㄾ: "ㄹㅌ", ㄿ: "ㄹㅍ", ㅀ: "ㄹㅎ", ㅄ: "ㅂㅅ",
  ㅘ: "ㅗㅏ", ㅙ: "ㅗㅐ", ㅚ: "ㅗㅣ", ㅝ: "ㅜㅓ", ㅞ: "ㅜㅔ", ㅟ: "ㅜㅣ", ㅢ: "ㅡㅣ",
};
const KEYS = "qwertyuiopasdfghjklzxcvbnm";
const LETTERS = [..."ㅂㅈㄷㄱㅅㅛㅕㅑㅐㅔㅁㄴㅇㄹㅎㅗㅓㅏㅣㅋㅌㅊㅍㅠㅜㅡ"]; // of the two-set keyboard, in the order of KEYS

function fold(text) {
  return text.normalize("NFC").toLowerCase().replace(/\s+/gu, "");
}

// Single letters, so that a half-typed syllable (뱃) is the beginning of the next one (배송).
function letters(text) {
  let found = "";
  for (const sign of text) {
    const place = sign.charCodeAt(0) - FIRST;
    if (place < 0 || place >= 11172) found += JOINED[sign] ?? sign;
    else {
      const vowel = VOWELS[Math.floor(place / 28) % 21], final = FINALS[place % 28];
      found += INITIALS[Math.floor(place / 588)] + (JOINED[vowel] ?? vowel) + (JOINED[final] ?? final);
    }
  }
  return found;
}

function initials(text) {
  let found = "";
  for (const sign of text) {
    const place = sign.charCodeAt(0) - FIRST;
    found += place < 0 || place >= 11172 ? sign : INITIALS[Math.floor(place / 588)];
  }
  return found;
}

function typedInHangul(keys) {
  return [...keys].map((key) => LETTERS[KEYS.indexOf(key)] ?? key).map((letter) => JOINED[letter] ?? letter).join("");
}

// Code, titles, folder and texts, each as letters and as initials; the order tells how good a match is.
function withKeys(item) {
  const texts = [item.code, `${item.title}\n${item.title_en}`, item.folder, `${item.body}\n${item.body_en}`].map(fold);
  return { ...item, letters: texts.map(letters), initials: texts.map(initials) };
}

// The quality of a match, 0 the best; -1 without one. Thousands of replies are ranked at every key: no more is looked at than needed.
function rank(item, wanted) {
  if (item.letters[0] && item.letters[0] === wanted.letters) return 0;
  const keys = wanted.areInitials ? item.initials : item.letters;
  for (let place = 0; place < keys.length; place += 1) {
    let at = keys[place].indexOf(wanted.letters);
    if (at < 0 && wanted.other) at = keys[place].indexOf(wanted.other);
    if (at >= 0) return place * 2 + (at ? 2 : 1);
  }
  return -1;
}

// The replies for a department's chats that match the typed text, the best first; equally good ones as they are used.
export function search(text, department) {
  const folded = fold(text);
  const wanted = {
    letters: letters(folded),
    areInitials: /^[ㄱ-ㅎ]+$/u.test(folded),
    other: /^[a-z]{2,}$/u.test(folded) ? typedInHangul(folded) : "",
  };
  const own = store.items.filter((one) => one.is_own || !one.department || one.department === department);
  if (!folded) return own;
  const ranked = own.map((item) => ({ item, rank: rank(item, wanted) })).filter((one) => one.rank >= 0);
  return ranked.sort((a, b) => a.rank - b.rank).map((one) => one.item); // the sort is stable
}

// ---- where a search begins

const TOKEN = /(?:^|\s)\/([^\s/]{0,40})$/u; // not inside a word, an address or a date

// The `/` before the caret and what was typed after it; null where there is none.
export function tokenBefore(value, caret) {
  const found = TOKEN.exec(value.slice(0, caret));
  return found && { start: caret - found[1].length - 1, query: found[1] };
}

// ---- the text

const PLACES = /\{\{([^{}\n]{1,40})\}\}|\{([^{}\n]{1,40})\}/gu;

// The names of the blanks of a text, each once.
export function blanksOf(text) {
  return [...new Set([...text.matchAll(PLACES)].map((found) => found[1]?.trim()).filter(Boolean))];
}

// The text with its variables and blanks; what is not known stays as it is. Values are not searched for places again.
export function fill(text, variables, answers) {
  return text.replace(PLACES, (whole, blank, variable) =>
    (blank ? answers[blank.trim()] : { ...times(), ...variables }[variable.trim()]) || whole);
}

function times() {
  const now = new Date();
  const said = (language, options) => new Intl.DateTimeFormat(language, { timeZone: "Asia/Seoul", ...options }).format(now);
  const day = { month: "long", day: "numeric" }, clock = { hour: "numeric", minute: "2-digit" };
  return { 오늘: said("ko-KR", day), today: said("en-US", day), 시각: said("ko-KR", clock), time: said("en-US", clock) };
}
