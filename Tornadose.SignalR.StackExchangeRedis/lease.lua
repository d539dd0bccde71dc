-- Gives, keeps or takes back the lease of the one process that produces a store's messages. It has a number, higher than that of any
-- before it, which append.lua and change.lua compare with what the producer says: so one that has slept through the end of its lease is
-- refused.
--   KEYS  1  {prefix:store}:meta    2  {prefix:store}:lease
--   ARGV  1  the number of the lease that is held, or 0    2  for how many milliseconds it lasts; 0 gives it back
-- Returns the number of the lease; 0 when another process has one, or the one that was held is lost.
local meta, lease, held, time = KEYS[1], KEYS[2], ARGV[1], ARGV[2]
local present = redis.call('GET', lease)
if present and present == held then
  if time == '0' then redis.call('DEL', lease) return 0 end
  redis.call('PEXPIRE', lease, time)
  return tonumber(held)
end

if present or held ~= '0' then return 0 end
local state = redis.call('HMGET', meta, 'lease', 'epoch')
-- Redis' time, so that the numbers go on where the store's meta, and the last one with it, has expired or was deleted. In microseconds:
-- two leases can be given in one millisecond.
local clock = redis.call('TIME')
local number = math.max(tonumber(state[1] or '0') + 1, clock[1] * 1000000 + clock[2])
redis.call('HSET', meta, 'lease', string.format('%.0f', number))
redis.call('SET', lease, string.format('%.0f', number), 'PX', time)
if not state[2] then redis.call('PEXPIRE', meta, 86400000) end -- nobody has published yet, or ever will
return number
