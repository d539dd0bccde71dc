-- Keeps the shared state of the nodes with one prefix: which of them are present, the secret with which they prove their messages to each
-- other, and the orders of operators, so that a node that was away finds them when it is back. A user who may only publish and subscribe
-- can neither read nor write it.
--   KEYS  1  {prefix:_nodes}:meta    2  {prefix:_nodes}:present    3  {prefix:_nodes}:orders
--   ARGV  1  the node    2  for how many milliseconds the node counts as present after this call; 0 when it leaves
--         3  the id of the last order that it has taken    4  a secret, used if there is none
--         5  for how many milliseconds orders are kept
--         6  for how many milliseconds a node that vanished without leaving counts as missing    7  how many orders are returned at most
--         8  an order to add, or nothing
-- Returns the secret, the nodes that are present, those that are missing, the orders that are new to this node, each as an id and a text,
-- and the id of the order that was added.
local meta, present, orders = KEYS[1], KEYS[2], KEYS[3]
local clock = redis.call('TIME')
local now = clock[1] * 1000 + math.floor(clock[2] / 1000)
local function text(number) return string.format('%.0f', number) end

local seal = redis.call('HMGET', meta, 'seal')[1]
if not seal then
  seal = ARGV[4]
  redis.call('HSET', meta, 'seal', seal)
end

if ARGV[2] == '0' then
  redis.call('HDEL', present, ARGV[1])
else
  redis.call('HSET', present, ARGV[1], text(now + tonumber(ARGV[2])))
end
local here, missed, all = {}, {}, redis.call('HGETALL', present)
for i = 1, #all, 2 do
  local silent = now - tonumber(all[i + 1])
  if silent <= 0 then table.insert(here, all[i])
  elseif silent <= tonumber(ARGV[6]) then table.insert(missed, all[i])
  else redis.call('HDEL', present, all[i]) end
end

local added = ''
if ARGV[8] ~= '' then
  added = redis.call('XADD', orders, 'MINID', text(math.max(0, now - tonumber(ARGV[5]))), '*', 'order', ARGV[8])
  redis.call('PEXPIRE', orders, ARGV[5])
end
-- If the last order that the node has taken is no longer kept, all that are kept may be new to it: it was away for long, or Redis has lost
-- orders and numbers later ones by another clock.
local taken = #redis.call('XRANGE', orders, ARGV[3], ARGV[3]) == 1
local new = {}
for _, entry in ipairs(redis.call('XRANGE', orders, taken and '(' .. ARGV[3] or '-', '+', 'COUNT', ARGV[7])) do
  table.insert(new, entry[1])
  table.insert(new, entry[2][2])
end
return { seal, here, missed, new, added }
