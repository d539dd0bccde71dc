-- Reads a part of a store's log and its newest position in one step, so that they are consistent. A reply of a gigabyte would block Redis
-- and the connection that publishes share, so entries are read a few at a time until the byte limit is reached.
--   KEYS  1  {prefix:store}:meta    2  {prefix:store}:log
--   ARGV  1  the first offset    2  the last one, or nothing for the newest    3  oldest or newest: which come first, if not all fit
--         4  how many messages at most    5  how many bytes at most; two messages are returned however large they are: the one that the
--            reader has, and another one
-- Returns nothing for a store without an epoch; otherwise epoch, offset, tag and secret, the time in milliseconds, 1 when nothing is left
-- to read, and the messages, oldest first.
local meta, log = KEYS[1], KEYS[2]
local state = redis.call('HMGET', meta, 'epoch', 'offset', 'tag', 'seal', 'version')
if state[5] == '2' then return redis.error_reply('KIND this store has keys: change.lua changes it') end
if state[5] and state[5] ~= '1' then
  return redis.error_reply('VERSION this store was written by a later version of the library, whose log this one does not know')
end
if not (state[1] and state[2] and state[3] and state[4]) then return false end
local first, last = tonumber(ARGV[1]), math.min(tonumber(ARGV[2]) or math.huge, tonumber(state[2]))
local newest, room, bytes = ARGV[3] == 'newest', math.max(2, tonumber(ARGV[4])), tonumber(ARGV[5])
local clock = redis.call('TIME')
local now = clock[1] * 1000 + math.floor(clock[2] / 1000)

local function id(number) return string.format('%.0f', number) end

-- The bytes of an entry's values: message, event type, format, time and previous tag.
local function size(entry)
  local sum = 0
  for field = 2, #entry[2], 2 do sum = sum + #entry[2][field] end
  return sum
end

local found, largest, full, done = {}, 1, false, first > last
local from, to = id(first), id(last)
while not (done or full) do
  local step, entries = math.max(1, math.min(16, room - #found, math.floor(bytes / largest)))
  if newest then entries = redis.call('XREVRANGE', log, to, from, 'COUNT', step)
  else entries = redis.call('XRANGE', log, from, to, 'COUNT', step) end
  for _, entry in ipairs(entries) do
    local length = size(entry)
    full = #found >= 2 and length > bytes
    if full then break end
    bytes, largest = bytes - length, math.max(largest, length)
    table.insert(found, entry)
    if newest then to = '(' .. entry[1] else from = '(' .. entry[1] end
  end
  done = not full and #entries < step
  full = full or #found >= room
end

if newest then
  for i = 1, math.floor(#found / 2) do found[i], found[#found - i + 1] = found[#found - i + 1], found[i] end
end
return { state[1], state[2], state[3], state[4], id(now), done and 1 or 0, found }
