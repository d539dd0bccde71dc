-- Reads the entries of a keyed store from an offset on (the newest change of each key, in the order of the log) and its newest position,
-- in one step. Values are read one by one until the byte limit is reached, for the reason given in read.lua.
--   KEYS  1  {prefix:store}:meta    2  {prefix:store}:entries    3  {prefix:store}:live    4  {prefix:store}:gone
--   ARGV  1  the first offset    2  how many entries at most    3  how many bytes at most; two entries are returned however large they are
-- Returns nothing for a store without an epoch, or with a part missing; otherwise epoch, offset, tag and secret, the time in milliseconds,
-- 1 when nothing is left to read, the entries, oldest first, and the offset of the newest removal that is no longer kept.
local meta, entries, live, gone = KEYS[1], KEYS[2], KEYS[3], KEYS[4]
local state = redis.call('HMGET', meta, 'epoch', 'offset', 'tag', 'seal', 'version', 'removal', 'ending', 'forgotten', 'ended', 'kept')
if state[5] == '1' then return redis.error_reply('KIND this store has no keys, and is kept in another way') end
if state[5] and state[5] ~= '2' then
  return redis.error_reply('VERSION this store was written by a later version of the library, whose log this one does not know')
end
local kept = redis.call('HLEN', entries)
local after, number = string.match(state[10] or '', '^(%d+):(%d+)$') -- the format of change.lua
if not (state[1] and state[2] and state[3] and state[4])
  or kept ~= redis.call('ZCARD', live) + redis.call('ZCARD', gone)
  or (after == state[2] and kept ~= tonumber(number)) then return false end
local first, room, bytes = tonumber(ARGV[1]), math.max(2, tonumber(ARGV[2])), tonumber(ARGV[3])
local clock = redis.call('TIME')

local waiting, full = {}, false
local function add(offset, name, packed)
  if tonumber(offset) >= first then table.insert(waiting, { tonumber(offset), name, packed }) end
end

for _, set in ipairs({ live, gone }) do
  local names = redis.call('ZRANGEBYSCORE', set, ARGV[1], '+inf', 'WITHSCORES', 'LIMIT', 0, room)
  for at = 1, #names, 2 do add(names[at + 1], names[at]) end
  full = full or #names == 2 * room
end
local removal, ending = state[6] or '', state[9] == '1' and state[7] or ''
if removal ~= '' then add(string.match(removal, '^%d+'), '', removal) end
if ending ~= '' then add(string.match(ending, '^%d+'), '', ending) end
table.sort(waiting, function(one, other) return one[1] < other[1] end)

local found = {}
for _, entry in ipairs(waiting) do
  local packed = entry[3] or redis.call('HGET', entries, entry[2])
  local _, header, offset, tag, time, previous, operation = string.find(packed, '^(%d+) (%x+) (%d+) (%x+) (%a)\n')
  local size = #entry[2] + #packed - header
  full = full or #found == room or (#found >= 2 and size > bytes)
  if #found == room or (#found >= 2 and size > bytes) then break end
  bytes = bytes - size
  table.insert(found, { offset .. '-' .. string.format('%.0f', tonumber(tag, 16)),
    { 'o', operation, 'k', entry[2], 't', time, 'p', previous, 'd', string.sub(packed, header + 1) } })
end
return { state[1], state[2], state[3], state[4], string.format('%.0f', clock[1] * 1000 + math.floor(clock[2] / 1000)), full and 0 or 1,
  found, state[8] or '0' }
