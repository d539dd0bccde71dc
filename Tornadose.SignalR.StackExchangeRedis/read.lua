-- Reads a part of a store's log together with its newest position, in one step, so that they belong together. What is read is bounded by
-- bytes before it is read: a reply of a gigabyte would block Redis, and the connection that publishes use.
--   KEYS  1  {prefix:store}:meta    2  {prefix:store}:log
--   ARGV  1  the first offset    2  the last one, or nothing for the newest    3  oldest or newest: which come first, if not all fit
--         4  how many messages at most    5  how many bytes at most; two messages are read however large they are: the one that the
--            reader has, and another one
-- Returns nothing for a store without an epoch; otherwise epoch, offset, tag and secret, the time in milliseconds, 1 when nothing is left to
-- read, and the messages, oldest first.
local meta, log = KEYS[1], KEYS[2]
local state = redis.call('HMGET', meta, 'epoch', 'offset', 'tag', 'seal', 'largest')
if not (state[1] and state[2] and state[3] and state[4]) then return false end
local first, last = tonumber(ARGV[1]), math.min(tonumber(ARGV[2]) or math.huge, tonumber(state[2]))
local newest, room, bytes = ARGV[3] == 'newest', tonumber(ARGV[4]), tonumber(ARGV[5])
local largest = math.max(1, tonumber(state[5] or ARGV[5]))
local clock = redis.call('TIME')
local now = clock[1] * 1000 + math.floor(clock[2] / 1000)

local function id(number) return string.format('%.0f', number) end

local parts, count, done = {}, 0, first > last
while not done and count < math.max(2, room) do
  local size = math.min(room - count, math.floor(bytes / largest), last - first + 1)
  if size < 1 or count == 0 then
    if count >= 2 then break end
    size = math.max(size, 2 - count)
  end
  local from = newest and math.max(first, last - size + 1) or first
  local entries = redis.call('XRANGE', log, id(from), id(last), 'COUNT', id(size))
  for _, entry in ipairs(entries) do
    for field = 2, #entry[2], 2 do bytes = bytes - #entry[2][field] end
  end
  count = count + #entries
  table.insert(parts, newest and 1 or #parts + 1, entries)
  done = #entries < size
  if newest then last = from - 1 elseif #entries > 0 then first = tonumber(string.match(entries[#entries][1], '^%d+')) + 1 end
  done = done or first > last
end

local found = {}
for _, entries in ipairs(parts) do
  for _, entry in ipairs(entries) do table.insert(found, entry) end
end
return { state[1], state[2], state[3], state[4], id(now), done and 1 or 0, found }
