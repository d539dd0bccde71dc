-- Appends one message to a store, or several: the log first, the counter second, the announcement last. An error undoes nothing of what a
-- script has done before it, so a counter that went first would leave a gap that no reader could ever fill. A message with the event type
-- "tornadose.end" is the end of the store: it is the last one, and from then on this is refused.
--
--   KEYS  1  {prefix:store}:meta
--         2  {prefix:store}:log
--         3  {prefix:store}:key:<key>   optional: the same key within five minutes appends once, and returns the same id
--   ARGV  1  the message, in UTF-8
--         2  text (the default) or json
--         3  the event type, or nothing
--         4  some random text, different in each call; without it, the time and the store's secret have to do
--         5  how many messages the log keeps; nothing for what the store's nodes have said, or 1000
--         6  for how many milliseconds they are kept; 0 for ever; nothing for what the store's nodes have said
--         7  the publisher's trace context, as W3C's traceparent, or nothing: it is announced with the message, and not kept
--         8  first: append only where there was no message before
--         9  sharded: announce by SPUBLISH; plain: by PUBLISH; nothing for what the store's nodes have said
--        10  for how many milliseconds the store is kept after its end, unless somebody reads it; nothing for ever
--        11  the number of the lease by which the publisher produces; nothing for any other publisher
--        12… further messages, each as the arguments 1, 2 and 3
--
-- Returns the id of the message, of several of the last one; with first, that of the newest message where there is one; that of the end
-- where there is one and another was to be appended. Example, for the prefix "tornadose" and the store "orders":
--   redis-cli EVAL "$(cat append.lua)" 2 '{tornadose:orders}:meta' '{tornadose:orders}:log' 'hello'
local meta, log, key = KEYS[1], KEYS[2], KEYS[3]
local state = redis.call('HMGET', meta, 'epoch', 'offset', 'tag', 'seal', 'capacity', 'age', 'bus', 'version', 'ended', 'lease')
if state[8] == '2' then return redis.error_reply('KIND this store has keys: change.lua changes it') end
if state[8] and state[8] ~= '1' then
  return redis.error_reply('VERSION this store was written by a later version of the library, whose log this one does not know')
end
local epoch, last, previous, seal = state[1], state[2], state[3], state[4]

local function given(argument, stored, default)
  if argument and argument ~= '' then return argument end
  return stored or default
end

