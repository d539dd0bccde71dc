-- Maintains a store that is followed, or kept for a limited time. Gives an empty store an epoch, so that all nodes agree on its position.
-- The epoch expires unless this is called again or a message is appended, so that made-up names leave nothing behind. Removes messages
-- that are too old from the log, however idle the store, and removes an expiry that no longer applies.
--   KEYS  1  {prefix:store}:meta    2  {prefix:store}:log
--   ARGV 1 an epoch 2 a secret for the announcements' proofs 3 how many messages are kept 4 for how many milliseconds; 0 for ever
--         5  sharded or plain    6  for how many milliseconds an epoch without a message is kept
--         7  for how many milliseconds a complete store that is read is kept; nothing for ever
local meta, log, age = KEYS[1], KEYS[2], ARGV[4]
local state = redis.call('HMGET', meta, 'epoch', 'offset', 'tag', 'seal', 'age', 'bus', 'version', 'ended')
if state[7] == '2' then return redis.error_reply('KIND this store has keys: change.lua changes it') end
if state[7] and state[7] ~= '1' then
  return redis.error_reply('VERSION this store was written by a later version of the library, whose log this one does not know')
end
if not (state[1] and state[2] and state[3] and state[4]) then
  redis.call('XLEN', log) -- fails on a key that is not ours to delete
  redis.call('DEL', log)
  redis.call('HSET', meta, 'epoch', ARGV[1], 'offset', '0', 'tag', '00000000', 'seal', ARGV[2], 'capacity', ARGV[3], 'age', age,
    'bus', ARGV[5], 'version', '1')
  redis.call('PEXPIRE', meta, ARGV[6])
  return 1
end

if state[6] ~= ARGV[5] then redis.call('HSET', meta, 'bus', ARGV[5]) end
if state[5] ~= age then redis.call('HSET', meta, 'capacity', ARGV[3], 'age', age) end
local ended = state[8] == '1'
if ended and ARGV[7] ~= '' then
  redis.call('PEXPIRE', meta, ARGV[7])
  redis.call('PEXPIRE', log, ARGV[7])
end
if state[2] == '0' then
  redis.call('PEXPIRE', meta, ARGV[6])
elseif age == '0' then
  if state[5] ~= '0' and not ended then redis.call('PERSIST', log) end
else
  if state[5] ~= age and not ended then redis.call('PEXPIRE', log, age) end
  local clock = redis.call('TIME')
  local oldest = clock[1] * 1000 + math.floor(clock[2] / 1000) - tonumber(age)
  local dropped = 0
  repeat
    local entries, old = redis.call('XRANGE', log, '-', '+', 'COUNT', 64), {}
    for _, entry in ipairs(entries) do
      for field = 1, #entry[2], 2 do
        if entry[2][field] == 't' and tonumber(entry[2][field + 1]) < oldest then table.insert(old, entry[1]) end
      end
    end
    if #old > 0 then redis.call('XDEL', log, unpack(old)) end
    dropped = dropped + #old
  until #old == 0 or dropped >= 4096
end
return 0
