-- Gives a store that has no epoch one, so that all nodes agree on the position of an empty store.
--   KEYS  1  {prefix:store}:meta    2  {prefix:store}:log
--   ARGV  1  the epoch    2  the secret of the frames' proofs    3  how many messages are kept    4  for how many milliseconds
if redis.call('HLEN', KEYS[1]) > 0 then
  local state = redis.call('HMGET', KEYS[1], 'epoch', 'offset', 'tag', 'seal')
  if state[1] and state[2] and state[3] and state[4] then return 0 end
end
redis.call('XLEN', KEYS[2])
redis.call('DEL', KEYS[2])
redis.call('HSET', KEYS[1], 'epoch', ARGV[1], 'offset', '0', 'tag', '00000000', 'seal', ARGV[2], 'capacity', ARGV[3], 'age', ARGV[4])
return 1