local capacity, age, bus = given(ARGV[5], state[5], '1000'), given(ARGV[6], state[6], '0'), given(ARGV[9], state[7], 'plain')
local keep, trace, ended = ARGV[10] or '', ARGV[7] or '', state[9] == '1'
local messages = { { ARGV[1], ARGV[2] == 'json' and 'j' or 't', ARGV[3] or '' } }
for at = 12, #ARGV, 3 do table.insert(messages, { ARGV[at], ARGV[at + 1] == 'json' and 'j' or 't', ARGV[at + 2] or '' }) end
local isEnd = messages[#messages][3] == 'tornadose.end'
if not string.match(trace, '^%x%x%-[%x%-]+$') or #trace ~= 55 then trace = '' end

if ARGV[8] == 'first' and epoch and last and previous and last ~= '0' then return epoch .. '-' .. last .. '-' .. previous end

if key and epoch then
  local earlier = redis.call('GET', key)
  if earlier and string.sub(earlier, 1, 16) == epoch then return earlier end
end

if ended and epoch and last and previous then
  if isEnd then return epoch .. '-' .. last .. '-' .. previous end
  return redis.error_reply('COMPLETED The store is complete: nothing more can be published to it.')
end

if (tonumber(ARGV[11]) or math.huge) < (tonumber(state[10]) or 0) then
  return redis.error_reply('FENCED Another process produces the messages of this store by now.')
end

local now = redis.call('TIME')
local seed = redis.sha1hex(table.concat({ ARGV[4] or '', now[1], now[2], meta, last or '', seal or '' }, ':'))

-- Begins a new epoch. XLEN comes first because it fails on a key that is not ours to delete.
local function begin()
  redis.call('XLEN', log)
  redis.call('DEL', log)
  epoch = string.sub(redis.sha1hex('epoch:' .. seed), 1, 16)
  seal = redis.sha1hex('seal:' .. seed)
  last, previous, ended = 0, '00000000', false
end

-- The end is not counted as a message, and its time lies in the far future, so that it never becomes too old. An entry names the tag of
-- its predecessor, so that a reader sees whether one is missing.
-- Nodes read all but the last of several messages from the log, which therefore keeps them even beyond its capacity.
local kept = math.max(tonumber(capacity), #messages - (isEnd and 1 or (#messages == 1 and 1 or 0)))
local time, hash = string.format('%.0f', now[1] * 1000 + math.floor(now[2] / 1000)), ''
local function add(number, message, before)
  local fifth = (number - 1) % 5 -- a hash has five tags
  if fifth == 0 then hash = redis.sha1hex(number .. ':' .. seed) end
  local entry = { offset = string.format('%.0f', last + number), tag = string.sub(hash, fifth * 8 + 1, fifth * 8 + 8) }
  local id = entry.offset .. '-' .. string.format('%.0f', tonumber(entry.tag, 16))
  entry.id = id
  local data, format, event = message[1], message[2], message[3]
  local added
  if number < #messages then
    added = redis.pcall('XADD', log, id, 'f', format, 'e', event, 't', time, 'p', before, 'd', data)
  elseif isEnd then
    local never = '9007199254740991'
    added = redis.pcall('XADD', log, 'MAXLEN', string.format('%.0f', kept + 1), id,
      'f', format, 'e', event, 't', never, 'p', before, 'd', data)
  else
    added = redis.pcall('XADD', log, 'MAXLEN', string.format('%.0f', kept), id, 'f', format, 'e', event, 't', time, 'p', before, 'd', data)
  end
  return entry, type(added) == 'table' and added.err and added or nil
end

if not (epoch and last and previous and seal) then begin() end
local first, failed = add(1, messages[1], previous)
if failed and string.find(failed.err, 'equal or smaller', 1, true) then
  begin() -- the log is ahead of its counter, which somebody has set back: neither can be trusted
  first, failed = add(1, messages[1], previous)
end
if failed then return failed end
local entries = { first }
for number = 2, #messages do
  entries[number], failed = add(number, messages[number], entries[number - 1].tag)
  if failed then -- all or none
    for before = 1, number - 1 do redis.call('XDEL', log, entries[before].id) end
    return failed
  end
end

local newest = entries[#entries]
local id = epoch .. '-' .. newest.offset .. '-' .. newest.tag
redis.call('HSET', meta, 'epoch', epoch, 'offset', newest.offset, 'tag', newest.tag, 'seal', seal, 'capacity', capacity, 'age', age,
  'bus', bus, 'version', '1', 'ended', isEnd and '1' or '0')
if first.offset == '1' then redis.call('PERSIST', meta) end -- the meta hash of an empty store expires
if isEnd and keep ~= '' then
  redis.call('PEXPIRE', meta, keep)
  redis.call('PEXPIRE', log, keep)
elseif age ~= '0' and not isEnd then
  redis.call('PEXPIRE', log, age)
elseif state[6] and state[6] ~= '0' then
  redis.call('PERSIST', log)
end
if key then redis.call('SET', key, id, 'EX', 300) end

-- The proof covers all that follows it, including the message, and shows that it comes from this script. It is made in two steps, like an
-- HMAC, so that a proof cannot be extended to one of a longer message. Of several messages only the last is announced, with a capital
-- letter for its format: nodes read the others from the log.
local data, format, event = unpack(messages[#messages])
if #messages > 1 then
  format = string.upper(format)
  previous = entries[#entries - 1].tag
end

local form = format .. #event .. (trace ~= '' and ',' .. trace or '')
local body = table.concat({ epoch, newest.offset, newest.tag, previous, form, event }, ';') .. data
local proof = string.sub(redis.sha1hex(seal .. redis.sha1hex(seal .. body)), 1, 16)
local channel, frame = string.sub(meta, 1, -6), '\1T1;' .. proof .. ';' .. body
local sent = bus == 'sharded' and redis.pcall('SPUBLISH', channel, frame)
if type(sent) ~= 'number' then redis.call('PUBLISH', channel, frame) end -- also if the server is too old, or the user lacks the right
return id
