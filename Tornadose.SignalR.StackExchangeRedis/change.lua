-- Changes a keyed store, which keeps the newest change of each key. It looks at the key, decides, and stores the change in one step: the
-- entries first, the counter second, the announcements last. Before that, each call removes the keys that were not set again in time.
--
--   KEYS  1  {prefix:store}:meta
--         2  {prefix:store}:entries   the newest change of each key
--         3  {prefix:store}:live      the keys that have a value, by the offset of that change
--         4  {prefix:store}:gone      the keys that were removed, likewise
--         5  {prefix:store}:key:<key>   optional: the same key within five minutes changes once, and returns the same id
--   ARGV  1  set; remove; clear, all keys; end, after which this is refused; or tend, which gives an empty store an epoch, for a while
--         2  the key: 1 to 256 characters of UTF-8 without control characters
--         3  the value: JSON on one line
--         4  new, exists, or the id that the key's value still has: otherwise nothing is changed; nothing for no condition
--         5  some random text, different in each call; without it, the time and the store's secret have to do
--         6  how many keys there may be; nothing for what the store's nodes have said, or 10000
--         7  how many bytes keys and values may have together; nothing for what the store's nodes have said, or any number
--         8  how many removals are kept; nothing for what the store's nodes have said, or 1000
--         9  for how many milliseconds a key is kept that is not set again; 0 for ever; nothing for what the store's nodes have said
--        10  the publisher's trace context, as W3C's traceparent, or nothing
--        11  sharded: announce by SPUBLISH; plain: by PUBLISH; nothing for what the store's nodes have said
--        12  for how many milliseconds the store is kept after its end, unless somebody reads it; nothing for ever
--        13  for how many milliseconds an epoch without a change is kept; nothing for a minute
--        14  the number of the lease by which the publisher produces; nothing for any other publisher
--
-- Returns the id of the change, or nothing when there was nothing to change; with end, the id of the end. Example, for the prefix
-- "tornadose" and the store "devices":
--   redis-cli EVAL "$(cat change.lua)" 4 '{tornadose:devices}:meta' '{tornadose:devices}:entries' '{tornadose:devices}:live' \
--     '{tornadose:devices}:gone' set lathe '{"load":0.4}'
local meta, entries, live, gone, key = KEYS[1], KEYS[2], KEYS[3], KEYS[4], KEYS[5]
local action, name, value, condition = ARGV[1], ARGV[2] or '', ARGV[3] or '', ARGV[4] or ''
local state = redis.call('HMGET', meta, 'epoch', 'offset', 'tag', 'seal', 'version', 'ended', 'bytes', 'forgotten', 'max_keys',
  'max_bytes', 'max_gone', 'age', 'bus', 'lease', 'kept')
if state[5] == '1' then return redis.error_reply('KIND this store has no keys: append.lua publishes to it') end
if state[5] and state[5] ~= '2' then
  return redis.error_reply('VERSION this store was written by a later version of the library, whose log this one does not know')
end
local epoch, last, previous, seal, ended = state[1], state[2], state[3], state[4], state[6] == '1'

local function given(argument, stored, default)
  if argument and argument ~= '' then return argument end
  return stored or default
end

