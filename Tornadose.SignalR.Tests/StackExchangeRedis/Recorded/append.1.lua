-- Appends one message to a store: the log first, the counter second, the announcement last. An error undoes nothing of what a
-- script has done before it, so a counter that went first would leave a gap that no reader could ever fill.
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
--
-- Returns the message's id; with first, that of the newest message where there is one. Example, for the prefix "tornadose" and the store
-- "orders":
--   redis-cli EVAL "$(cat append.lua)" 2 '{tornadose:orders}:meta' '{tornadose:orders}:log' 'hello'
local meta, log, key = KEYS[1], KEYS[2], KEYS[3]
local data, format, event = ARGV[1], ARGV[2] == 'json' and 'j' or 't', ARGV[3] or ''
local state = redis.call('HMGET', meta, 'epoch', 'offset', 'tag', 'seal', 'capacity', 'age', 'bus', 'version')
if state[8] and state[8] ~= '1' then
  return redis.error_reply('VERSION this store was written by a later version of the library, whose log this one does not know')
end
local epoch, last, previous, seal = state[1], state[2], state[3], state[4]

local function given(argument, stored, default)
  if argument and argument ~= '' then return argument end
  return stored or default
end

local capacity, age, bus = given(ARGV[5], state[5], '1000'), given(ARGV[6], state[6], '0'), given(ARGV[9], state[7], 'plain')
local trace = ARGV[7] or ''
if not string.match(trace, '^%x%x%-[%x%-]+$') or #trace ~= 55 then trace = '' end

if ARGV[8] == 'first' and epoch and last and previous and last ~= '0' then return epoch .. '-' .. last .. '-' .. previous end

if key and epoch then
  local earlier = redis.call('GET', key)
  if earlier and string.sub(earlier, 1, 16) == epoch then return earlier end
end

local now = redis.call('TIME')
local seed = redis.sha1hex(table.concat({ ARGV[4] or '', now[1], now[2], meta, last or '', seal or '' }, ':'))
local tag = string.sub(seed, 1, 8)

-- A new life of the log. Asking for the length first fails on a key that is not ours to delete.
local function begin()
  redis.call('XLEN', log)
  redis.call('DEL', log)
  epoch = string.sub(redis.sha1hex('epoch:' .. seed), 1, 16)
  seal = redis.sha1hex('seal:' .. seed)
  last, previous = 0, '00000000'
end

local offset
local function add()
  offset = string.format('%.0f', last + 1)
  local time = string.format('%.0f', now[1] * 1000 + math.floor(now[2] / 1000))
  return redis.pcall('XADD', log, 'MAXLEN', capacity, offset .. '-' .. string.format('%.0f', tonumber(tag, 16)),
    'f', format, 'e', event, 't', time, 'p', previous, 'd', data)
end

if not (epoch and last and previous and seal) then begin() end
local added = add()
if type(added) == 'table' and added.err and string.find(added.err, 'equal or smaller', 1, true) then
  begin() -- the log is ahead of its counter, which somebody has set back: nothing that is known of either can be trusted
  added = add()
end
if type(added) == 'table' and added.err then return added end

local id = epoch .. '-' .. offset .. '-' .. tag
redis.call('HSET', meta, 'epoch', epoch, 'offset', offset, 'tag', tag, 'seal', seal, 'capacity', capacity, 'age', age,
  'bus', bus, 'version', '1')
if offset == '1' then redis.call('PERSIST', meta) end -- an empty store's is kept for a while only
if age ~= '0' then
  redis.call('PEXPIRE', log, age)
elseif state[6] and state[6] ~= '0' then
  redis.call('PERSIST', log)
end
if key then redis.call('SET', key, id, 'EX', 300) end

-- The proof covers all that follows it, the message too, and shows that it comes from this script. It is made in two steps, as an
-- HMAC: who sees one proof cannot make that of a longer message from it.
local body = table.concat({ epoch, offset, tag, previous, format .. #event .. (trace ~= '' and ',' .. trace or ''), event }, ';') .. data
local proof = string.sub(redis.sha1hex(seal .. redis.sha1hex(seal .. body)), 1, 16)
local channel, frame = string.sub(meta, 1, -6), '\1T1;' .. proof .. ';' .. body
local sent = bus == 'sharded' and redis.pcall('SPUBLISH', channel, frame)
if type(sent) ~= 'number' then redis.call('PUBLISH', channel, frame) end -- also where a server is too old, or the user lacks the right
return id
