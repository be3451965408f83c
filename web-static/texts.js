// Every text of the page. A translation is another file of this shape.

const number = new Intl.NumberFormat("en");
const ago = new Intl.RelativeTimeFormat("en", { numeric: "auto" });

/** The largest unit that fits: [seconds in it, name]. */
const units = [[86400, "day"], [3600, "hour"], [60, "minute"], [1, "second"]];
const unitOf = (seconds) => units.find(([size]) => Math.abs(seconds) >= size) ?? units[3];

const plural = (count, one, many) => `${number.format(count)} ${count === 1 ? one : many}`;

const bytes = (count) => {
  const names = ["B", "KiB", "MiB", "GiB"];
  let step = 0;
  while (count >= 1024 && step < names.length - 1) {
    count /= 1024;
    step += 1;
  }
  return `${count >= 100 || step === 0 ? Math.round(count) : Math.round(count * 10) / 10} ${names[step]}`;
};

const readAgo = (read) => {
  if (read === null) return "never read";
  const seconds = Math.min(0, Math.round(read - Date.now() / 1000));
  const [size, name] = unitOf(seconds);
  return `read ${ago.format(Math.round(seconds / size), name)}`;
};

export const texts = {
  skip: "Skip to the channels",
  tuners: "Tuners",
  add: "Add to your player",
  sources: "Sources",
  refresh: "Read again now",
  memory: "Memory",
  settings: "Settings",
  settingKey: "Setting",
  settingValue: "Value",
  settingOrigin: "Where from",
  channels: "Channels",
  search: "Search channels by name, group or number",
  searchHint: "Name, group or number",
  more: "Show more",
  copy: "Copy",

  states: {
    waiting: "Connecting …",
    ready: "Ready",
    playing: "Playing",
    trouble: "Needs attention",
    unreachable: "Not reachable",
  },
  facts: (version, id, seconds) => {
    const [size, name] = unitOf(seconds);
    const amount = Math.floor(seconds / size);
    return `Dipole ${version} · ${id} · up for ${plural(amount, name, `${name}s`)}`;
  },

  tunersSum: (used, count, viewers) =>
    `${used} of ${count} in use · ${plural(viewers, "viewer", "viewers")}`,
  tuner: (index) => `Tuner ${index}`,
  tunerIdle: "Free",
  tunerLocked: (holder) => (holder ? `Reserved by ${holder}` : "Reserved"),
  noTunerInUse: "Nobody is watching.",
  backup: (stream, streams) => `stream ${number.format(stream)} of ${number.format(streams)}`,
  direct: "a connection of its own",
  standby: (stream) => `stream ${number.format(stream)} stands by`,
  nextStream: "Next stream",
  nextStreamOf: (name) => `Let ${name} go on with its next stream`,
  nextStreamAsked: "The next stream takes over.",
  nextStreamFailed: "That did not work: the channel no longer plays.",
  tunerStates: { opening: "opening", playing: "playing", retrying: "trying again", over: "ended" },
  viewers: (count) => plural(count, "viewer", "viewers"),
  rate: (bits) => `${(bits / 1e6).toFixed(1)} Mbit/s`,

  addresses: [
    {
      name: "Plex",
      hint: "Live TV & DVR → Set up. If the tuner is not listed, enter this address.",
      value: (a) => a.base.replace("http://", ""),
    },
    {
      name: "Jellyfin, Emby, Channels DVR",
      hint: "Live TV → Add tuner device → HDHomeRun.",
      value: (a) => a.base,
    },
    {
      name: "Kodi, VLC, tvheadend, any IPTV player",
      hint: "As a playlist (M3U). Kodi’s HDHomeRun add-on finds the tuner by itself.",
      value: (a) => a.lineup_m3u,
    },
    {
      name: "Programme guide (XMLTV)",
      hint: "For Plex, Jellyfin and Emby. Playlist players find it in the playlist. Jellyfin takes it with .gz behind as well.",
      value: (a) => a.xmltv,
    },
  ],
  copyAddress: (name) => `Copy the address for ${name}`,
  file: "file",
  fileOf: (name) => `${name} as a file: for players that seek`,
  copyChannel: (name) => `Copy the stream address of ${name}`,
  copied: "Copied.",
  notCopied: "Your browser did not let the page copy. Select the address and copy it by hand.",

  noSources: "No source is configured. The built-in test channel plays; add a [[source]] to the config file.",
  sourceStates: { waiting: "Waiting", reading: "Reading", ready: "Ready", failed: "Failed" },
  sourceFacts: ({ channels, read_unix_s: read, direct }) =>
    `${plural(channels, "channel", "channels")}${direct ? " · a connection for each viewer" : ""} · ${readAgo(read)}`,
  guideFacts: ({ channels, matched, programmes, read_unix_s: read }) =>
    `Guide of ${plural(channels, "channel", "channels")}, ${matched} of them yours · ${plural(programmes, "programme", "programmes")} · ${readAgo(read)}`,
  sourceProgress: ({ phase, entries, bytes: read, bytes_total: total }) => ({
    fetching: `${plural(entries, "entry", "entries")} · ${bytes(read)}${total ? ` of ${bytes(total)}` : ""}`,
    merging: `${plural(entries, "entry", "entries")} become channels`,
    storing: "The channels are being stored",
  }[phase]),
  sourceVerbs: { cancel: "Cancel", accept: "Take it all the same" },
  sourceRefused: "That could not be done now.",
  uploaded: "Its list is uploaded",
  accountFacts: ({ status, expires_unix_s: expires, connections_max: most, connections_active: active, host }) => {
    const facts = [`Account at ${host}`];
    if (status) facts.push(status.toLowerCase());
    if (expires === null) {
      facts.push("does not expire");
    } else {
      const seconds = Math.round(expires - Date.now() / 1000);
      const [size, name] = unitOf(-Math.abs(seconds));
      facts.push(`${seconds < 0 ? "expired" : "expires"} ${ago.format(Math.trunc(seconds / size), name)}`);
    }
    if (most !== null) facts.push(`${number.format(active ?? 0)} of ${plural(most, "connection", "connections")} in use`);
    return facts.join(" · ");
  },
  refreshAsked: "The sources are being read.",
  refreshFailed: "The sources could not be asked for.",

  memorySum: (planned, budget) => `${bytes(planned)} planned of ${bytes(budget)}`,
  memoryRow: (row) => (row.count > 1 ? `${number.format(row.count)} × ${bytes(row.size_bytes)}` : ""),
  memoryUse: (row) =>
    row.used_bytes === null ? bytes(row.limit_bytes) : `${bytes(row.used_bytes)} of ${bytes(row.limit_bytes)}`,

  origins: { "config file": "set in the config file", default: "default" },

  channelsSum: (shown, total, more) =>
    shown === total
      ? plural(total, "channel", "channels")
      : `${number.format(shown)}${more ? " shown" : " found"} of ${number.format(total)}`,
  noChannels: "No channel matches.",
  channelsFailed: "The channels could not be loaded. They will be asked for again.",
  hd: "HD",

  edit: "Edit",
  editOf: (name) => `Edit ${name}`,
  editName: "Name",
  editNumber: "Number",
  editEnabled: "In the lineup",
  editFavourite: "Favourite",
  editSave: "Save",
  editClose: "Cancel",
  editFailed: (why) => `Not saved: ${why}`,
  favouriteMark: "★",
  inactive: "not in the lineup",
  showInactive: "Also those not in the lineup",
  undo: (words) => `Undo: ${words}`,
  undone: "Undone.",
  saved: "Saved.",
};
