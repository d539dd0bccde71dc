-- Grants, renews or releases the lease of the one process that produces a store's messages. Each lease has a higher number than any before
-- it. append.lua and change.lua compare it with the producer's number: a producer that was suspended past its lease is refused once
-- another process has one.
--   KEYS  1  {prefix:store}:meta    2  {prefix:store}:lease
--   ARGV  1  the number of the lease that is held, or 0    2  for how many milliseconds it lasts; 0 releases it
-- Returns the number of the lease; 0 when it was released or lost, or another process has one.
local meta, lease, held, time = KEYS[1], KEYS[2], ARGV[1], ARGV[2]
local present = redis.call('GET', lease)
if present and present == held then
  if time == '0' then redis.call('DEL', lease) return 0 end
  redis.call('PEXPIRE', lease, time)
  return tonumber(held)
end

if present or held ~= '0' then return 0 end
local state = redis.call('HMGET', meta, 'lease', 'epoch')
-- By Redis's clock, so that numbers keep growing when the store's meta hash, and the last number with it, has expired or was deleted. In
-- microseconds, because two leases can be granted in one millisecond.
local clock = redis.call('TIME')
local number = math.max(tonumber(state[1] or '0') + 1, clock[1] * 1000000 + clock[2])
redis.call('HSET', meta, 'lease', string.format('%.0f', number))
redis.call('SET', lease, string.format('%.0f', number), 'PX', time)
if not state[2] then redis.call('PEXPIRE', meta, 86400000) end -- nobody has published yet, and perhaps nobody will
return number