local maxKeys, maxBytes = given(ARGV[6], state[9], '10000'), given(ARGV[7], state[10], '9007199254740991')
local maxGone, age, bus = given(ARGV[8], state[11], '1000'), given(ARGV[9], state[12], '0'), given(ARGV[11], state[13], 'plain')
local trace, keep, empty = ARGV[10] or '', ARGV[12] or '', given(ARGV[13], nil, '60000')
if not string.match(trace, '^%x%x%-[%x%-]+$') or #trace ~= 55 then trace = '' end
if (action == 'set' or action == 'remove') and (#name == 0 or #name > 1024 or string.find(name, '[%z\1-\31\127]')) then
  return redis.error_reply('KEY a key has 1 to 256 characters, and no control characters')
end

-- Somebody may have deleted one of the keys, or Redis may have evicted it: what is left cannot be trusted.
-- (Reading the lengths fails on a key that is not ours to delete.)
-- Meta has the number of entries after a change. If that was not the last change, somebody else has changed the store since.
local function isKept(told, last, count)
  local after, number = string.match(told or '', '^(%d+):(%d+)$')
  return after ~= last or tonumber(number) == count
end

local kept = redis.call('HLEN', entries)
local isWhole = kept == redis.call('ZCARD', live) + redis.call('ZCARD', gone) and isKept(state[15], last, kept)
  and epoch and last and previous and seal
if isWhole and key then
  local earlier = redis.call('GET', key)
  if earlier and string.sub(earlier, 1, 16) == epoch then return earlier end
end

local function expire(milliseconds)
  for _, part in ipairs({ meta, entries, live, gone }) do redis.call('PEXPIRE', part, milliseconds) end
end

if isWhole and ended then
  if action == 'end' then return epoch .. '-' .. last .. '-' .. previous end
  if action ~= 'tend' then return redis.error_reply('COMPLETED The store is complete: nothing more can be published to it.') end
  if keep ~= '' then expire(keep) end
  return false
end

if (tonumber(ARGV[14]) or math.huge) < (tonumber(state[14]) or 0) then
  return redis.error_reply('FENCED Another process produces the changes of this store by now.')
end

local clock = redis.call('TIME')
local now = clock[1] * 1000 + math.floor(clock[2] / 1000)
local time = string.format('%.0f', now)
local seed = redis.sha1hex(table.concat({ ARGV[5] or '', clock[1], clock[2], meta, last or '', seal or '' }, ':'))
local bytes, forgotten, removal, ending = tonumber(state[7] or '0'), state[8] or '0', nil, nil
local changed = not isWhole
if not isWhole then -- a new epoch
  redis.call('DEL', entries, live, gone)
  epoch = string.sub(redis.sha1hex('epoch:' .. seed), 1, 16)
  seal = redis.sha1hex('seal:' .. seed)
  last, previous, bytes, forgotten, ended, removal, ending = '0', '00000000', 0, '0', false, '', ''
end
local before = last

-- An entry is a line that says when and how the key was changed, followed by the value.
local function find(wanted)
  local found = redis.call('HGET', entries, wanted)
  if not found then return nil end
  local _, header, offset, tag, at, _, operation = string.find(found, '^(%d+) (%x+) (%d+) (%x+) (%a)\n')
  return { id = epoch .. '-' .. offset .. '-' .. tag, time = tonumber(at), isLive = operation ~= 'd', size = #wanted + #found - header }
end

local frames = {}
local function announce(offset, tag, form, text, data)
  if trace ~= '' then form = form .. ',' .. trace end
  table.insert(frames, table.concat({ epoch, offset, tag, previous, form, text }, ';') .. data)
end

-- Appends a change: i, u and d insert, update and delete a key, c deletes all, e is the end.
local function store(operation, wanted, data, old)
  local offset = string.format('%.0f', last + 1)
  local tag = string.sub(redis.sha1hex(offset .. ':' .. seed), 1, 8)
  local header = table.concat({ offset, tag, time, previous, operation }, ' ') .. '\n'
  if operation == 'c' then
    redis.call('DEL', entries, live, gone)
    removal, bytes, forgotten = header, 0, '0'
  elseif operation == 'e' then
    ending, ended = header, true
  elseif operation == 'd' then
    redis.call('ZREM', live, wanted)
    redis.call('HSET', entries, wanted, header)
    redis.call('ZADD', gone, offset, wanted)
    bytes = bytes - old.size
    while redis.call('ZCARD', gone) > tonumber(maxGone) do
      local oldest = redis.call('ZRANGEBYSCORE', gone, '-inf', '+inf', 'WITHSCORES', 'LIMIT', 0, 1)
      redis.call('ZREM', gone, oldest[1])
      redis.call('HDEL', entries, oldest[1])
      forgotten = oldest[2]
    end
  else
    redis.call('HSET', entries, wanted, header .. data)
    redis.call('ZADD', live, offset, wanted)
    if old and not old.isLive then redis.call('ZREM', gone, wanted) end
    bytes = bytes + #wanted + #data - (old and old.isLive and old.size or 0)
  end

  if operation == 'e' then announce(offset, tag, 't13', 'tornadose.end', '')
  else announce(offset, tag, operation .. #wanted, wanted, data) end
  last, previous, changed = offset, tag, true
  return epoch .. '-' .. offset .. '-' .. tag
end

if age ~= '0' then
  local own = (action == 'set' or action == 'remove') and find(name)
  if own and own.isLive and own.time + age <= now then store('d', name, '', own) end
  for _ = 1, 1000 do
    local oldest = redis.call('ZRANGEBYSCORE', live, '-inf', '+inf', 'LIMIT', 0, 1)[1]
    local entry = oldest and find(oldest)
    if not entry or entry.time + age > now then break end
    store('d', oldest, '', entry)
  end
end

local function decide()
  if action == 'end' then return store('e', '', '') end
  if action == 'clear' then return redis.call('ZCARD', live) > 0 and store('c', '', '') end
  if action ~= 'set' and action ~= 'remove' then return false end
  local old = find(name)
  local isThere = old and old.isLive
  if condition == 'new' then
    if isThere then return false end
  elseif condition ~= '' and not (isThere and (condition == 'exists' or condition == old.id)) then
    return false
  end

  if action == 'remove' then return isThere and store('d', name, '', old) end
  if not isThere and redis.call('ZCARD', live) >= tonumber(maxKeys) then return redis.error_reply('FULL the store has too many keys') end
  if bytes - (isThere and old.size or 0) + #name + #value > tonumber(maxBytes) then
    return redis.error_reply('FULL the store has too many bytes')
  end
  return store(isThere and 'u' or 'i', name, value, old)
end

local result = decide()
local told = { max_keys = maxKeys, max_bytes = maxBytes, max_gone = maxGone, age = age, bus = bus }
if changed or state[9] ~= maxKeys or state[10] ~= maxBytes or state[11] ~= maxGone or state[12] ~= age or state[13] ~= bus then
  local fields = { 'epoch', epoch, 'offset', last, 'tag', previous, 'seal', seal, 'version', '2', 'ended', ended and '1' or '0',
    'bytes', string.format('%.0f', bytes), 'forgotten', forgotten, 'kept', last .. ':' .. redis.call('HLEN', entries) }
  for field, text in pairs(told) do table.insert(fields, field) table.insert(fields, text) end
  if removal then table.insert(fields, 'removal') table.insert(fields, removal) end
  if ending then table.insert(fields, 'ending') table.insert(fields, ending) end
  redis.call('HSET', meta, unpack(fields))
end
if last == '0' then redis.call('PEXPIRE', meta, empty) elseif before == '0' then redis.call('PERSIST', meta) end
if ended and keep ~= '' then expire(keep) end
if key and type(result) == 'string' then redis.call('SET', key, result, 'EX', 300) end

-- The proof is made as in append.lua.
local channel = string.sub(meta, 1, -6)
for _, body in ipairs(frames) do
  local frame = '\1T1;' .. string.sub(redis.sha1hex(seal .. redis.sha1hex(seal .. body)), 1, 16) .. ';' .. body
  local sent = bus == 'sharded' and redis.pcall('SPUBLISH', channel, frame)
  if type(sent) ~= 'number' then redis.call('PUBLISH', channel, frame) end
end
return result
