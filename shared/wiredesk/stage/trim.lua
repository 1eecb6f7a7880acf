-- Trim a stream of work to what every group has acknowledged.
--
-- KEYS  the stream, the hash of what limits have cost
-- ARGV  bytes the stream may hold for groups that are not the pipeline's own; seconds for which what is done with stays
--       for readers without a group, and bytes up to which it does; how many parts of the stream are measured; then the
--       pipeline's groups
-- Returns how many entries went; then, when a foreign group was overruled: how many it lost, and the groups' names.
--
-- An entry is done with for a group when it was delivered and is not pending: the lowest such bound over all groups is
-- the first id to keep. While one of our own groups does not exist, nothing goes: it will be created at 0.
local stream, cost = KEYS[1], KEYS[2]
local foreign_bytes, delay_s, delay_bytes, samples = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3]), ARGV[4]
local FIRST_GROUP = 5

local function parts(id)
  local ms, seq = string.match(id, '^(%d+)-(%d+)$')
  return tonumber(ms), tonumber(seq)
end

local function less(a, b)
  local a_ms, a_seq = parts(a)
  local b_ms, b_seq = parts(b)
  return a_ms < b_ms or (a_ms == b_ms and a_seq < b_seq)
end

local function after(id)
  local ms, seq = string.match(id, '^(%d+)-(%d+)$')
  return ms .. '-' .. string.format('%.0f', tonumber(seq) + 1)
end

local function fields(answer)
  local found = {}
  for i = 1, #answer, 2 do found[answer[i]] = answer[i + 1] end
  return found
end

local groups = redis.pcall('XINFO', 'GROUPS', stream)
if groups.err then  -- a stream that is not there is no news, what is denied is
  if string.find(groups.err, 'permission') then return groups end
  return {0}
end
local own = {}
for i = FIRST_GROUP, #ARGV do own[ARGV[i]] = true end

local ours, theirs, behind, seen = nil, nil, {}, 0
for _, answer in ipairs(groups) do
  local group = fields(answer)
  local first = after(group['last-delivered-id'])
  if group['pending'] > 0 then first = redis.call('XPENDING', stream, group['name'])[2] end
  if own[group['name']] then
    seen = seen + 1
    if not ours or less(first, ours) then ours = first end
  else
    behind[#behind + 1] = {group['name'], first}
    if not theirs or less(first, theirs) then theirs = first end
  end
end
if seen < #ARGV - FIRST_GROUP + 1 or not ours then return {0} end

local bytes = redis.pcall('MEMORY', 'USAGE', stream, 'SAMPLES', samples)
if type(bytes) ~= 'number' then bytes = 0 end
local bound = ours
if delay_s > 0 and bytes <= delay_bytes then
  local now = redis.call('TIME')
  local recent = string.format('%.0f-0', tonumber(now[1]) * 1000 - delay_s * 1000)
  if less(recent, bound) then bound = recent end
end
if theirs and less(theirs, bound) then bound = theirs end
local gone = redis.call('XTRIM', stream, 'MINID', bound)
if not theirs or not less(theirs, ours) or bytes <= foreign_bytes then return {gone} end
-- As many of the oldest as are too much, none of them at or after what a group of ours still needs.
local excess = math.ceil(redis.call('XLEN', stream) * (1 - foreign_bytes / bytes))
local lost = redis.call('XTRIM', stream, 'MINID', '~', ours, 'LIMIT', excess)
if lost == 0 then return {gone} end
redis.pcall('HINCRBY', cost, stream, lost)
local result = {gone + lost, lost}
for _, group in ipairs(behind) do
  if less(group[2], ours) then result[#result + 1] = group[1] end
end
return result
